"""Which column of an unknown table is which field: by its name and by what stands in it, or a question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.identifier import covered
from fundtrack.importing.header import channels, statuses
from fundtrack.importing.proposing import grid as cells_of
from fundtrack.importing.proposing.look import NONE, answered, choices_of, has_long, same
from fundtrack.importing.proposing.point import Point, said
from fundtrack.importing.proposing.vocabulary import says
from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fundtrack.importing.proposing.look import Column, Looked

PAID_TO: Final = re.compile(
    r"supplier|vendor|payee|recipient|beneficiar|creditor|contractor|paid.?to|收款|供应商|一卡通", re.IGNORECASE
)
"""What the column of those is called who were paid."""

ANSWER: Final = re.compile(r"成功|失败|退[票回汇]|\bsuccess|\bfail", re.IGNORECASE)
"""What a bank answers for a payment of a batch."""

BESIDE: Final = (
    "narration", "amount-words", "bank-ref", "payee-account", "payee-id", "fund", "use", "project", "document",
    "contract",
)  # fmt: skip
"""Fields that a row can do without; the first known name of each is read, and the others are told."""


def date(look: Looked, answers: Mapping[str, str]) -> Point:
    """Return the column of dates."""
    if answer := answers.get("date", ""):
        return answered("date", answer, look)
    plausible = [one for one in look.usable if one.dated and not says("no-date", one.name)]
    known = [one for one in look.known("date") if one in plausible]
    saying = [one for one in look.saying("date") if one in plausible and one not in known]
    found = known + saying
    if not found and (lost := [one for one in look.known("date") if one.filled]):
        return _lost(look, lost)
    if len(found) == 1 or (found and same(found)):
        one, others = found[0], "、".join(other.name for other in found[1:])
        key = "new-column-same" if others else "new-date-named" if known else "new-date-only"
        why = said(key, column=one.name, count=one.dates, filled=one.filled, others=others)
        return Point("date", one.name, "proven", why)
    every = found or [one for one in look.usable if one.dated]
    if len(every) == 1 and not found:
        only = every[0]
        why = said("new-date-only", column=only.name, count=only.dates, filled=only.filled, others="")
        return Point("date", only.name, "proven" if not says("no-date", only.name) else "open", why, choices_of(every))
    key = "new-date-several" if every else "new-date-none"
    named = [one for one in look.saying("date") if one.filled and not says("no-date", one.name)]
    choose = every or [*dict.fromkeys([*named, *(one for one in look.usable if one.filled)])]
    return Point("date", choose[0].name if choose else "", "open", said(key, columns=len(every)), choices_of(choose))


def _lost(look: Looked, lost: Sequence[Column]) -> Point:
    """Return a column of dates of which some were lost; where most are none, it is asked whether it is one at all."""
    most, told = lost[0], {"count": lost[0].dates, "cells": lost[0].filled}
    if len(lost) == 1 and most.dates * 2 >= most.filled:
        return Point("date", most.name, "named", said("new-date-lost", **told), choices_of(lost))
    sample = next(
        (covered(cell.strip()[:24]) for cell in most.cells if cell.strip() and cells_of.date(cell) is None), ""
    )
    others = [one for one in look.usable if one not in lost and (one.dates or says("date", one.name))]
    why = said("new-date-few", column=most.name, sample=sample, **told)
    return Point("date", most.name, "open", why, choices_of([*lost, *others]))


def payee(look: Looked, taken: Sequence[str], answers: Mapping[str, str]) -> Point:
    """Return the column that names who is paid, or that none does."""
    if answer := answers.get("payee", ""):
        return answered("payee", answer, look, none=True)
    free = [one for one in look.usable if one.name not in taken and one.texts]
    strong = [one for one in look.known("payee") if one in free and set(look.vocabulary.fields(one.name)) == {"payee"}]
    strong = [one for one in strong if not says("text", one.name)]
    paid_to = [one for one in free if PAID_TO.search(one.name) and _names(one)]
    strong = strong or (paid_to if len(paid_to) == 1 else [])
    weak = [one for one in (*look.known("payee"), *look.saying("payee")) if one in free and one not in strong]
    if len(strong) == 1 or (strong and same(strong)):
        one = strong[0]
        key = "new-payee-named" if look.vocabulary.knows("payee", one.name) else "new-payee-saying"
        return Point("payee", one.name, "proven", said(key, column=one.name, filled=one.filled))
    likely = [*dict.fromkeys([*strong, *weak])]
    order = [*likely, *(one for one in free if one not in likely)]
    key = "new-payee-several" if strong else "new-payee-unknown"
    return Point("payee", order[0].name if likely else NONE, "open", said(key, columns=len(likely)),
                 choices_of(order, none=True))  # fmt: skip


def quota(look: Looked, answers: Mapping[str, str]) -> Column | None:
    """Return the column of the amounts of quota where nobody is paid: a list of documents, and not of payments.

    Who says which column is the amount, or who is paid, has decided that it is one of payments.
    """
    if {"amount", "amount-in", "amount-out", "payee"} & {*answers}:
        return None
    if any(PAID_TO.search(one.name) or set(look.vocabulary.fields(one.name)) == {"payee"} for one in look.usable):
        return None
    return next((one for one in look.usable if one.counted and says("quota", one.name)), None)


def result(look: Looked, answers: Mapping[str, str]) -> Column | None:
    """Return the column that says what failed, or did not, beside the accounts of who was to be paid: a bank's answer.

    The payments that it answers for stand in the book. Who says which column is the status has decided otherwise, and
    a list that says which way money went is a statement.
    """
    accounts = any(one.filled for one in look.known("payee-account"))
    known, moved = look.vocabulary, (word for one in look.known("direction") for word in one.words())
    if "status" in answers or not accounts or any(look.known("balance")):
        return None
    if any(known.says(way, word) for word in moved for way in ("in", "out")):
        return None
    told = (one for one in look.usable if one.texts and statuses.TOLD.fullmatch(cells.loose(one.name)))
    return next((one for one in told if all(map(ANSWER.search, one.words()))), None)


def _names(column: Column) -> bool:
    """Say whether names may stand in a column: words, and no numbers of accounts or persons."""
    worded = sum(" " in cell.strip() or not cell.isascii() for cell in column.cells)
    return worded * 3 >= column.filled and not (says("private", column.name) or has_long(column))


def beside(
    look: Looked, taken: Sequence[str], answers: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> Iterator[Point]:
    """Give the columns of fields that a row can do without: those whose names are known, or that a person names.

    A column whose words the book knows as funds, uses or projects is taken for one, whatever it is called.
    """
    used = [*taken]
    for field in BESIDE:
        if answer := answers.get(field, ""):
            point = answered(field, answer, look, none=True)
            used.append(point.value)
            if point.value != NONE:
                yield point
            continue
        known = [one for one in look.known(field) if one.name not in used and one.filled and not one.dated]
        if field in channels.NAMED:
            called = (one for one in look.usable if channels.NAMED[field].fullmatch(cells.loose(one.name)))
            known += [one for one in called if one not in known and one.name not in used and one.filled]
        if field not in {"bank-ref", "payee-account", "payee-id", "document", "contract"}:
            known = [one for one in known if not one.counted]
        if field == "amount-words":
            known = [one for one in known if 2 * sum(map(cells_of.is_written, one.words())) >= len(one.words())]
        if known:
            used.append(known[0].name)
            others = "、".join(one.name for one in known[1:])
            key = "new-beside-others" if others else "new-beside"
            yield Point(field, known[0].name, "named", said(key, column=known[0].name, field=field, others=others))
        elif field == "narration" and (one := _text(look, used)):
            used.append(one.name)
            yield Point(field, one.name, "taken", said("new-beside-saying", column=one.name, field=field))
        elif field in words and (one := _worded(look, used, words[field])):
            used.append(one.name)
            told = {"count": sum(map(words[field].__contains__, one.words())), "of": len(one.words())}
            yield Point(field, one.name, "taken", said("new-beside-words", column=one.name, field=field, **told))


def _worded(look: Looked, used: Sequence[str], known: Mapping[str, str]) -> Column | None:
    """Return the first column of words of which the book knows at least half."""
    free = (one for one in look.usable if one.name not in used and one.texts)
    return next((one for one in free if 2 * sum(map(known.__contains__, one.words())) >= len(one.words())), None)


def _text(look: Looked, used: Sequence[str]) -> Column | None:
    """Return the first column of words whose name says that it is what was paid for; what is long may be a number."""
    free = (one for one in look.usable if one.name not in used and one.texts)
    return next(
        (one for one in free if says("text", one.name) and not (says("private", one.name) or has_long(one))), None
    )


def private(look: Looked, mapped: Sequence[str]) -> list[Column]:
    """Return the columns whose numbers may be a person's and that are no field: they are masked."""
    free = [one for one in look.usable if one.name not in mapped]
    return [one for one in free if says("private", one.name) or has_long(one) * 2 > max(one.filled, 1)]


def _different(column: Column) -> bool:
    """Say whether every cell of a column says something, and none what another does."""
    return 1 < column.filled == len(column.cells) == len(column.words())


def key(look: Looked, mapped: Mapping[str, str], kept: Sequence[str]) -> list[str]:
    """Return the columns that tell one row from another beside its date and amount: numbers of documents, a balance.

    A name that nobody knows has to say that it is a number, and every row another one. Where there are none, and
    neither a payee nor a text, all other words do. `kept` are no part of it: what is masked tells nobody apart.
    """
    free = [one for one in look.usable if one.name not in mapped.values() and one.name not in kept and one.filled]
    found = [one.name for one in look.known("key") if one in free]
    found += [one.name for one in free if says("number", one.name) and _different(one)]
    found += [mapped[field] for field in ("bank-ref", "balance") if field in mapped]
    if not found and not {"payee", "narration"} & {*mapped}:
        found = [one.name for one in free if one.texts] or [mapped["date"]]
    return [*dict.fromkeys(found)]

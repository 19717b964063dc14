"""Which column of an unknown table is the amount, and which way its money went: proven, or asked."""

from __future__ import annotations

import re
from itertools import pairwise, product
from typing import TYPE_CHECKING, Final

from fundtrack.importing.body import debit
from fundtrack.importing.body.balances import Followed
from fundtrack.importing.proposing import grid as cells_of
from fundtrack.importing.proposing.fields import PAID_TO
from fundtrack.importing.proposing.look import NONE, answered, choices_of, same
from fundtrack.importing.proposing.point import Point, said
from fundtrack.importing.proposing.vocabulary import says
from fundtrack.importing.values.fields import NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from fundtrack.importing.proposing.look import Column, Looked
    from fundtrack.importing.proposing.point import State
    from fundtrack.importing.proposing.vocabulary import Vocabulary

INWARDS: Final = re.compile(r"收入|存入|转入|贷方|贷$|credit|paid.?in|money.?in|deposit|receipt", re.IGNORECASE)
OUTWARDS: Final = re.compile(r"支出|取出|转出|支取|借方|借$|debit|paid.?out|money.?out|withdraw", re.IGNORECASE)
SIDES: Final = ("amount-in", "amount-out")
"""The two columns of a statement; where one of them is said, the other is known."""

UNSEEN: Final = {"in": ("收入", "Income"), "out": ("支出", "Expense")}
"""What says a way that no row of a file went."""

WORDS: Final = 12
"""More different words than that, and a column does not say which way money went, or whether it did."""

MOSTLY: Final = 90
"""Per cent of the amounts that must be positive for the list of those who were paid to be one."""

ENOUGH: Final = 2
"""Balances that must follow, and none the other way, for a direction to be proven."""


def side(cell: str) -> int | Fraction | None:
    """Return what stands on one side of a statement; nothing is zero."""
    return 0 if cell.strip() in NOTHING else cells_of.amount(cell)


def followed(amounts: Sequence[int | Fraction | None], balances: Sequence[int | Fraction | None]) -> Followed:
    """Return how the balances follow from the amounts, downwards or upwards, whichever does more.

    Equal amounts follow both ways, and each proves the opposite of the other: then nothing is proven.
    """
    best, ways = Followed(0, 0, 0), set[bool]()
    rows = [*zip(amounts, balances, strict=True)]
    for order in (rows, rows[::-1]):
        plus = minus = moved = 0
        for (_, before), (amount, after) in pairwise(order):
            if amount and before is not None and after is not None:
                moved += 1
                plus += after - before == amount
                minus += after - before == -amount
        if plus + minus > best.with_sign + best.against or not best.of:
            best, ways = Followed(plus, minus, moved), {plus > minus}
        elif plus + minus == best.with_sign + best.against:
            ways.add(plus > minus)
    return best if len(ways) == 1 else Followed(0, 0, best.of)


def balance(look: Looked) -> Column | None:
    """Return the column of the running balance, if its name is known and amounts stand in it.

    What is owed for a card is none: it rises by what was paid.
    """
    if debit.owed((look.grid.sheet, *(cell for _, row in look.grid.above for cell in row))):
        return None
    return next((one for one in look.known("balance") if one.counted), None)


def amounts(look: Looked, taken: Sequence[str], answers: Mapping[str, str]) -> list[Point]:
    """Return the column of the amount, or the two columns of what came in and what went out."""
    if "amount" in answers:
        return [answered("amount", answers["amount"], look)]
    pairs = _pairs(look)
    if said_so := {topic: answers[topic] for topic in SIDES if topic in answers}:
        return _said_sides(look, pairs, said_so)
    if pairs:
        return _proven_sides(look, pairs)
    return [_amount(look, taken)]


def _said_sides(look: Looked, pairs: Sequence[tuple[Column, Column]], said_so: dict[str, str]) -> list[Point]:
    """Return the two columns that a person names; where they name one, the other is that of its pair."""
    if len(said_so) == 1:
        ((topic, only),) = said_so.items()
        pair = next((pair for pair in pairs if only in {one.name for one in pair}), ())
        said_so[SIDES[1 - SIDES.index(topic)]] = next((one.name for one in pair if one.name != only), "")
    return [answered(topic, said_so[topic], look) for topic in SIDES]


def _proven_sides(look: Looked, pairs: Sequence[tuple[Column, Column]]) -> list[Point]:
    """Return the two columns of the one pair there is, or of several that say the same; else ask which."""
    columns = [*zip(*pairs, strict=True)]
    if len(pairs) == 1 or all(map(same, columns)):
        return [*_sides(look, *pairs[0])]
    why = said("new-sides-several", columns=len(pairs))
    (come, gone), choices = pairs[0], choices_of(columns[0])
    return [Point(SIDES[0], come.name, "open", why, choices), Point(SIDES[1], gone.name, "taken", why)]


def _amount(look: Looked, taken: Sequence[str]) -> Point:
    """Return the one column of amounts by its name, or ask which it is."""
    found = [one for one in look.usable if one.counted and one.name not in taken and not says("no-amount", one.name)]
    known = [one for one in look.known("amount") if one in found]
    likely = known + [one for one in look.saying("amount") if one in found and one not in known]
    if len(likely) == 1 or (likely and same(likely)):
        one, others = likely[0], "、".join(other.name for other in likely[1:])
        key = "new-column-same" if others else "new-amount-named"
        why = said(key, column=one.name, count=one.numbers, filled=one.filled, others=others)
        return Point("amount", one.name, "proven", why)
    if likely:
        why = said("new-amount-several", columns=len(likely))
        return Point("amount", likely[0].name, "open", why, choices_of(likely))
    order = sorted(found, key=lambda one: -one.fractions) or [one for one in look.usable if one.filled]
    why = said("new-amount-unknown", columns=len(found))
    return Point("amount", order[0].name if order else "", "open", why, choices_of(order))


def _pairs(look: Looked) -> list[tuple[Column, Column]]:
    """Return the pairs of columns of which in every row one and only one says something, if they are called so."""

    def named(field: str, pattern: re.Pattern[str]) -> list[Column]:
        called = dict.fromkeys([*look.known(field), *(one for one in look.usable if pattern.search(one.name))])
        return [one for one in called if one.counted or not one.filled]

    found: list[tuple[Column, Column]] = []
    for come, gone in product(named("amount-in", INWARDS), named("amount-out", OUTWARDS)):
        taken = {one.name for pair in found for one in pair}
        if come is gone or not (come.filled + gone.filled) or taken & {come.name, gone.name}:
            continue
        pairs = [*zip(map(side, come.cells), map(side, gone.cells), strict=True)]
        each = sum(bool(one) != bool(other) for one, other in pairs)
        none_twice = not any(one and other for one, other in pairs[:-1])
        if each * 100 >= MOSTLY * len(pairs) or (none_twice and each + 1 >= len(pairs)):
            found.append((come, gone))
    return found


def _sides(look: Looked, come: Column, gone: Column) -> Sequence[Point]:
    """Return which of two columns is what came in, and which is what went out."""
    names = {"into": come.name, "out": gone.name}
    clear = not (says("ambiguous-side", come.name) or says("ambiguous-side", gone.name))
    why, state = said("new-sides-named", rows=len(come.cells), **names), "proven"
    found, told = _followed(look, come, gone), {"balance": of.name} if (of := balance(look)) else {}
    if found.with_sign >= ENOUGH and not found.against:
        why, clear = said("new-sides-balance", count=found.with_sign, of=found.of, **told), True
    elif found.against >= ENOUGH and not found.with_sign and clear:  # a name that says the way is not overruled
        why, state = said("new-sides-contrary", count=found.against, of=found.of, **told, **names), "open"
    elif found.against >= ENOUGH and not found.with_sign:
        why, clear = said("new-sides-balance", count=found.against, of=found.of, **told), True
        come, gone = gone, come
    if not clear:
        why, state = said("new-sides-unclear", **names), "open"
        if title := debit.journal((look.grid.sheet, *(cell for _, row in look.grid.above for cell in row))):
            why, come, gone = said("new-sides-journal", title=title, **names), gone, come
    points: list[tuple[str, State]] = [(come.name, "proven"), (gone.name, "proven")]
    if state == "open":
        points = [(come.name, "open"), (gone.name, "taken")]
    choices = choices_of([come, gone]) if state == "open" else {}
    return [Point(topic, name, of, why, choices) for topic, (name, of) in zip(SIDES, points, strict=True)]


def _below_zero(gone: Column) -> int:
    """Return how many amounts of a column are below zero, none where one is above."""
    printed = [found for found in map(side, gone.cells) if found]
    return len(printed) if max(printed, default=0) < 0 else 0


def _followed(look: Looked, come: Column, gone: Column) -> Followed:
    """Return how the balances follow from what came in and what went out, which may be printed below zero."""
    column, turned = balance(look), -1 if _below_zero(gone) else 1
    if column is None:
        return Followed(0, 0, 0)
    net = [None if a is None or b is None else a - turned * b
           for a, b in zip(map(side, come.cells), map(side, gone.cells), strict=True)]  # fmt: skip
    return followed(net, [*map(cells_of.amount, column.cells)])


def printed(look: Looked, come: Column, gone: Column, answers: Mapping[str, str]) -> list[Point]:
    """Return how a table prints what went out, where it prints all of it below zero: proven by the balances, or asked.

    It may be what came back: then no page is proposed.
    """
    count, choices = _below_zero(gone), {"in": said("new-sign-in")}
    if not count:
        return []
    if "sign" in answers:
        return [Point("sign", answers["sign"], "answered", said("new-answered"), choices)]
    found, of = _followed(look, come, gone), balance(look)
    if of and found.with_sign >= ENOUGH and not found.against:
        why = said("new-sign-balance", count=found.with_sign, of=found.of, balance=of.name, amount=gone.name)
        return [Point("sign", "in", "proven", why)]
    return [Point("sign", "in", "open", said("new-sign-below", count=count, out=gone.name), choices)]


def direction(look: Looked, amount: Column, answers: Mapping[str, str]) -> list[Point]:
    """Return the column that says which way the money of an amount went, and its words; nothing where none does."""
    if answers.get("direction") == NONE:
        return []
    column = look.of(answers["direction"]) if "direction" in answers else _directing(look)
    if column is None:
        return [] if "direction" not in answers else [answered("direction", answers["direction"], look, none=True)]
    if "direction" not in answers and signed_by(amount, column):
        return []  # the sign says it already
    counts, known = column.words(), look.vocabulary
    ways: dict[str, list[str]] = {"in": [], "out": []}
    proof = _proven_words(look, amount, column)
    for word in counts:
        clear = not says("ambiguous-side", word)
        way = proof.get(word) or next((way for way in ways if clear and known.says(way, word)), "")
        if way:
            ways[way].append(word)
    unsaid = [word for word in counts if word not in ways["in"] + ways["out"]]
    unclear = [word for word in unsaid if says("ambiguous-side", word)]
    if not unclear and any(ways.values()):  # a file in which nothing came in has no word for it
        ways = {way: words or [*UNSEEN[way]] for way, words in ways.items()}
    state: State = (
        "answered" if {"in", "out"} & {*answers} else "open" if unclear or not all(ways.values()) else "proven"
    )
    if state == "open":
        ways["in"] += [word for word in unclear if "贷" in word or word.upper().startswith("C")]
    for way in ways:
        if way in answers:
            ways[way] = [word.strip() for word in re.split("[,，]", answers[way])]
    ways["out"] += [word for word in unclear if word not in ways["in"] + ways["out"]]
    unsaid = [word for word in counts if word not in ways["in"] + ways["out"]]
    why = said("new-direction", rows=sum(counts.values()), proven=len(proof), unsaid="、".join(unsaid[:5]) or "–")
    choices = {word: said("new-word-choice", rows=count) for word, count in counts.most_common(WORDS)}
    return [
        Point("direction", column.name, "proven", said("new-direction-column", column=column.name)),
        Point("in", ", ".join(ways["in"]), state, why, choices),
        Point("out", ", ".join(ways["out"]), "named" if state == "open" else state, said("new-direction-others")),
    ]


def _directing(look: Looked) -> Column | None:
    """Return the column that says which way money went: called so, or of nothing but words that say it."""
    few = [one for one in look.usable if one.texts and len(one.words()) <= WORDS]
    named = [one for one in (*look.known("direction"), *look.saying("direction")) if one in few]
    known = look.vocabulary
    if named:
        return next((one for one in named if any(_says_way(known, word) for word in one.words())), named[0])
    worded = (one for one in few if len(one.words()) > 1)
    return next((one for one in worded if all(_says_way(known, word) for word in one.words())), None)


def signed_by(amount: Column, column: Column) -> dict[str, bool]:
    """Return the words of a column that agree with the signs of amounts, and whether each is positive; else nothing."""
    signs: dict[str, set[bool]] = {}
    for cell, word in zip(amount.cells, column.cells, strict=True):
        if found := cells_of.amount(cell):
            signs.setdefault(" ".join(word.split()), set()).add(found > 0)
    agree = all(len(one) == 1 for one in signs.values()) and {True} in signs.values() and {False} in signs.values()
    return {word: one.pop() for word, one in signs.items()} if agree else {}


def _says_way(known: Vocabulary, word: str) -> bool:
    """Say whether a word may say which way money went."""
    return known.says("in", word) or known.says("out", word) or says("ambiguous-side", word)


def _proven_words(look: Looked, amount: Column, column: Column) -> dict[str, str]:
    """Return the words of a direction that the running balance proves: it rises, or falls, wherever they stand."""
    of = balance(look)
    if of is None:
        return {}
    balances = [*map(cells_of.amount, of.cells)]
    amounts_of = [*map(cells_of.amount, amount.cells)]
    found = {}
    for word in column.words():
        only = [one if " ".join(cell.split()) == word else None
                for one, cell in zip(amounts_of, column.cells, strict=True)]  # fmt: skip
        seen = followed(only, balances)
        if seen.with_sign >= ENOUGH and not seen.against:
            found[word] = "in"
        elif seen.against >= ENOUGH and not seen.with_sign:
            found[word] = "out"
    return found


def status(look: Looked, taken: Sequence[str], answers: Mapping[str, str]) -> list[Point]:
    """Return the column that says whether money moved, and the words that say it did; nothing where none does."""
    if answers.get("status") == NONE:
        return []
    named = [one for one in (*look.known("status"), *look.saying("status")) if one.name not in taken]
    few = [one for one in named if one.texts and len(one.words()) <= WORDS]
    column = look.of(answers["status"]) if "status" in answers else next(iter(few), None)
    if column is None:
        return []
    counts = column.words()
    likely = [word for word in counts if look.vocabulary.says("settled", word) or len(counts) == 1]
    choices = {word: said("new-word-choice", rows=count) for word, count in counts.most_common()}
    why = said("new-status", column=column.name, words=len(counts))
    points = [Point("status", column.name, "proven", said("new-status-column", column=column.name))]
    state: State = "answered" if "settled" in answers else "open"
    return [*points, Point("settled", answers.get("settled", ", ".join(likely)), state, why, choices)]


def sign(look: Looked, amount: Column, payee: str, answers: Mapping[str, str]) -> Point:
    """Return which way a positive amount went: proven by the balance, or by who the rows name; else asked."""
    choices = {"in": said("new-sign-in"), "out": said("new-sign-out")}
    if "sign" in answers:
        return Point("sign", answers["sign"], "answered", said("new-answered"), choices)
    found = [cells_of.amount(cell) for cell in amount.cells]
    known = [one for one in found if one is not None]
    positive, of = balance(look), len(known)
    if positive is not None:
        seen = followed(found, [*map(cells_of.amount, positive.cells)])
        way = "in" if seen.with_sign >= seen.against else "out"
        if (max(seen.with_sign, seen.against) >= ENOUGH and not min(seen.with_sign, seen.against)):  # fmt: skip
            why = said("new-sign-balance", count=max(seen[:2]), of=seen.of, balance=positive.name, amount=amount.name)
            return Point("sign", way, "proven", why)
        count = 0 if seen.with_sign and seen.against else max(seen.with_sign, seen.against)
        key = "new-sign-few" if count else "new-sign-unfollowed"
        return Point("sign", way, "open", said(key, balance=positive.name, count=count, of=seen.of), choices)
    negative = sum(one < 0 for one in known)
    if (column := _directing(look)) and (words := signed_by(amount, column)):
        return _by_words(look, column, words, choices)
    if PAID_TO.search(payee) and not look.of_ledger and known and (of - negative) * 100 >= MOSTLY * of:
        return Point("sign", "out", "proven", said("new-sign-paid", payee=payee, negative=negative, of=of))
    key = "new-sign-ledger" if look.of_ledger else "new-sign-unknown"
    return Point("sign", "out", "open", said(key, payee=payee, negative=negative, of=of), choices)


def _by_words(
    look: Looked, column: Column, words: Mapping[str, bool], choices: Mapping[str, Mapping[str, str]]
) -> Point:
    """Return which way a positive amount went by the words that agree with the signs; asked where they are unclear."""
    shown = "、".join(f"{word} {'+' if positive else '-'}" for word, positive in words.items())
    why = said("new-sign-words", column=column.name, words=shown)
    clear = {word: positive for word, positive in words.items() if not says("ambiguous-side", word)}
    ins = {positive for word, positive in clear.items() if look.vocabulary.says("in", word)}
    ins |= {not positive for word, positive in clear.items() if look.vocabulary.says("out", word)}
    if len(ins) == 1:
        return Point("sign", "in" if True in ins else "out", "proven", why)
    credit = any(positive for word, positive in words.items() if "贷" in word or word.upper().startswith("C"))
    return Point("sign", "in" if credit else "out", "open", why, choices)

"""Aliases are said, confirmed, rejected and ended; as one CSV file they are looked through and edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.book.aliases import ALIAS_COLUMNS, FIELDS, Alias, aliases, standing, states
from fundtrack.book.create import now
from fundtrack.book.person import named, same_person
from fundtrack.chart.words import words_of
from fundtrack.errors import FormatError, UsageError, nearest, words
from fundtrack.identifier import covered
from fundtrack.importing.files import decode, rows
from fundtrack.importing.header.channels import Told
from fundtrack.importing.values import cells, fields
from fundtrack.importing.words.lines import Uses
from fundtrack.pages import catalogue
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart

DECISION: Final = ("alias", "decided", "reason", "decided_at", "decided_by")
EDITED: Final = ("field", "page", "word", "meaning", "reason")
"""The columns that a clerk edits; the others are told, and not read back."""

TOLD: Final = ("alias", *EDITED, "state", "said_by", "said_at", "decided_by", "decided_at")
"""The columns of the file."""


class Said(NamedTuple):
    """What somebody says of a word; of an empty page all pages, an empty meaning ends what it stood for."""

    field: str
    word: str
    meaning: str
    page: str = ""
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What is mapped."""
        return self.field, self.page, self.word


@dataclass
class Done:
    """What a file of aliases, or one of them, came to."""

    new: list[Alias] = field(default_factory=list)
    unchanged: int = 0


def say(book: Book, said: Sequence[Said], *, by: str) -> Done:
    """Keep what is said of words, all of it or nothing; what stands or is proposed like that already is left alone.

    Raises what `checked` does, and UsageError (`reason-needed`) where no reason is given.
    """
    pages = {*catalogue("importers", local=book.folder / "importers")}
    who = named(by)

    def act(connection: Connection) -> Done:
        chart, done = book.chart(connection), Done()
        every = aliases(connection)
        for one in said:
            whole = checked(one, chart, pages)
            newest = next((known for known in reversed(every) if known.key == whole.key), None)
            if _stands(newest, whole, every):
                done.unchanged += 1
                continue
            if not whole.reason.strip():
                raise UsageError("reason-needed")
            made = Alias(len(every) + 1, *whole.key, whole.meaning, newest.alias if newest else None,
                         covered(whole.reason.strip()), now(), who)  # fmt: skip
            dialect.insert_rows(connection, "alias", ALIAS_COLUMNS, [made[: len(ALIAS_COLUMNS)]])
            every.append(made)
            done.new.append(made)
        return done

    return book.act(act)


def _stands(newest: Alias | None, said: Said, every: Iterable[Alias]) -> bool:
    """Return whether nothing would change: the word stands for that already, or is proposed to."""
    now_is = standing(every).get(said.key)
    pending = newest is not None and not newest.applies and not newest.decided
    stands = newest.meaning if newest and pending else now_is.meaning if now_is else ""
    return said.meaning == stands


def checked(said: Said, chart: Chart, pages: Iterable[str]) -> Said:
    """Return what is said with its texts as they are kept and its meaning as a code.

    Raises UsageError: `alias-field`, `alias-page`, `alias-private` for a word with a number that may be a person's,
    `alias-known` for what the chart itself calls so, and what `meant` raises.
    """
    word = cells.text(said.word)
    if said.field not in FIELDS:
        raise UsageError("alias-field", field=said.field, known="、".join(FIELDS))
    if said.page and said.page not in pages:
        raise UsageError("alias-page", page=said.page, known=nearest(said.page, pages))
    if not word:
        raise UsageError("alias-empty")
    if covered(word) != word:
        raise UsageError("alias-private", word=covered(word))
    known = words_of(chart).get(said.field, {}).get(word)
    if known:
        called = sorted(Uses(chart).called(Told(word, "", word))) if said.field == "use" else ()
        raise UsageError("alias-known", word=word, known="、".join(map("-".join, called)) or known)
    meaning = meant(said.field, said.meaning.strip(), chart) if said.meaning.strip() else ""
    return said._replace(word=word, meaning=meaning)


def meant(of: str, said: str, chart: Chart) -> str:
    """Return the code of what a person names by code or name; a department or payee by the text alone.

    Raises UsageError: `alias-meaning` for what the chart has not.
    """
    if of in {"fund", "project"}:
        known = words_of(chart)[of]
        codes: set[str] = {*(chart.funds if of == "fund" else chart.projects)}
        code = known.get(said, said)
        if code not in codes:
            raise UsageError("alias-meaning", meaning=said, known=nearest(said, known))
        return code
    if of == "use":
        return _use(said, chart)
    if covered(said) != said:
        raise UsageError("alias-private", word=covered(said))
    return cells.name(said)


def _use(said: str, chart: Chart) -> str:
    """Return a use by its code, with the fund where one is said, or by a name that several funds' uses have.

    Raises UsageError (`alias-meaning`).
    """
    uses = [one for one in chart.accounts.values() if one.kind == "use"]
    found = fields.USE.fullmatch(said)
    if found and any(one.code == found[2] and found[1] in {None, one.fund} for one in uses):
        return f"{found[1]}-{found[2]}" if found[1] else found[2]
    codes = {one.code for one in uses if said in {one.name, one.name_zh}}
    if not codes:
        known = Uses(chart).near("", said).details["near"]
        raise UsageError("alias-meaning", meaning=said, known=known)
    return codes.pop() if len(codes) == 1 else said


def confirm(book: Book, numbers: Sequence[int], *, by: str) -> list[Alias]:
    """Let proposed aliases stand. Raises what `_decided` does, and UsageError (`alias-own`) for who proposed it."""

    def act(connection: Connection) -> list[Alias]:
        found = [_proposed(connection, number) for number in numbers]
        for one in found:
            if same_person(one.said_by, by):
                raise UsageError("alias-own", alias=one.alias, by=by)
        _decide(connection, found, "confirmed", by)
        return found

    return book.act(act)


def reject(book: Book, number: int, *, by: str, reason: str) -> Alias:
    """Let a proposed alias never stand. Raises what `_proposed` does, and UsageError (`reason-needed`)."""
    if not reason.strip():
        raise UsageError("reason-needed")

    def act(connection: Connection) -> Alias:
        found = _proposed(connection, number)
        _decide(connection, [found], "rejected", by, covered(reason.strip()))
        return found

    return book.act(act)


def _proposed(connection: Connection, number: int) -> Alias:
    """Return a proposal. Raises UsageError: `alias-missing`, `alias-decided`."""
    every = aliases(connection)
    found = next((one for one in every if one.alias == number), None)
    if found is None:
        raise UsageError("alias-missing", alias=number)
    if (state := states(every)[number]) != "proposed":
        raise UsageError("alias-decided", alias=number, state=state)
    return found


def _decide(connection: Connection, found: Iterable[Alias], decided: str, by: str, reason: str = "") -> None:
    said = [(one.alias, decided, reason, now(), named(by)) for one in found]
    dialect.insert_rows(connection, "alias_decision", DECISION, said)


def find(connection: Connection, said: str, of: str = "fund") -> list[Alias]:
    """Return the aliases that a person means by a word or a number.

    Raises UsageError: `alias-missing`, or `alias-of-another` where they stand for something else.
    """
    found = known(connection, said, of)
    if not found:
        others = [other for other in FIELDS if known(connection, said, other)]
        key = "alias-of-another" if others else "alias-missing"
        raise UsageError(key, alias=said, field=words(f"alias-field-{of}"), option=f"--{(others or [of])[0]}",
                         others=words(*(f"alias-field-{other}" for other in others)))  # fmt: skip
    return found


def known(connection: Connection, said: str, of: str) -> list[Alias]:
    """Return the aliases of one field that a person may mean by a word or a number."""
    every = [one for one in aliases(connection) if one.field == of]
    return [one for one in every if one.word == cells.text(said)] or [one for one in every if str(one.alias) == said]


def records(connection: Connection, *, every: bool = False) -> list[dict[str, Any]]:
    """Return the aliases that stand or are proposed, or every one."""
    found = aliases(connection)
    state = states(found)
    shown = (one for one in found if every or state[one.alias] in {"standing", "proposed"})
    return [{name: {**one._asdict(), "state": state[one.alias]}[name] for name in TOLD} for one in shown]


def read_file(path: Path, reason: str) -> list[Said]:
    """Return what a CSV file says of words; a row without a reason of its own has the `reason` given for all.

    Raises FormatError where it is no such file: `alias-columns` where a column is missing.
    """
    encoding = decode.encoding(path, "gb18030")
    numbered = [(number, row) for number, row in rows.read(path, encoding, ",") if any(map(str.strip, row))]
    head = [cell.strip() for cell in numbered[0][1]] if numbered else []
    if missing := [name for name in EDITED[:4] if name not in head]:
        raise FormatError("alias-columns", path=path, missing="、".join(missing))
    said = []
    for number, row in numbered[1:]:
        if len(row) != len(head):
            raise FormatError("alias-row", path=path, row=number)
        of = {name: _unquoted(cell) for name, cell in zip(head, row, strict=True)}
        said.append(Said(of["field"], of["word"], of["meaning"], of["page"], of.get("reason", "") or reason))
    return said


def _unquoted(cell: str) -> str:
    """Return a cell without the mark that keeps a spreadsheet from taking it for a formula."""
    bare = cell.strip()
    return bare[1:] if bare[:1] == "'" and bare[1:2] in {*"=+-@\t\r"} else bare

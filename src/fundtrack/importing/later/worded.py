"""Which vouchers a word gave their use, project, department or payee: read once more in the kept originals.

A voucher keeps on what its fund rests. Of all else it keeps the row that it came from: the row says the word, and the
alias is the one that stood when the voucher was recorded and means what the voucher says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.aliases import aliases
from fundtrack.chart.words import words_of
from fundtrack.errors import FundtrackError
from fundtrack.importing.batch.file import importers_of
from fundtrack.importing.later.again import source_of
from fundtrack.importing.values import fields
from fundtrack.importing.words.lines import Uses
from fundtrack.posting.kinds import kind_of_account
from fundtrack.posting.standing import citing, linked, voucher_of
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.aliases import Alias
    from fundtrack.chart.model import Chart
    from fundtrack.importing.importer import Importer
    from fundtrack.posting.standing import Standing

MARK: Final = "by the word"
"""What the word is read as; a voucher is only of it where it says what an alias of the word meant."""

BATCHES: Final = """
SELECT b.batch, b.page, b.file, b.page_sha256 FROM batch AS b
WHERE EXISTS (SELECT 1 FROM voucher AS v WHERE v.batch = b.batch AND v.recorded_at >= :since)
    OR EXISTS (SELECT 1 FROM application AS a WHERE a.batch = b.batch AND a.applied_at >= :since)
ORDER BY b.batch
"""
"""The batches of which anything was recorded since a word stood for something."""

POSTED: Final = """
SELECT v.row, v.id, v.recorded_at FROM voucher AS v WHERE v.batch = :batch
UNION ALL SELECT a.row, d.voucher, a.applied_at FROM application AS a
JOIN application_decision AS d ON d.application = a.application AND d.voucher IS NOT NULL WHERE a.batch = :batch
ORDER BY 2
"""
"""The vouchers of the rows of a batch, and when these were read; of an application its approval."""

WAITING: Final = """
SELECT a.row, a.application, a.fund, a.applied_at, a.payee, q.use, q.project, q.department FROM application AS a
JOIN quota AS q ON q.fund = a.fund AND q.line = a.line
WHERE a.batch = :batch AND NOT EXISTS (SELECT 1 FROM application_decision AS d WHERE d.application = a.application)
ORDER BY a.application
"""
"""The applications of a batch about which nobody has decided, with what each says in the fields of a word."""

LINKED: Final = frozenset({"bill", "quota"})
"""What rows become that may be several vouchers, linked, of which only one names its row."""

APPLIED: Final = "application"

RESULT: Final = "result"
"""What rows become that only find the payments they tell of: what these say, they said before."""


class Unread(NamedTuple):
    """A batch whose rows cannot be read once more, or are read through another page than then: what it may hide."""

    batch: int
    file: str
    why: FundtrackError | None


class Read(NamedTuple):
    """What a word gave vouchers, in their order, with the alias by which it did; and what could not be read.

    Applications that rest on it and wait are no vouchers yet.
    """

    vouchers: list[tuple[Standing, int]]
    waiting: list[int]
    unread: list[Unread]


def given(connection: Connection, book: Book, field: str, word: str) -> Read:
    """Return the vouchers that have their use, project, department or payee by a word, whatever it meant when."""
    every = [one for one in aliases(connection) if (one.field, one.word) == (field, word) and one.applies]
    since = min((one.said_at for one in every if one.meaning), default="")
    found: dict[int, tuple[Standing, int]] = {}
    waiting: list[int] = []
    unread: list[Unread] = []
    if not since:
        return Read([], [], [])
    chart, known = book.chart(connection), _marking(connection, book, every[0])
    for batch, page, file, digest in dialect.rows_of(connection, BATCHES, {"since": since}):
        versions = [one for one in every if one.page in {"", page}]
        if not versions or (page in known and known[page].layout.becomes == RESULT):
            continue
        try:
            rows = source_of(connection, book, batch, known).saying(field, MARK)
        except FundtrackError as error:
            unread.append(Unread(batch, file, error))
            continue
        if known[page].page.digest != digest:
            unread.append(Unread(batch, file, None))
        for one, at in _vouchers(connection, batch, rows, known[page].layout.becomes):
            if alias := _meant(chart, (one.fund, value_of(chart, one, field)), versions, at):
                found[one.id] = one, alias
        waiting += _waiting(connection, chart, batch, rows, versions)
    return Read([found[voucher] for voucher in sorted(found)], waiting, unread)


def value_of(chart: Chart, voucher: Standing, field: str) -> str:
    """Return what a voucher says in a field; the code of its use, or that and the department of its quota line."""
    if field in {"fund", "project", "payee"}:
        return str(getattr(voucher, field))
    legs = {leg for entry in voucher.entries for leg in entry[:2]}
    if field == "use":
        uses = sorted(leg.code for leg in legs if kind_of_account(chart, leg) == "use")
        if uses or voucher.kind == "advance":  # which is for no use yet, whatever line paid it
            return ", ".join(uses)
    names = {leg.code.partition(":")[2] for leg in legs} - {""}
    return ", ".join(sorted({
        getattr(line, field) for line in chart.quotas if line.fund == voucher.fund and line.name in names
    } - {""}))  # fmt: skip


def code_of(chart: Chart, field: str, meaning: str, fund: str) -> str:
    """Return what a meaning comes to in a voucher of a fund; of a use that another fund's alone is, nothing."""
    if field != "use":
        return meaning
    found = fields.USE.fullmatch(meaning)
    if found is None:
        return Uses(chart).codes.get((fund, meaning), meaning)
    return str(found[2]) if found[1] in {None, fund} else ""


def _marking(connection: Connection, book: Book, alias: Alias) -> Mapping[str, Importer]:
    """Return the importers by which the word of an alias reads as the mark, whatever else stands for anything."""
    chart = book.chart(connection)
    words = {of: {said: code for said, code in known.items() if (of, said) != (alias.field, alias.word)}
             for of, known in words_of(chart).items()}  # fmt: skip
    return importers_of(book, words, chart.currency, [alias._replace(page="", meaning=MARK)])


def _vouchers(connection: Connection, batch: int, rows: set[int], becomes: str) -> Iterator[tuple[Standing, str]]:
    """Give the vouchers that came of rows and when these were read, also those linked, or paid what was applied for."""
    for row, voucher, at in dialect.rows_of(connection, POSTED, {"batch": batch}) if rows else ():
        if row in rows:
            one = voucher_of(connection, voucher)
            others = linked(connection, one) if becomes in LINKED else [one]
            others += citing(connection, one) if becomes == APPLIED else []
            yield from ((other, at) for other in others)


def _waiting(
    connection: Connection, chart: Chart, batch: int, rows: set[int], versions: Sequence[Alias]
) -> Iterator[int]:
    """Give the applications that came of rows, about which nobody has decided, and that say what the word meant."""
    for row, application, fund, at, *said in dialect.rows_of(connection, WAITING, {"batch": batch}) if rows else ():
        field, values = versions[0].field, dict(zip(("payee", "use", "project", "department"), said, strict=True))
        if row in rows and _meant(chart, (fund, values[field]), versions, at):
            yield application


def _meant(chart: Chart, said: tuple[str, str], versions: Iterable[Alias], at: str) -> int:
    """Return the alias by which a fund's voucher says a value; 0 where none that means it stood when its row was read.

    What is said and what is read may have the second in common: of two that stood in it, the meaning decides.
    """
    fund, value = said
    ordered = [*versions]
    for one in sorted(ordered, key=lambda one: (bool(one.page), one.alias), reverse=True):
        later = next((then.said_at for then in ordered if then.key == one.key and then.alias > one.alias), "9")
        stood = one.meaning and one.said_at <= at <= later
        if stood and code_of(chart, one.field, one.meaning, fund) == value:
            return one.alias
    return 0

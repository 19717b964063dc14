"""A page proposed for an unknown file: every point of it with its evidence, and the questions that are left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import FormatError, UsageError, nearest
from fundtrack.importing.layout import BOOK
from fundtrack.importing.proposing import days, decimals, fields, sides, units
from fundtrack.importing.proposing.ends import Ends, ends, unknown
from fundtrack.importing.proposing.grid import grid
from fundtrack.importing.proposing.look import NONE, Looked
from fundtrack.importing.proposing.point import Point, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from fundtrack.importing.proposing.grid import Grid
    from fundtrack.importing.proposing.look import Column
    from fundtrack.importing.proposing.vocabulary import Vocabulary

TOPICS: Final = (
    "encoding", "delimiter", "header", "date", "date-order", "amount", "amount-in", "amount-out", "direction", "in",
    "out", "status", "settled", "sign", "decimal", "unit", "currency", "payee", *fields.BESIDE,
)  # fmt: skip
"""What a person may say of a file."""

READ: Final = ("date", "amount", "amount-in", "amount-out", "balance", "payee", *fields.BESIDE)
"""Topics that are columns which a row is read by, in the order of a page."""


class Proposal(NamedTuple):
    """What a page would say of a file: its points, its table, what ends it, and which columns are masked or the key."""

    points: tuple[Point, ...]
    look: Looked
    ends: Ends
    private: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def grid(self) -> Grid:
        """Return the table."""
        return self.look.grid

    @property
    def open(self) -> list[Point]:
        """Return the questions that are left."""
        return [point for point in self.points if point.state == "open"]

    def value(self, topic: str) -> str:
        """Return what is said of a topic, or suggested; nothing where it is no point, or no column is meant."""
        found = next((point.value for point in self.points if point.topic == topic), "")
        return "" if found == NONE else found

    def column(self, topic: str) -> Column | None:
        """Return the column of a topic."""
        return self.look.of(self.value(topic))

    @property
    def columns(self) -> dict[str, str]:
        """Return the columns that a row is read by, by field."""
        return {topic: name for topic in READ if (name := self.value(topic))}


def answers_of(said_so: Iterable[str]) -> dict[str, str]:
    """Return what a person says as TOPIC=VALUE. Raises UsageError (`new-set`, `new-topic`)."""
    answers = {}
    for one in said_so:
        topic, equals, value = one.partition("=")
        topic = topic.strip()
        if not equals or not value.strip():
            raise UsageError("new-set", text=one)
        if topic == "date" and value.strip() in days.ORDERS:
            topic = "date-order"
        if topic not in TOPICS:
            raise UsageError("new-topic", topic=topic, known=nearest(topic, TOPICS))
        answers[topic] = value.strip()
    return answers


def propose(
    path: Path,
    vocabulary: Vocabulary,
    answers: Mapping[str, str],
    *,
    currency: str,
    words: Mapping[str, Mapping[str, str]],
) -> Proposal:
    """Look at a file and propose what a page says of it; `currency` and `words` are those of the book.

    Raises FormatError where the file cannot be read at all or lists no payments (`new-quota`, `new-result`), and
    UsageError for an answer that cannot be followed.
    """
    table, points = grid(path, vocabulary, answers)
    look, commas = decimals.decimals(Looked(table, vocabulary), answers)
    if given := fields.quota(look, answers):
        raise FormatError("new-quota", path=path, column=given.name)
    if became := fields.result(look, answers):
        raise FormatError("new-result", path=path, column=became.name, words="、".join(became.words()))
    date = fields.date(look, answers)
    amounts = sides.amounts(look, [date.value], answers)
    points += [date, *amounts]
    read = [column for point in amounts if (column := look.of(point.value))]
    when = look.of(date.value)
    if when is None or len(read) != len(amounts):
        return Proposal(tuple(points), look, Ends((), (), ()), (), ())
    points += commas or decimals.asked(read, answers, table.delimiter)
    points.append(days.order(date.value, when.cells, answers))
    taken = [date.value, *(point.value for point in amounts)]
    moved = _movement(look, read, taken, answers)
    points += moved
    taken += [point.value for point in moved if point.topic in {"direction", "status"}]
    directed = any(point.topic == "direction" for point in moved)
    points += _named(look, read, taken, answers, words, directed=directed)
    points += _money(look, read, points, currency, answers)
    return _whole(points, look, when, read, words)


def _movement(look: Looked, read: Sequence[Column], taken: Sequence[str], answers: Mapping[str, str]) -> list[Point]:
    """Return what says which way the money of a row went, and whether it did, but by its sign."""
    way = sides.direction(look, read[0], answers) if len(read) == 1 else []
    used = [*taken, *(point.value for point in way[:1])]
    return [*way, *sides.status(look, used, answers)]


def _named(
    look: Looked,
    read: Sequence[Column],
    taken: Sequence[str],
    answers: Mapping[str, str],
    words: Mapping[str, Mapping[str, str]],
    *,
    directed: bool,
) -> list[Point]:
    """Return who is paid, which way an amount went where only its sign says it, and what else a row says."""
    balance = sides.balance(look)
    beside = [balance.name] if balance else []
    who = fields.payee(look, [*taken, *beside], answers)
    found = [who]
    if len(read) == 1 and not directed:
        found.append(sides.sign(look, read[0], who.value, answers))
    if len(read) > 1:
        found += sides.printed(look, read[0], read[1], answers)
    if balance:
        found.append(Point("balance", balance.name, "named", said("new-balance", column=balance.name)))
    return [*found, *fields.beside(look, [*taken, *beside, who.value], answers, words)]


def _money(
    look: Looked, read: Sequence[Column], points: Sequence[Point], book: str, answers: Mapping[str, str]
) -> list[Point]:
    """Return the currency and the unit of the amounts."""
    currency = units.currency(look, read[0], book, answers)
    code = book if currency.value == BOOK or look.of(currency.value) else currency.value
    statement = any(point.topic == "balance" for point in points) and (
        len(read) > 1 or any(point.topic in {"sign", "direction"} and point.state == "proven" for point in points)
    )
    beside = currency.value if look.of(currency.value) else ""
    unit = units.unit(look, read, units.Stated(statement, code, beside), answers)
    return [currency, unit]


def _whole(
    points: Sequence[Point],
    look: Looked,
    when: Column,
    read: Sequence[Column],
    words: Mapping[str, Mapping[str, str]],
) -> Proposal:
    """Return the proposal with what ends the table, what is masked, what is the key, and the words nobody knows."""
    last = ends(look.grid, when, read)
    mapped = {point.topic: point.value for point in points if point.topic in READ and point.value != NONE}
    others = [point.value for point in points if point.topic in {"direction", "status", "currency"}]
    masked = [one.name for one in fields.private(look, [*mapped.values(), *others])]
    asked = any(point.topic == "payee" and point.state == "open" for point in points)
    key = fields.key(look, ({"payee": ""} if asked else {}) | mapped, [*masked, *others])
    masked = [name for name in masked if name not in key]
    found = [*points, *last.points]
    for field in ("fund", "use", "project"):
        column = look.of(mapped.get(field, ""))
        if column and (point := unknown(field, column, words.get(field, {}))):
            found.append(point)
    if masked:
        found.append(Point("private", "、".join(masked), "named", said("new-private", columns=len(masked))))
    why = said("new-key" if key else "new-key-asked" if asked else "new-key-none")
    found.append(Point("key", "、".join(key) or "–", "taken", why))
    read_by = {*mapped.values(), *others, *masked, *key}
    if unread := [one.name for one in look.usable if one.filled and one.name not in read_by]:
        found.append(Point("unread", "、".join(unread), "taken", said("new-unread", columns=len(unread))))
    return Proposal(tuple(found), look, last, tuple(masked), tuple(key))

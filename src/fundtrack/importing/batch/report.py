"""The row account of an import: what became of every row, with counts and sums that tie to the file."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack import money
from fundtrack.book.aliases import aliases, standing
from fundtrack.errors import LANGUAGES, message
from fundtrack.importing.batch.default import by_default, by_refusal, kept, refused
from fundtrack.posting.held import HELD
from fundtrack.schema import dialect
from fundtrack.schema.registers import REGISTERS, every_entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book.aliases import Alias
    from fundtrack.checking import Finding
    from fundtrack.errors import Language
    from fundtrack.importing.batch.default import Default, Refused
    from fundtrack.importing.batch.tally import Reason
    from fundtrack.importing.body.balances import Break
    from fundtrack.importing.body.totals import Differing
    from fundtrack.importing.body.unseen import Unseen
    from fundtrack.importing.header.once import Dated

STATES = ("posted", "already_posted", "not_held", "quarantined", "rejected", "not_data")
"""What may become of a row. What is not held was entered in a register once, and holds no more."""

OCCASIONAL: Final = ("not_held", "rejected")
"""States of which people hear only where rows are in them."""


LACKING: Final = (["fund-by-default"], ["fund-missing"], ["use-missing"])
"""Reasons of a row that are settled by what somebody says of its file, fund and use, and another confirms."""


TOLD: Final = 1000
"""Rows of a state that are told one by one; of more, people are told how many there are."""


class Kept:
    """The rows of a batch that made nothing new: counted and summed by state, those that wait by check as well.

    `first` are the first of each state; `alone` counts rows that wait for nothing but one check; `entries` are those
    that rows found in a register, and `checks` all reasons.
    """

    def __init__(self) -> None:
        """Begin at none."""
        self.counts, self.amounts = Counter[str](), Counter[str]()
        self.waiting, self.waiting_amounts = Counter[str](), Counter[str]()
        self.alone, self.entries, self.checks = Counter[str](), Counter[str](), set[str]()
        self.first: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        """Count a row in its present state."""
        state, amount, checks = row["state"], row["amount"] or 0, {why["check"] for why in row["reasons"]}
        self.checks |= checks
        self.counts[state] += 1
        self.amounts[state] += amount
        if state == "quarantined":
            self.waiting.update(checks)
            self.waiting_amounts.update(dict.fromkeys(checks, amount))
            self.alone.update(checks if len(row["reasons"]) == 1 else ())
        if state == "already-posted":
            self.entries.update(why["entry"] for why in row["reasons"] if "entry" in why)
        if self.counts[state] <= TOLD:
            self.first.append(row)


class Replaced(NamedTuple):
    """An entry of a row that took the place of another, and what each says where they differ, as it is given out."""

    row: int
    entry: str
    replaces: str
    was: Mapping[str, Any]
    now: Mapping[str, Any]

    def record(self) -> dict[str, Any]:
        """Return it for machine-readable output."""
        return {"row": self.row, "entry": self.entry, "replaces": self.replaces, "was": self.was, "is": self.now}


@dataclass(frozen=True)
class Report:
    """What became of the rows of one sheet. Amounts are fen, counted as the file counts them.

    `held` are the rows that were not posted, of each state the first TOLD, and `kept` counts them all; `new` is false
    when the same bytes had been imported before; `findings` are leads on rows that were posted, `replaced` what these
    took the place of. `copies` are the rows that are exact
    copies of earlier ones, known only when the file is read; `columns` are those read of a file of a family, by field.
    `breaks` are the rows whose printed balance does not follow, known where the file was read, if it was again;
    `differing` the totals that are not the sum of their rows, known when the file is first read.
    `dated` is where the day of all rows was found, label and text, if it is not the one that the page names first.
    `unseen` is what the workbook hides and was read.
    `registers` says that rows become entries of a register, and are not posted.
    `late` are the rows that were entered though they are dated in a month that is closed, with the month.
    `waited` are rows of this file, each with the name of the one that waited and in the place of which it was posted.
    """

    file: str
    sheet: str
    sha256: str
    page: str
    batch: int
    rows: dict[str, int]
    amounts: dict[str, int]
    unreadable_rows: int
    dates: tuple[str, str]
    printed_total: int | None
    printed_total_agrees: bool | None
    held: tuple[dict[str, Any], ...]
    kept: Kept
    findings: tuple[Finding, ...] = ()
    new: bool = False
    replaced: tuple[Replaced, ...] = ()
    copies: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    waited: tuple[tuple[int, str], ...] = ()
    breaks: tuple[Break, ...] | None = None
    differing: tuple[Differing, ...] | None = None
    dated: Dated | None = None
    unseen: Unseen | None = None
    registers: bool = False
    late: tuple[tuple[int, str], ...] = ()

    def fresh(self, findings: Sequence[Finding], agrees: bool | None) -> Report:  # noqa: FBT001
        """Return the report of an import that has just been done: what stands was posted by it."""
        states = ("already-posted", "posted")
        before, already = (sum(of[state] for state in states) for of in (self.kept.counts, self.kept.amounts))
        rows = self.rows | {"posted": self.rows["already_posted"] - before, "already_posted": before}
        standing = self.amounts["already_posted"]
        amounts = self.amounts | {"posted": standing - already, "already_posted": already}
        return replace(
            self, rows=rows, amounts=amounts, findings=tuple(findings), printed_total_agrees=agrees, new=True
        )

    @property
    def unlisted(self) -> bool:
        """Say whether a sheet has no header that the page reads: then it is no list."""
        return self.kept.counts.total() == self.rows["read"] and self.kept.checks <= {
            "not-data-sheet",
            "not-data-blank",
        }

    @property
    def empty(self) -> bool:
        """Say whether a list has no row of data."""
        return self.rows["read"] == self.rows["not_data"]

    def reasons(self) -> list[dict[str, Any]]:
        """Return why rows wait, by check: how many and how much."""
        return [
            {"check": check, "rows": rows, "amount": money.plain(self.kept.waiting_amounts[check])}
            for check, rows in sorted(self.kept.waiting.items())
        ]

    def record(self, _language: Language) -> dict[str, Any]:
        """Return the report as the machine-readable object of `import --format json`."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "sha256": self.sha256,
            "page": self.page,
            "batch": self.batch,
            "rows": self.rows,
            "amounts": {state: money.plain(amount) for state, amount in self.amounts.items()},
            "unreadable_rows": self.unreadable_rows,
            "dates": list(self.dates) if any(self.dates) else [None, None],
            "printed_total": None if self.printed_total is None else money.plain(self.printed_total),
            "printed_total_agrees": self.printed_total_agrees,
            "totals_differing": None if self.differing is None else [total.record() for total in self.differing],
            "balance_breaks": None if self.breaks is None else [broken.record() for broken in self.breaks],
            "duplicate_rows": self.copies,
            "columns": dict(self.columns),
            "day_of_all": {"label": self.dated.label, "text": self.dated.text} if self.dated else None,
            "hidden": self.unseen.record() if self.unseen else None,
            "reasons": self.reasons(),
            "closed_months": [{"row": row, "month": month} for row, month in self.late],
            "waited": [{"row": row, "waited": name} for row, name in self.waited],
            "replaced": [one.record() for one in self.replaced],
        }


def reports_of(connection: Connection, sha256: str, file: str) -> list[Report]:
    """Return the reports of a file that was imported before, as its rows stand now."""
    of = dialect.rows_of(connection, f"SELECT batch FROM batch WHERE sha256 = '{sha256}' ORDER BY batch")
    return [report_of(connection, batch, file) for (batch,) in of]


def report_of(connection: Connection, batch: int, file: str) -> Report:
    """Return the report of a batch as its rows stand now."""
    of = connection.exec_driver_sql(f"SELECT * FROM batch WHERE batch = {batch:d}").mappings().one()
    return _standing(connection, dict(of), file)


def _standing(connection: Connection, batch: dict[str, Any], file: str) -> Report:
    moved, kept = _moved(connection, batch["batch"]), Kept()
    for row in held_rows(connection, batch["batch"]):
        kept.add(row)
    read = batch["amount_posted"] + batch["amount_already_posted"] + batch["amount_quarantined"]
    read += sum(moves for moves, _ in moved.values())
    unreadable = batch["rows_unreadable"] - sum(reads for _, reads in moved.values())
    rows, amounts = {"read": batch["rows_read"], **dict.fromkeys(STATES, 0)}, {"read": read, **dict.fromkeys(STATES, 0)}
    rows["not_data"] = batch["rows_not_data"]
    registers, rows["not_held"], amounts["not_held"] = _not_held(connection, batch["batch"], kept.entries)
    for state in ("quarantined", "rejected"):
        rows[state], amounts[state] = kept.counts[state], kept.amounts[state]
    rows["already_posted"] = rows["read"] - sum(rows[state] for state in STATES)
    amounts["already_posted"] = read - sum(amounts[state] for state in STATES)
    agrees = None if batch["printed_total"] is None or unreadable else batch["printed_total"] == read
    return Report(
        file=file,
        sheet=batch["sheet"],
        sha256=batch["sha256"],
        page=batch["page"],
        batch=batch["batch"],
        rows=rows,
        amounts=amounts,
        unreadable_rows=unreadable,
        dates=(batch["date_first"], batch["date_last"]),
        printed_total=batch["printed_total"],
        printed_total_agrees=agrees,
        held=tuple(kept.first),
        kept=kept,
        registers=registers,
    )


def _moved(connection: Connection, batch: int) -> dict[int, tuple[int, int]]:
    """Return by how many fen corrections moved the rows of a batch, and whether their amounts can be read since."""
    return {
        row: (moves, reads)
        for row, moves, reads in dialect.rows_of(
            connection,
            f"""SELECT row, CAST(SUM(moves) AS BIGINT), CAST(COALESCE(SUM(reads), 0) AS BIGINT) FROM correction
            WHERE batch = {batch:d} AND moves IS NOT NULL GROUP BY row""",
        )
    }


def _not_held(connection: Connection, batch: int, known: Counter[str]) -> tuple[bool, int, int]:
    """Return whether a batch has entries, of how many rows the entry, or an equal one, holds no more, and their sum.

    `known` are the entries that rows of it found there, and how many of them did.
    """
    ((name,),) = dialect.rows_of(
        connection, f"SELECT COALESCE(MIN(register), '') FROM ({every_entry()}) AS e WHERE batch = {batch:d}"
    )
    if not (name or known):
        return False, 0, 0
    of = REGISTERS[name or next(iter(known)).partition(" ")[0]]
    same = " AND ".join(f"h.{column} = e.{column}" for column in of.columns)
    gone = dialect.rows_of(
        connection,
        f"SELECT '{of.name} ' || e.seq, e.batch, {of.summed or '0'} FROM {of.name} AS e WHERE e.withdrawn = 0 "
        f"AND NOT EXISTS (SELECT 1 FROM book_{of.relation} AS h WHERE {same})",
    )
    amounts = {entry: amount for entry, of_batch, amount in gone if of_batch == batch}
    again = {entry: (known[entry], amount) for entry, _, amount in gone if entry in known}
    rows = len(amounts) + sum(count for count, _ in again.values())
    return True, rows, sum(amounts.values()) + sum(count * amount for count, amount in again.values())


def held_rows(connection: Connection, batch: int) -> Iterator[dict[str, Any]]:
    """Give the rows of a batch that were not posted from it, in order, in their present state and with what they count.

    A quarantined row is posted, too, once the same row of another file is. It `waits` unless the same row waits in an
    earlier batch or was rejected in any: what is decided about that one is decided about this one.
    """
    said = next((default for default, _ in kept(connection, batch)), None)
    no, moved = refused(connection, batch), _moved(connection, batch)
    stand = {(of, word): alias for (of, _, word), alias in standing(aliases(connection)).items()}
    rows = connection.exec_driver_sql(
        f"{HELD} WHERE r.batch = {batch:d} ORDER BY r.row", execution_options={"yield_per": TOLD}
    )
    with closing(rows):  # whoever looks for one row stops there
        for row in rows.mappings():
            reasons = [_by_now(one, stand) for one in _in_force(json.loads(row["reasons"]), said, no)]
            found = dict(row) | {"reasons": reasons, "cells": json.loads(row["cells"])}
            if row["row"] in moved:  # corrected since
                found["amount"] = (row["amount"] or 0) + moved[row["row"]][0]
            yield found


def _by_now(reason: Reason, stand: Mapping[tuple[str, str], Alias]) -> Reason:
    """Return a reason with what to do where an alias stands by now for the word that it is about."""
    alias = stand.get((reason.get("field", ""), reason.get("word", "")))
    if alias is None:
        return reason
    told = {f"remedy-{one}": message("group-alias", one, **alias._asdict()) for one in LANGUAGES}
    return {**reason, **told}


def _in_force(reasons: Sequence[Reason], said: Default | None, no: Refused | None) -> Sequence[Reason]:
    """Return the reasons of a row: one that lacks but what is said of its file by now waits for the confirmation.

    Where that was refused, it waits to be told its fund.
    """
    if no and [one["check"] for one in reasons] == LACKING[0]:
        return [by_refusal(no)]
    lacking = LACKING if said and said.use else LACKING[:1]
    whole = said and ([one["check"] for one in reasons] in lacking or _of_project(reasons, said))
    return [by_default(said)] if said and whole else reasons


def _of_project(reasons: Sequence[Reason], said: Default) -> bool:
    """Return whether a row waits for nothing but quota of a project, which is said of its file by now."""
    about = [(one.get("field"), one.get("fund")) for one in reasons]
    return bool(said.project) and about == [("project", said.fund)]

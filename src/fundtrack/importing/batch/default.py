"""The fund, use and project of rows that say none: what somebody says of the whole file, which another confirms.

A channel that only a default gives is a guess until a second person confirms it. So such rows wait; who said it stands
with the batch, and who confirmed it with each row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.book.create import now
from fundtrack.book.person import named
from fundtrack.chart.words import words_of
from fundtrack.errors import ChartError, UsageError, nearest
from fundtrack.identifier import covered
from fundtrack.importing.batch.basis import CORRECTED
from fundtrack.importing.batch.tally import reason
from fundtrack.importing.words.lines import Uses
from fundtrack.posting.kinds import kind_of_account, parse_use, use_of
from fundtrack.posting.vouchers import refuse_unknown_project
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.importing.batch.tally import Reason
    from fundtrack.importing.body.blocks import Candidates

COLUMNS: Final = ("batch", "nth", "fund", "use", "project", "reason", "said_at", "said_by")

LAST: Final = "SELECT fund, use, project, reason, said_by FROM batch_default"


class Default(NamedTuple):
    """What a file's rows are booked to where they say nothing: codes; the use with the fund whose use it is."""

    fund: str
    use_fund: str = ""
    use: str = ""
    project: str = ""

    @property
    def written(self) -> str:
        """The use as it is kept: with the fund whose use it is, where that is another."""
        return self.use if self.use_fund in {"", self.fund} else f"{self.use_fund}-{self.use}"

    def fill(self, said: Candidates) -> tuple[Candidates, list[bool]]:
        """Return candidates with what they do not say, and which of them did not say their fund or use."""
        said_of = zip(said.fund, said.use, said.project, strict=True)
        lacking = [not fund or (fund == self.fund and bool((self.use and not use) or (self.project and not project)))
                   for fund, use, project in said_of]  # fmt: skip
        if not any(lacking):
            return said, lacking
        fund_said = [one._replace(how="default", word="" if one.how == CORRECTED else one.word) if wants else one
                     for one, wants in zip(said.fund_said, lacking, strict=True)]  # fmt: skip
        rows = zip(lacking, said.use_fund, said.use, said.project, strict=True)
        filled = [
            (use_fund, use, project) if not one
            else (use_fund if use else self.use_fund, use or self.use, project or self.project)
            for one, use_fund, use, project in rows
        ]  # fmt: skip
        use_fund, use, project = zip(*filled, strict=True)
        return said._replace(
            fund=[fund or self.fund for fund in said.fund], use_fund=use_fund, use=use, project=project,
            fund_said=fund_said,
        ), lacking  # fmt: skip


def default_of(chart: Chart, fund: str, use: str, project: str) -> Default | None:
    """Return the default that a person names, by codes or by the chart's names; None where they name nothing.

    Raises UsageError (`default-without-fund`, `project-unknown`; `use-unnamed`, `default-use`) and ChartError
    (`chart-fund-unknown`, `use-no-use`) for what the chart has not: no row could ever be posted with it.
    """
    if not fund:
        if use or project:
            raise UsageError("default-without-fund")
        return None
    words = words_of(chart)
    code = words["fund"].get(fund, fund)
    if code not in chart.funds:
        raise ChartError("chart-fund-unknown", fund=fund, known=nearest(fund, chart.funds))
    leg = use_of(chart, use, code) if use else None
    if leg and not kind_of_account(chart, leg):
        near = Uses(chart).near(leg.fund, leg.code).details["near"]
        raise UsageError("default-use", use=use, fund=leg.fund, near=near)
    of = words["project"].get(project, project)
    refuse_unknown_project(chart, of)
    return Default(code, leg.fund if leg else "", leg.code if leg else "", of)


def by_default(said: Default) -> Reason:
    """Return why a row waits whose fund, use or project somebody said."""
    return reason("fund-by-default", fund=said.fund, use=said.written or "–", project=said.project or "–")


class Refused(NamedTuple):
    """What somebody said of a file, and who refused it, with the reason."""

    default: Default
    by: str
    reason: str


def by_refusal(of: Refused) -> Reason:
    """Return why a row waits whose fund or use somebody said, and somebody else refused."""
    said = of.default
    return reason("default-refused", fund=said.fund, use=said.written or "–", by=of.by, why=of.reason)


RESTING: Final = """
SELECT COUNT(*) FROM voucher AS v JOIN fund_basis AS b ON b.fund_basis = v.fund_basis
WHERE b.how = 'default' AND b.batch = """


def keep(connection: Connection, batch: int, default: Default | None, by: str) -> None:
    """Keep what somebody says of a batch; said anew it takes the place of what was said, until vouchers rest on that.

    Raises UsageError (`default-stands`) once they do.
    """
    if default is None:
        return
    stands = next(iter(kept(connection, batch)), None)
    if stands and stands[0] == default:
        return
    _say(connection, batch, stands, (default.fund, default.written, default.project, ""), by)


def refuse(book: Book, batch: int, *, by: str, reason: str) -> Default:
    """Refuse what somebody says of a batch, and return that: its rows wait to be told their fund anew.

    Raises UsageError: `reason-needed`, `batch-unknown`, `default-missing` where nobody said any, `default-stands` where
    vouchers rest on it.
    """

    def act(connection: Connection) -> Default:
        refuse_unknown_batch(connection, batch)
        stands = next(iter(kept(connection, batch)), None)
        if stands is None:
            raise UsageError("default-missing", batch=batch)
        _say(connection, batch, stands, (None, "", "", covered(reason)), named(by))
        return stands[0]

    if not reason.strip():
        raise UsageError("reason-needed")
    return book.act(act)


def _say(
    connection: Connection, batch: int, stands: tuple[Default, str] | None, said: tuple[str | None, str, str, str],
    by: str,
) -> None:  # fmt: skip
    """Keep what is said of a batch from now on: fund, use and project, or a reason why nothing is.

    Raises UsageError (`default-stands`).
    """
    if stands and connection.exec_driver_sql(f"{RESTING}{batch:d}").scalar_one():
        raise UsageError("default-stands", batch=batch, fund=stands[0].fund, use=stands[0].written or "–", by=stands[1])
    nth = connection.exec_driver_sql(f"SELECT COUNT(*) + 1 FROM batch_default WHERE batch = {batch:d}").scalar_one()
    dialect.insert_rows(connection, "batch_default", COLUMNS, [(batch, nth, *said, now(), by)])


def refuse_unknown_batch(connection: Connection, batch: int) -> None:
    """Refuse the number of a batch that there is not. Raises UsageError (`batch-unknown`)."""
    last = connection.exec_driver_sql("SELECT COALESCE(MAX(batch), 0) FROM batch").scalar_one()
    if not 1 <= batch <= last:
        raise UsageError("batch-unknown", batch=batch, last=last)


def refused(connection: Connection, batch: int) -> Refused | None:
    """Return what was said of a batch last, where that was refused, and nothing was said since."""
    last = connection.exec_driver_sql(f"{LAST} WHERE batch = {batch:d} ORDER BY nth DESC LIMIT 2").all()
    if len(last) < len("ab") or last[0].fund:
        return None
    return Refused(_default(*last[1][:3]), last[0].said_by, last[0].reason)


def kept(connection: Connection, batch: int) -> Iterator[tuple[Default, str]]:
    """Give the default of a batch, where it has one, and who said it."""
    for fund, use, project, by in connection.exec_driver_sql(
        f"SELECT fund, use, project, said_by FROM default_in_force WHERE batch = {batch:d}"
    ).all():
        yield _default(fund, use, project), by


def _default(fund: str, use: str, project: str) -> Default:
    """Return a default as it is kept."""
    leg = parse_use(use, fund) if use else None
    return Default(fund, leg.fund if leg else "", leg.code if leg else "", project)

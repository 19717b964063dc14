"""Posting many candidates at once: exactly what posting them one by one would, in a fraction of the time.

One by one means by date, money in before money out, then by row. What no check finds fault with goes in as a set. A
candidate that breaks a check by itself is refused at once, whatever the others do. Where candidates are judged together
(a day-end, a bank reference) and one finding falls on them, they are replayed one by one, and so is everything that
leans on money they bring in, or that is dated before what the book already holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, text

from fundtrack.auditing.record import record_waived
from fundtrack.auditing.waivers import waived
from fundtrack.checking import candidates, run
from fundtrack.posting.dayorder import order_days
from fundtrack.posting.insert import insert_candidates
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, TextClause

    from fundtrack.checking import Check, Finding
    from fundtrack.checking.lens import Lens

    Aside = tuple[int, str, int]
    """A candidate that was put aside: its voucher, its day, and whether money goes out by it."""

ANY_LATE: Final = "SELECT (SELECT MAX(day) FROM daily_balance) > (SELECT MIN(day) FROM candidate)"
"""Whether the book holds any day after the first candidate; most files go on where the last one ended."""

LATE: Final = f"""
WITH candidate_days AS ({candidates.DAYS})
SELECT t.account FROM ({candidates.TOUCHED}) AS t
WHERE EXISTS (SELECT 1 FROM daily_balance AS d
    WHERE d.fund = t.fund AND d.unit = t.unit AND d.code = t.code AND d.day > t.day)
"""
"""Accounts on which the book holds days after the first candidate: no running total says what each of them leaves."""

WINDOW_MAX: Final = 4096
"""The most candidates that are judged together in a replay."""


def _of_many(select: str, name: str) -> TextClause:
    return text(select).bindparams(bindparam(name, expanding=True))


ON_ACCOUNTS: Final = _of_many(
    "SELECT DISTINCT voucher FROM candidate_postings WHERE controlled <> 0 AND account IN :accounts", "accounts"
)
FED_BY: Final = _of_many(
    "SELECT DISTINCT account FROM candidate_postings WHERE controlled * amount > 0 AND voucher IN :vouchers", "vouchers"
)
CITING: Final = _of_many("SELECT voucher FROM candidate WHERE cites IN :vouchers", "vouchers")
ORPHANS: Final = """
SELECT c.voucher FROM candidate AS c WHERE c.cites <> 0 AND NOT EXISTS (
    SELECT 1 FROM candidate AS o WHERE o.voucher = c.cites) AND NOT EXISTS (
    SELECT 1 FROM voucher AS v WHERE v.id = c.cites)
"""
"""Candidates that cite a voucher of their own batch which was refused."""

DROP: Final = _of_many("DELETE FROM candidate WHERE voucher IN :vouchers", "vouchers")
APPROVERS: Final = "SELECT DISTINCT approved_by FROM candidate WHERE approved_by <> ''"
"""Who approved what is staged, where that says it: none of them may have granted the waiver that covers it."""

PUT_ASIDE: Final = _of_many("INSERT INTO aside SELECT * FROM candidate WHERE voucher IN :vouchers", "vouchers")
TAKE_UP: Final = _of_many("INSERT INTO candidate SELECT * FROM aside WHERE voucher IN :vouchers", "vouchers")


def unadvised(finding: Finding) -> Finding:
    """Say no more of what refuses a candidate than its check does."""
    return finding


def keeps_nothing() -> None:
    """Keep nothing: what is posted rests on nothing but itself."""


@dataclass
class Outcome:
    """What became of a batch: the refused candidates with their reasons, and leads on what was posted.

    `orphans` are refused because what they cite was.
    """

    refused: dict[int, list[Finding]] = field(default_factory=dict)
    orphans: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


@dataclass
class Batch:
    """Candidates that are staged on a connection, and those who answer for them.

    Before some of them are posted, what they rest on is kept by `keep`; nothing of those that are refused. What refuses
    one by itself is `advise`d while the candidate is there.
    """

    connection: Connection
    checks: Mapping[str, Check]
    lens: Lens
    prepared_by: str
    approved_by: str = ""
    keep: Callable[[], None] = keeps_nothing
    advise: Callable[[Finding], Finding] = unadvised
    outcome: Outcome = field(default_factory=Outcome)

    def post(self) -> Outcome:
        """Post what passes; return what was refused and why."""
        self.connection.exec_driver_sql("DELETE FROM aside")
        alone = [check for check in self.checks.values() if check.scope == "voucher"]
        together = [check for check in self.checks.values() if check.scope != "voucher"]
        self.outcome.findings += self._refuse(self._run(alone))
        late_at_all = self.connection.exec_driver_sql(ANY_LATE).scalar()
        accounts = set(self.connection.exec_driver_sql(LATE).scalars()) if late_at_all else set()
        late = self._leaning(accounts, self._on(accounts))
        self._put_aside(late)
        found = self._run(together)
        while fatal := [finding for finding in found if finding.refuses]:
            self._put_aside(self._suspects(fatal) or self._all())
            found = self._run(together)
        late |= (stuck := self._leaning(set(), order_days(self.connection)))
        self._put_aside(stuck)
        self._insert()
        self.outcome.findings += [finding for finding in found if finding.voucher not in stuck]
        self._replay(late, together)
        out = self.outcome
        out.findings = [f for f in out.findings if f.voucher not in out.refused and f.voucher not in out.orphans]
        record_waived(self.connection, out.findings, self.checks, self.prepared_by)
        return out

    def _insert(self) -> None:
        """Post what is staged now, and before it what it rests on."""
        self.keep()
        insert_candidates(self.connection, self.prepared_by, self.approved_by)

    def _run(self, checks: Iterable[Check]) -> list[Finding]:
        """Return what checks find, each with the waiver that covers it."""
        found = run(self.connection, checks, self.lens)
        approvers = self.connection.exec_driver_sql(APPROVERS).scalars() if found else ()
        return waived(self.connection, found, self.checks, (self.prepared_by, self.approved_by, *approvers))

    def _refuse(self, findings: Iterable[Finding]) -> list[Finding]:
        """Refuse the candidates that fatal findings name; return the other findings on candidates that remain."""
        leads = []
        for finding in findings:
            if finding.refuses:
                self.outcome.refused.setdefault(finding.voucher, []).append(self.advise(finding))
            else:
                leads.append(finding)
        self._for_each(DROP, self.outcome.refused)
        self._drop_orphans()
        return [f for f in leads if f.voucher not in self.outcome.refused and f.voucher not in self.outcome.orphans]

    def _drop_orphans(self) -> set[int]:
        """Refuse the candidates whose original was refused."""
        orphans = set(self.connection.exec_driver_sql(ORPHANS).scalars())
        self.outcome.orphans |= orphans
        self._for_each(DROP, orphans)
        return orphans

    def _suspects(self, fatal: Iterable[Finding]) -> set[int]:
        """Return the candidates that share what findings fell on, and all that lean on money these bring in."""
        accounts = {f.group for f in fatal if self.checks[f.check].scope == "balance"}
        suspects = self._on(accounts)
        for finding in fatal:
            suspects |= self._sharing(finding)
        return self._leaning(accounts, suspects)

    def _leaning(self, accounts: set[str], suspects: set[int]) -> set[int]:
        """Return candidates together with all that cite them or stand on accounts they bring money to, and so on."""
        while True:
            citing = self._asked(CITING, suspects) - suspects
            fed = {str(account) for account in self._asked(FED_BY, suspects)} - accounts
            if not citing and not fed:
                return suspects
            accounts |= fed
            suspects |= citing | self._on(fed)

    def _asked(self, select: TextClause, vouchers: Iterable[int]) -> set[Any]:
        return {
            value
            for piece in _pieces(vouchers)
            for value in self.connection.execute(select, {"vouchers": piece}).scalars()
        }

    def _on(self, accounts: set[str]) -> set[int]:
        if not accounts:  # an empty list has no type, and PostgreSQL compares by type
            return set()
        return set(self.connection.execute(ON_ACCOUNTS, {"accounts": list(accounts)}).scalars())

    def _all(self) -> set[int]:
        return set(self.connection.exec_driver_sql("SELECT voucher FROM candidate").scalars())

    def _sharing(self, finding: Finding) -> set[int]:
        """Return the candidates that are judged together with a finding's, by the column that is the check's scope."""
        scope = self.checks[finding.check].scope
        if scope == "balance":
            return set()
        source = "vouchers" if scope in candidates.VOUCHER_SCOPES else "postings"
        shared = text(f"SELECT voucher FROM candidate_{source} WHERE CAST({scope} AS TEXT) = :value")
        return set(self.connection.execute(shared, {"value": finding.group}).scalars())

    def _put_aside(self, vouchers: Iterable[int]) -> None:
        """Take candidates out of the set, to be replayed."""
        self._for_each(PUT_ASIDE, vouchers)
        self._for_each(DROP, vouchers)

    def _for_each(self, statement: TextClause, vouchers: Iterable[int]) -> None:
        for piece in _pieces(vouchers):
            self.connection.execute(statement, {"vouchers": piece})

    def _replay(self, late: set[int], together: list[Check]) -> None:
        """Post what was put aside as if one by one: in windows up to the first day with a finding, then singly.

        A window grows while nothing is found, and begins anew at one where something is: a fund that has run dry
        costs one look a row. What breaks a check by itself was refused before; only what is judged together is asked.

        Of what is `late`, the days behind it are judged as well. Payments alone are late together: what all of them
        leave on any day is no more than some of them do. Where they leave too little, each is looked at alone.
        """
        rows: Sequence[Aside] = dialect.rows_of(
            self.connection, "SELECT voucher, date, outflow FROM aside WHERE line = 1 ORDER BY day, outflow, voucher"
        )
        size = 1
        while rows:
            window = _window(rows[:size], late)
            fatal_dates = self._judge([voucher for voucher, *_ in window], together)
            if not fatal_dates:
                rows, size = rows[len(window) :], min(2 * size, WINDOW_MAX)
            elif len(window) > 1:
                clean = sum(date < min(fatal_dates) for _, date, _ in window)
                size = clean if 0 < clean < len(window) and window[0][0] not in late else 1
            else:
                rows, size = rows[1:], 1

    def _judge(self, window: list[int], together: list[Check]) -> list[str]:
        """Post a window of candidates, or say on which days it cannot be; a single one is then refused."""
        self.connection.exec_driver_sql("DELETE FROM candidate")
        self._for_each(TAKE_UP, window)
        if len(window) == 1 and self._drop_orphans():
            return []
        if self.connection.exec_driver_sql(ORPHANS).first():
            return [""]
        findings = self._run(together)
        fatal = [finding for finding in findings if finding.refuses]
        if not fatal and order_days(self.connection):
            return [""]
        if not fatal:
            self._insert()
            self.outcome.findings += findings
        elif len(window) == 1:
            self.outcome.refused[window[0]] = findings
        return [finding.date for finding in fatal]


def _window(rows: Sequence[Aside], late: set[int]) -> Sequence[Aside]:
    """Return the first of rows that may be judged together: none of them late, or late payments alone."""
    first, _, outflow = rows[0]
    if first not in late:
        return rows
    return [*takewhile(lambda row: row[0] in late and row[2], rows)] if outflow else rows[:1]


def _pieces(vouchers: Iterable[int], size: int = 10_000) -> Iterator[list[int]]:
    """Give ids in pieces that a statement can name."""
    ids = sorted(vouchers)
    for at in range(0, len(ids), size):
        yield ids[at : at + size]

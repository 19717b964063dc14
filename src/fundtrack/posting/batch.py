"""Posting many candidates at once: exactly what posting them one by one would, in a fraction of the time.

One by one means by date, money in before money out, then by row. What no check finds fault with goes in as a set. A
candidate that breaks a check by itself is refused at once, whatever the others do. Where candidates are judged together
(a day-end, a bank reference) and one finding falls on them, they are replayed one by one, and so is everything that
leans on money they bring in, or that is dated before what the book already holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, text

from fundtrack.checking import candidates, run
from fundtrack.posting.insert import insert_candidates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.checking import Check, Finding
    from fundtrack.checking.lens import Lens

LATE: Final = f"""
SELECT t.account FROM ({candidates.TOUCHED}) AS t
JOIN book_accounts AS a ON a.account = t.account AND a.unit = t.unit
WHERE EXISTS (SELECT 1 FROM daily_balance AS d
    WHERE d.fund = a.fund AND d.unit = a.unit AND d.code = a.code AND d.day > t.day)
"""
"""Accounts on which the book holds days after the first candidate: no running total says what each of them leaves."""

ON_ACCOUNTS: Final = text(
    "SELECT DISTINCT voucher FROM candidate_postings WHERE controlled <> 0 AND account IN :groups"
).bindparams(bindparam("groups", expanding=True))

FED_BY: Final = text(
    "SELECT DISTINCT account FROM candidate_postings WHERE controlled * amount > 0 AND voucher IN :vouchers"
).bindparams(bindparam("vouchers", expanding=True))

ASIDE: Final = text(f"SELECT {', '.join(candidates.COLUMNS)} FROM candidate WHERE voucher IN :vouchers").bindparams(
    bindparam("vouchers", expanding=True)
)
DROP: Final = text("DELETE FROM candidate WHERE voucher IN :vouchers").bindparams(bindparam("vouchers", expanding=True))

VOUCHER, OUTFLOW, DAY = (candidates.COLUMNS.index(name) for name in ("voucher", "outflow", "day"))


@dataclass
class Outcome:
    """What became of a batch: the refused candidates with their reasons, and leads on what was posted."""

    refused: dict[int, list[Finding]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass
class Batch:
    """Candidates that are staged on a connection, and those who answer for them."""

    connection: Connection
    checks: Mapping[str, Check]
    lens: Lens
    prepared_by: str
    approved_by: str = ""
    outcome: Outcome = field(default_factory=Outcome)

    def post(self) -> Outcome:
        """Post what passes; return what was refused and why."""
        alone = [check for check in self.checks.values() if check.scope == "voucher"]
        together = [check for check in self.checks.values() if check.scope != "voucher"]
        found = self._refuse(run(self.connection, alone, self.lens))
        aside = self._set_aside(set(self.connection.exec_driver_sql(LATE).scalars()))
        leads = run(self.connection, together, self.lens)
        while fatal := [finding for finding in leads if finding.severity == "fatal"]:
            taken = self._set_aside({f.group for f in fatal if self.checks[f.check].scope == "balance"}, fatal)
            aside += taken or self._set_aside_all()
            leads = run(self.connection, together, self.lens)
        insert_candidates(self.connection, self.prepared_by, self.approved_by)
        self.outcome.findings += [*found, *leads]
        self._replay(aside)
        return self.outcome

    def _refuse(self, findings: Iterable[Finding]) -> list[Finding]:
        """Refuse the candidates that fatal findings name; return the other findings on candidates that remain."""
        leads = []
        for finding in findings:
            if finding.severity == "fatal":
                self.outcome.refused.setdefault(finding.voucher, []).append(finding)
            else:
                leads.append(finding)
        self._drop(self.outcome.refused)
        return [finding for finding in leads if finding.voucher not in self.outcome.refused]

    def _set_aside(self, accounts: set[str], fatal: Sequence[Finding] = ()) -> list[tuple[Any, ...]]:
        """Take out of the set all candidates that share what a finding fell on, and all that lean on them."""
        suspects = set(self.connection.execute(ON_ACCOUNTS, {"groups": list(accounts)}).scalars())
        for finding in fatal:
            suspects |= self._sharing(finding)
        while suspects:
            fed = set(self.connection.execute(FED_BY, {"vouchers": list(suspects)}).scalars()) - accounts
            if not fed:
                break
            accounts |= fed
            suspects |= set(self.connection.execute(ON_ACCOUNTS, {"groups": list(fed)}).scalars())
        rows = [tuple(row) for row in self.connection.execute(ASIDE, {"vouchers": list(suspects)})]
        self._drop(suspects)
        return rows

    def _set_aside_all(self) -> list[tuple[Any, ...]]:
        """Take everything out of the set: a finding names nothing that a candidate shares."""
        rows = [tuple(row) for row in self.connection.exec_driver_sql(f"SELECT {', '.join(candidates.COLUMNS)} FROM candidate")]
        self.connection.exec_driver_sql("DELETE FROM candidate")
        return rows

    def _sharing(self, finding: Finding) -> set[int]:
        """Return the candidates that are judged together with a finding's."""
        scope = self.checks[finding.check].scope
        if scope == "balance":
            return set()
        source = "vouchers" if scope in candidates.VOUCHER_SCOPES else "postings"
        shared = text(f"SELECT voucher FROM candidate_{source} WHERE CAST({scope} AS TEXT) = :value")
        return {finding.voucher, *self.connection.execute(shared, {"value": finding.group}).scalars()}

    def _replay(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Post candidates one by one."""
        vouchers: dict[int, list[tuple[Any, ...]]] = {}
        for row in sorted(rows, key=lambda row: (row[DAY], row[OUTFLOW], row[VOUCHER])):
            vouchers.setdefault(row[VOUCHER], []).append(row)
        for voucher, entries in vouchers.items():
            self.connection.exec_driver_sql("DELETE FROM candidate")
            candidates.stage(self.connection, entries)
            findings = run(self.connection, self.checks.values(), self.lens)
            if any(finding.severity == "fatal" for finding in findings):
                self.outcome.refused[voucher] = findings
            else:
                insert_candidates(self.connection, self.prepared_by, self.approved_by)
                self.outcome.findings += findings

    def _drop(self, vouchers: Iterable[int]) -> None:
        self.connection.execute(DROP, {"vouchers": list(vouchers)})

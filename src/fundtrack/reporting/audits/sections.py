"""The parts of a report on an audit: each check with what its page says and what it found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Final, Literal

from fundtrack.checking.differences import NAMES
from fundtrack.checking.figures import MONEY, arithmetic, compared_in, figure, thresholds
from fundtrack.checking.summary import Sum, summed
from fundtrack.errors import message, messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.checking.audit import Audit
    from fundtrack.checking.check import Check
    from fundtrack.checking.finding import Finding
    from fundtrack.errors import Language

OPEN: Final = "…"
"""What stands in a sentence for what differs from finding to finding."""

SEVERAL_OPEN: Final = re.compile(rf"{OPEN}(?:\s*{OPEN})+")


@dataclass(frozen=True)
class Section:
    """A check and what it found. What the ledger itself shows is no page's, and has no `check`.

    `findings` are open, and come to `sum`; `settled` are those that somebody dismissed, closed or permitted. `why_not`
    says why it was not run, where it was not.
    """

    name: str
    check: Check | None
    findings: tuple[Finding, ...]
    settled: tuple[Finding, ...]
    sum: Sum
    why_not: Mapping[Language, str] | None = None

    def title(self, language: Language) -> str:
        """Return what the check is called."""
        if self.check is None:
            key = "paper-comparison" if self.name in NAMES else "paper-objection"
            return message(key, language, name=self.name)
        if language == "en":
            return self.name.replace("-", " ").capitalize()
        return self.check.page.text("title", language)

    def wording(self, language: Language) -> str:
        """Return what a finding says, with dots for what differs from one to the next."""
        return _said(self.check, "message", language) if self.check else ""

    def reason(self, language: Language) -> str:
        """Return why the check is made."""
        if self.check is None:
            return message("paper-comparison-reason" if self.name in NAMES else "paper-objection-reason", language)
        return self.check.page.text("reason", language)

    def remedy(self, language: Language) -> str:
        """Return what to do, with dots for what differs from one finding to the next."""
        if self.check is None:
            return messages()[self.name][f"remedy-{language}"]
        return _said(self.check, "remedy", language)

    @property
    def severity(self) -> str:
        """How bad it is; what a single finding has may differ."""
        return self.check.severity if self.check else "error"

    @property
    def basis(self) -> tuple[str, ...]:
        """The law and the standards it rests on."""
        return tuple(map(str, self.check.page.front["basis"])) if self.check else ()

    @property
    def catalogue(self) -> str:
        """Its number in the catalogue of checks."""
        return str(self.check.page.front.get("catalogue", "")) if self.check else ""

    @property
    def parameters(self) -> Mapping[str, int | str]:
        """The thresholds it was judged by."""
        return self.check.parameters if self.check else {}

    def thresholds(self, language: Language) -> str:
        """Return the thresholds in one line."""
        said = thresholds(self.check.page.front, self.parameters, language) if self.check else ()
        return ("; " if language == "en" else "；").join(said)

    def counted(self, finding: Finding) -> str:
        """Return in what is counted what a finding compares; what differs between two books is money."""
        if self.check is None:
            return MONEY if finding.unit else ""
        return compared_in(self.check.page.front, finding.unit)

    def figure(self, finding: Finding, name: Literal["actual", "expected"], language: Language) -> str:
        """Return what was found, or what should be, in its unit; a word or a day as it is."""
        said: str = getattr(finding, name)
        return figure(said, self.counted(finding), finding.unit, language) if finding.difference else said

    def arithmetic(self, finding: Finding, language: Language) -> str:
        """Return what a finding compares, in its unit."""
        compared = {name: getattr(finding, name) for name in ("actual", "expected", "difference")}
        return arithmetic(compared, self.counted(finding), finding.unit, language)

    @property
    def sha256(self) -> str:
        """The hash of its page."""
        return self.check.page.digest if self.check else ""

    @property
    def amounts(self) -> str:
        """What the findings come to, in one line."""
        return "; ".join(amount.grouped() for amount in self.sum.amounts)


def sections(audit: Audit) -> list[Section]:
    """Return a section for what the ledger itself shows, then one for each check, run or not, by name."""
    sums = {one.check: one for one in summed([one for one in audit.findings if one.is_open])}
    known = {check.name: check for check in audit.checks}
    not_run = {one.check: one.why for one in audit.not_run}
    asked = (*audit.checks_run, *(one.check for one in audit.findings))
    names = [*(name for name in dict.fromkeys(asked) if name not in known), *known]
    return [
        Section(
            name=name,
            check=known.get(name),
            findings=tuple(finding for finding in audit.findings if finding.check == name and finding.is_open),
            settled=tuple(finding for finding in audit.findings if finding.check == name and not finding.is_open),
            sum=sums.get(name, Sum(name, {"fatal": 0, "error": 0, "warn": 0}, ())),
            why_not=not_run.get(name),
        )
        for name in names
    ]


def state_said(finding: Finding, audit: Audit, language: Language) -> str:
    """Return the state of a finding and, of one that a waiver covers, by which document and until when."""
    state, permit = message(f"state-{finding.state}", language), audit.waiver_of(finding)
    if permit is None:
        return state
    return message("state-permitted", language, state=state, waiver=finding.waiver, **permit._asdict())


def extent_said(audit: Audit, language: Language) -> str:
    """Return in words what of all that was found is reported."""
    extent = audit.extent
    parts = []
    if extent.funds:
        parts.append(message("paper-funds", language, funds=", ".join(extent.funds)))
    if extent.since:
        parts.append(message("paper-since", language, since=extent.since.isoformat()))
    return ("; " if language == "en" else "；").join(parts) or message("paper-everything", language)


def beside_said(audit: Audit, language: Language) -> list[tuple[str, str]]:
    """Return in words what was compared, what became of every row, and what was found and is not reported.

    Each stands behind the name of its label: `sides`, `accounted` and `left-out`.
    """
    said = []
    if audit.compared:
        said += [("sides", side.line(language)) for side in (audit.compared.here, audit.compared.there)]
    said += [("accounted", one.line(language)) for one in audit.files]
    if audit.left_out:
        said.append(("left-out", message("check-left-out", language, count=len(audit.left_out))))
    if audit.baseline:
        by = audit.baseline
        counts = {"known": len(by.known), "gone": len(by.gone), "unasked": len(by.unasked)}
        said.append(("left-out", message("check-baseline", language, file=by.file, **counts)))
    return said


def hash_of(file: str, audit: Audit) -> str:
    """Return the hash of a file that was read, empty for any other."""
    return next((one.sha256 for one in audit.read if one.file == file), "")


def _said(check: Check, part: str, language: Language) -> str:
    """Return a sentence of a page: thresholds filled in, dots for what only a finding knows."""
    said = "".join(
        text + ("" if name is None else str(check.parameters.get(name, OPEN)))
        for text, name, _, _ in Formatter().parse(check.page.text(part, language))
    )
    return SEVERAL_OPEN.sub(OPEN, said)

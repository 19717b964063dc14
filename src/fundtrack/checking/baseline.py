"""Baselines: what an earlier audit found, so that a later one can say only what is new.

Any earlier output of `check` as JSON or SARIF is one. What was known then and still stands is carried along in the new
output, so that this can be the next baseline.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.checking.check import SEVERITIES
from fundtrack.checking.limits import limit
from fundtrack.errors import UsageError, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from fundtrack.checking.audit import Audit
    from fundtrack.checking.finding import Finding

FINGERPRINT: Final = "fundtrack/v1"
"""The name under which SARIF holds our fingerprints."""


SETTLED: Final = frozenset({"dismissed", "closed", "waived"})
"""States in which nobody has to do anything about a finding."""


class Known(NamedTuple):
    """A finding of an earlier audit, and how bad it was then; what an output does not say of it is None or empty."""

    check: str
    fingerprint: str
    severity: str = ""
    measure: int | None = None
    state: str = ""

    def covers(self, finding: Finding) -> bool:
        """Say whether a finding is still what was known: no greater, no graver, and not open after it was settled."""
        return not (
            (self.measure is not None and finding.measure > self.measure)
            or (self.severity in SEVERITIES and SEVERITIES.index(finding.severity) < SEVERITIES.index(self.severity))
            or (self.state in SETTLED and finding.is_open)
        )


def known_of(finding: Finding) -> Known:
    """Return a finding as it will be known."""
    return Known(finding.check, finding.fingerprint, finding.severity, finding.measure, finding.state)


@dataclass(frozen=True)
class Baseline:
    """What an earlier audit found; twins that nothing tells apart are counted.

    `title` is that of the book or ledger it was of, `called` what that calls itself.
    """

    file: str
    findings: Counter[Known]
    title: str = ""
    called: str = ""


@dataclass(frozen=True)
class Comparison:
    """How an audit stands to a baseline.

    `known` are findings that stood there and are not reported again, `gone` those of the baseline that no longer
    occur, `unasked` those of checks that were not run this time, of which nobody can say. `standing` is what is known
    beside the findings that are reported, as it stands now.
    """

    file: str
    known: tuple[Finding, ...]
    gone: tuple[Known, ...]
    unasked: tuple[Known, ...]
    standing: tuple[Known, ...]

    def record(self) -> dict[str, Any]:
        """Return it for machine-readable output."""
        return {
            "file": self.file,
            "known": len(self.known),
            "gone": [known._asdict() for known in self.gone],
            "unasked": len(self.unasked),
            "standing": [known._asdict() for known in self.standing],
        }


def read_baseline(path: Path) -> Baseline:
    """Read the JSON or SARIF of an earlier audit. Raises UsageError: `baseline-…`."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise UsageError("baseline-unreadable", path=path, why=error.strerror or error) from error
    except (ValueError, RecursionError) as error:
        raise UsageError("baseline-no-json", path=path) from error
    try:
        entries = list(_of_sarif(document) if "runs" in document else _of_json(document))
        said = (document["runs"] or [{}])[0].get("properties", {}) if "runs" in document else document
        return Baseline(path.name, Counter(entries), str(said.get("title", "")), str(said.get("called", "")))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError("baseline-not-ours", path=path) from error


def _of_json(document: Mapping[str, Any]) -> Iterator[Known]:
    yield from _known(document["findings"])
    yield from _known((document.get("baseline") or {}).get("standing", []))


def _of_sarif(document: Mapping[str, Any]) -> Iterator[Known]:
    for run in document["runs"]:
        for result in run["results"]:
            if result.get("baselineState") != "absent":
                said = result.get("properties", {})
                yield _entry(result["ruleId"], result["partialFingerprints"][FINGERPRINT], said)
        yield from _known(run.get("properties", {}).get("baseline", {}).get("standing", []))


def _known(entries: Iterable[Mapping[str, Any]]) -> Iterator[Known]:
    return (_entry(entry["check"], entry["fingerprint"], entry) for entry in entries)


def _entry(check: object, fingerprint: object, said: Mapping[str, Any]) -> Known:
    """Return a finding of the baseline. Raises TypeError for what are no texts."""
    severity, measure, state = said.get("severity") or "", said.get("measure"), said.get("state") or ""
    if not all(isinstance(text, str) for text in (check, fingerprint, severity, state)):
        raise TypeError(check, fingerprint)
    if not (measure is None or isinstance(measure, int)):
        raise TypeError(measure)
    return Known(str(check), str(fingerprint), severity, measure, state)


def compare(audit: Audit, baseline: Baseline) -> Audit:
    """Return the audit with only those findings that the baseline does not know, and how it stands to it.

    What `--fund` and `--since` leave out still occurs, and so is not gone. Raises UsageError (`baseline-of-another`)
    for a baseline of a book or ledger of another title.
    """
    both = baseline.called and audit.called
    if both and baseline.called != audit.called:
        raise UsageError("baseline-of-another", path=baseline.file, theirs=baseline.called, ours=audit.called)
    other = baseline.title and baseline.title != audit.title and not both
    left = _Left(baseline.findings)
    told = [(finding, left.take(finding)) for finding in audit.findings]
    known = tuple(finding for finding, entry in told if entry and entry.covers(finding))
    outside = [entry for finding in audit.left_out if (entry := left.take(finding))]
    missed = sorted(left.rest(), key=_sorted)
    asked = {*audit.checks_run, *messages()}  # what is no check's own stands under the key of a message
    unasked = tuple(entry for entry in missed if entry.check not in asked)
    return replace(
        audit,
        findings=tuple(finding for finding, entry in told if not (entry and entry.covers(finding))),
        limits=(*audit.limits, limit("baseline-title", theirs=baseline.title)) if other else audit.limits,
        baseline=Comparison(
            file=baseline.file,
            known=known,
            gone=tuple(entry for entry in missed if entry.check in asked),
            unasked=unasked,
            standing=tuple(sorted([*map(known_of, known), *outside, *unasked], key=_sorted)),
        ),
    )


def _sorted(entry: Known) -> tuple[str, str, int]:
    return entry.check, entry.fingerprint, entry.measure or 0


class _Left:
    """What of a baseline no finding was matched with yet."""

    def __init__(self, findings: Counter[Known]) -> None:
        self._entries: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)
        for entry in sorted(findings.elements(), key=_sorted):
            self._entries[entry.check, entry.fingerprint].append(entry)

    def take(self, finding: Finding) -> Known | None:
        """Take what was known of a finding: of twins the least that covers it, else the last; or None."""
        entries = self._entries[finding.check, finding.fingerprint]
        if not entries:
            return None
        at = next((at for at, entry in enumerate(entries) if entry.covers(finding)), len(entries) - 1)
        return entries.pop(at)

    def rest(self) -> Iterator[Known]:
        """Yield what is left."""
        return chain.from_iterable(self._entries.values())

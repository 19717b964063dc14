"""Baselines: what an earlier audit found, so that a later one can say only what is new.

Any earlier output of `check` as JSON or SARIF is one. What was known then and still stands is carried along in the new
output, so that this can be the next baseline.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.errors import UsageError, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from fundtrack.checking.audit import Audit
    from fundtrack.checking.finding import Finding

FINGERPRINT: Final = "fundtrack/v1"
"""The name under which SARIF holds our fingerprints."""


class Known(NamedTuple):
    """A finding of an earlier audit."""

    check: str
    fingerprint: str


@dataclass(frozen=True)
class Baseline:
    """What an earlier audit found; twins that nothing tells apart are counted."""

    file: str
    findings: Counter[Known]


@dataclass(frozen=True)
class Comparison:
    """How an audit stands to a baseline.

    `known` are findings that stood there and are not reported again, `gone` those of the baseline that no longer
    occur, `unasked` those of checks that were not run this time, of which nobody can say. `standing` is the baseline
    without what is gone.
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
    """Read the JSON or SARIF of an earlier audit. Raises UsageError (`baseline-unreadable`)."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
        entries = list(_of_sarif(document) if "runs" in document else _of_json(document))
    except OSError as error:
        raise UsageError("baseline-unreadable", path=path, why=error.strerror or error) from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError("baseline-unreadable", path=path, why=f"{type(error).__name__}: {error}") from error
    return Baseline(path.name, Counter(entries))


def _of_json(document: Mapping[str, Any]) -> Iterator[Known]:
    yield from _known(document["findings"])
    yield from _known((document.get("baseline") or {}).get("standing", []))


def _of_sarif(document: Mapping[str, Any]) -> Iterator[Known]:
    for run in document["runs"]:
        for result in run["results"]:
            if result.get("baselineState") != "absent":
                yield _entry(result["ruleId"], result["partialFingerprints"][FINGERPRINT])
        yield from _known(run.get("properties", {}).get("baseline", {}).get("standing", []))


def _known(entries: Iterable[Mapping[str, Any]]) -> Iterator[Known]:
    return (_entry(entry["check"], entry["fingerprint"]) for entry in entries)


def _entry(check: object, fingerprint: object) -> Known:
    """Return a finding of the baseline. Raises TypeError for what are no texts."""
    if not (isinstance(check, str) and isinstance(fingerprint, str)):
        raise TypeError(check, fingerprint)
    return Known(check, fingerprint)


def compare(audit: Audit, baseline: Baseline) -> Audit:
    """Return the audit with only those findings that the baseline does not know, and how it stands to it.

    What `--fund` and `--since` leave out still occurs, and so is not gone.
    """
    left = Counter(baseline.findings)
    new, known = _parted(audit.findings, left)
    _parted(audit.left_out, left)
    missed = sorted(left.elements())
    asked = {*audit.checks_run, *messages()}  # what is no check's own stands under the key of a message
    gone = tuple(entry for entry in missed if entry.check in asked)
    return replace(
        audit,
        findings=tuple(new),
        baseline=Comparison(
            file=baseline.file,
            known=tuple(known),
            gone=gone,
            unasked=tuple(entry for entry in missed if entry.check not in asked),
            standing=tuple(sorted((baseline.findings - Counter(gone)).elements())),
        ),
    )


def _parted(findings: Iterable[Finding], left: Counter[Known]) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that are new and those that are known, taking these from what is left of the baseline."""
    new: list[Finding] = []
    known: list[Finding] = []
    for finding in findings:
        entry = Known(finding.check, finding.fingerprint)
        (known if left[entry] > 0 else new).append(finding)
        if left[entry] > 0:
            left[entry] -= 1
    return new, known

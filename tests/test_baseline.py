"""What an earlier audit knew: read from JSON and SARIF, held against a later audit, and told whole."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from fundtrack.checking.audit import audit_ledger
from fundtrack.checking.baseline import Baseline, Known, compare, known_of, read_baseline
from fundtrack.errors import UsageError
from ledgers import BROKEN, CASH

if TYPE_CHECKING:
    from pathlib import Path

OF_JSON: Final = {
    "findings": [{"check": "overdrawn", "fingerprint": "1"}, {"check": "overdrawn", "fingerprint": "1"}],
    "baseline": {"standing": [{"check": "unbalanced", "fingerprint": "2"}]},
}
OF_SARIF: Final = {
    "runs": [
        {
            "results": [
                {"ruleId": "overdrawn", "partialFingerprints": {"fundtrack/v1": "1"}},
                {"ruleId": "overdrawn", "partialFingerprints": {"fundtrack/v1": "1"}, "baselineState": "new"},
                {"ruleId": "unbalanced", "partialFingerprints": {"fundtrack/v1": "9"}, "baselineState": "absent"},
            ],
            "properties": {"baseline": {"standing": [{"check": "unbalanced", "fingerprint": "2"}]}},
        },
    ]
}
KNOWN: Final = Counter({Known("overdrawn", "1"): 2, Known("unbalanced", "2"): 1})


def written(folder: Path, document: object, mark: str = "") -> Path:
    """Write the output of an earlier audit."""
    path = folder / "earlier.json"
    path.write_text(mark + json.dumps(document), "utf-8")
    return path


@pytest.mark.parametrize("document", [OF_JSON, OF_SARIF], ids=["json", "sarif"])
def test_what_was_known(tmp_path: Path, document: object) -> None:
    """What was found, twins counted, and what stood then; but not what was absent. A mark of UTF-8 is none of it."""
    for mark in ("", "\ufeff"):
        baseline = read_baseline(written(tmp_path, document, mark))
        assert (baseline.file, baseline.findings) == ("earlier.json", KNOWN)


@pytest.mark.parametrize(
    "document",
    [
        {"findings": []}, {"findings": [], "baseline": None}, {"findings": [], "baseline": {}}, {"runs": []},
        {"runs": [{"results": []}]}, {"runs": [{"results": [], "properties": {}}]},
        {"runs": [{"results": [], "properties": {"baseline": {}}}]},
    ],
)  # fmt: skip
def test_nothing_was_known(tmp_path: Path, document: object) -> None:
    """Of an audit that found nothing, whatever else it says or does not say."""
    assert read_baseline(written(tmp_path, document)).findings == Counter()


NOT_OURS: Final[dict[str, Any]] = {
    "no findings": {"vouchers": 3},
    "no fingerprint": {"findings": [{"check": "x"}]},
    "no texts": {"findings": [{"check": "x", "fingerprint": 2}]},
    "no texts either": {"findings": [{"check": 1, "fingerprint": "2"}]},
    "a number": 1,
    "not ours": {"runs": [{"results": [{"ruleId": "E501", "partialFingerprints": {}}]}]},
}


@pytest.mark.parametrize("document", NOT_OURS.values(), ids=NOT_OURS)
def test_what_is_no_output_of_a_check(tmp_path: Path, document: object) -> None:
    """Cannot serve as a baseline, and is named."""
    path = written(tmp_path, document)
    with pytest.raises(UsageError) as caught:
        read_baseline(path)
    assert (caught.value.key, caught.value.details) == ("baseline-not-ours", {"path": path})


def test_what_is_not_there(tmp_path: Path) -> None:
    """Is told in the words of the system."""
    path = tmp_path / "nowhere.json"
    with pytest.raises(UsageError) as caught:
        read_baseline(path)
    details = {"path": path, "why": "No such file or directory"}
    assert (caught.value.key, caught.value.details) == ("baseline-unreadable", details)


def test_how_an_audit_stands_to_what_was_known(tmp_path: Path) -> None:
    """What is known, gone, still standing, and what nobody asked for this time; what is left out is not gone."""
    path = tmp_path / "two.beancount"
    mixed = '2015-03-0{0} * "x"\n  Expenses:F01-A:House  {0}.00 CNY\n  Assets:F03-B:Cash\n'
    path.write_text(CASH + BROKEN + "".join(mixed.format(day) for day in (1, 2, 3)), "utf-8")
    audit = audit_ledger(path, only=["mixed-channel", "unbalanced"])
    one, two, three = (each for each in audit.findings if each.check == "mixed-channel")
    (problem,) = (each for each in audit.findings if each.check == "ledger-problem")
    gone = [Known("mixed-channel", "0"), Known("published-altered", "0"), Known("unbalanced", "7")]
    unasked = [Known("overdrawn", "8"), Known("overdrawn", "8")]
    known = [Known(each.check, each.fingerprint) for each in (problem, one, two)]
    narrowed = replace(audit, findings=(problem, one, three), left_out=(two,))
    told = compare(narrowed, Baseline("earlier.json", Counter([*known, *gone, *unasked])))
    assert told.findings == (three,)
    assert told.baseline is not None
    assert told.baseline.known == (problem, one)
    standing = [known_of(problem), known_of(one), *known[2:], *unasked]
    assert told.record("en")["baseline"] == {
        "file": "earlier.json",
        "known": 2,
        "gone": [each._asdict() for each in gone],
        "unasked": 2,
        "standing": [each._asdict() for each in sorted(standing)],
    }
    assert told.left_out == (two,)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_how_bad_it_was_is_known(tmp_path: Path, form: str) -> None:
    """Its severity, its measure and its state; of twins each its own, whether or not a measure was said."""
    said: list[dict[str, Any]] = [
        {"severity": "warn", "measure": 7, "state": "dismissed"},
        {"severity": "warn", "measure": 5},
        {"state": "lead"},
    ]
    findings = [{"check": "overdrawn", "fingerprint": "1", **one} for one in said]
    results = [
        {"ruleId": "overdrawn", "partialFingerprints": {"fundtrack/v1": "1"}, "properties": one} for one in said
    ]  # fmt: skip
    document = {"findings": findings} if form == "json" else {"runs": [{"results": results}]}
    baseline = read_baseline(written(tmp_path, document))
    assert (baseline.title, baseline.called) == ("", "")
    assert baseline.findings == Counter([
        Known("overdrawn", "1", "warn", 7, "dismissed"), Known("overdrawn", "1", "warn", 5, ""),
        Known("overdrawn", "1", "", None, "lead"),
    ])  # fmt: skip


def test_twins_that_got_worse(tmp_path: Path) -> None:
    """Replace the greatest that was known; the others are gone. One of which no measure is known covers it."""
    path = tmp_path / "two.beancount"
    path.write_text(CASH + '2015-03-01 * "x"\n  Expenses:F01-A:House  9.00 CNY\n  Assets:F03-B:Cash\n', "utf-8")
    audit = audit_ledger(path, only=["mixed-channel"])
    (found,) = audit.findings
    less = [known_of(found)._replace(measure=found.measure - by) for by in (3, 2, 1)]
    told = compare(audit, Baseline("x", Counter(less)))
    assert told.baseline is not None
    assert (told.findings, told.baseline.gone) == ((found,), tuple(less[:2]))
    unmeasured = known_of(found)._replace(measure=None)
    told = compare(audit, Baseline("x", Counter([*less, unmeasured])))
    assert told.baseline is not None
    assert (told.findings, told.baseline.gone) == ((), tuple(less))

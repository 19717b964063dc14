"""SARIF 2.1.0, the form in which code hosts and editors take findings (OASIS standard, errata 01).

Rules are the pages, results the findings. No path of a machine is given away: what stands below the current folder is
named from there, the rest of a ledger from the ledger's own folder.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from fundtrack.checking.baseline import FINGERPRINT
from fundtrack.errors import LANGUAGES, message
from fundtrack.reporting.audits.sections import sections, state_said
from fundtrack.reporting.table import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.checking.audit import Audit
    from fundtrack.checking.finding import Finding
    from fundtrack.errors import Language
    from fundtrack.reporting.audits.sections import Section

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final = {"fatal": "error", "error": "error", "warn": "warning"}
LANGUAGE_TAGS: Final = {"en": "en", "zh": "zh-CN"}
HERE: Final = "%SRCROOT%"
LEDGER: Final = "LEDGER"


def as_sarif(audit: Audit, language: Language) -> str:
    """Return an audit as a SARIF log."""
    return json.dumps(sarif(audit, language), ensure_ascii=False, indent=2) + "\n"


def sarif(audit: Audit, language: Language) -> dict[str, Any]:
    """Return an audit as the object of a SARIF log: one run of one tool."""
    parts = sections(audit)
    index = {part.name: at for at, part in enumerate(parts)}
    driver = {
        "name": "fundtrack",
        "version": version("fundtrack"),
        "language": LANGUAGE_TAGS[language],
        "rules": [_rule(part, language) for part in parts],
        "notifications": [{"id": "not-run"}],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "language": LANGUAGE_TAGS[language],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            HERE: {"description": {"text": message("sarif-here", language)}},
            LEDGER: {"description": {"text": message("sarif-ledger", language)}},
        },
        "invocations": [{
            "executionSuccessful": True,
            "toolExecutionNotifications": [_notification(part, index[part.name], language) for part in parts
                                           if part.why_not],
        }],
        "artifacts": _artifacts(audit),
        "results": [_result(one, index[one.check], audit, language) for one in audit.findings],
        "properties": {
            "title": audit.title,
            "called": audit.called,
            "vouchers": audit.vouchers,
            "extent": {**audit.extent.record(), "left_out": len(audit.left_out)},
            **({"baseline": audit.baseline.record()} if audit.baseline else {}),
        },
    }  # fmt: skip
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(part: Section, language: Language) -> dict[str, Any]:
    """Return a page as a rule; what it says in the other language stands among its properties."""
    said = {
        spoken: {
            "title": part.title(spoken),
            "message": part.wording(spoken),
            "reason": part.reason(spoken),
            "remedy": part.remedy(spoken),
        }
        for spoken in LANGUAGES
    }
    words = said[language]
    basis = "\n".join(f"- {document}" for document in part.basis)
    heading = message("paper-basis", language)
    return {
        "id": part.name,
        "name": "".join(word.capitalize() for word in part.name.split("-")),
        "shortDescription": {"text": words["title"]},
        "fullDescription": {"text": words["reason"] or words["title"]},
        "help": {"text": f"{words['remedy']}\n\n{heading}\n{basis}".strip() if basis else words["remedy"]},
        "defaultConfiguration": {"level": LEVELS[part.severity]},
        "properties": {
            "catalogue": part.catalogue,
            "severity": part.severity,
            "basis": list(part.basis),
            "parameters": dict(part.parameters),
            "sha256": part.sha256,
            **said,
        },
    }


def _notification(part: Section, index: int, language: Language) -> dict[str, Any]:
    """Return that a check was not run, and why."""
    assert part.why_not is not None
    return {
        "level": "warning",
        "descriptor": {"id": "not-run", "index": 0},
        "message": {
            "text": message(
                "check-not-run", language, name=part.name, title=part.title(language), why=part.why_not[language]
            )
        },
        "associatedRule": {"id": part.name, "index": index},
    }


def _result(finding: Finding, index: int, audit: Audit, language: Language) -> dict[str, Any]:
    """Return a finding as a result."""
    record = finding.record(language)
    names = ("severity", "date", "fund", "use", "project", "amount", "unit", "actual", "expected", "difference",
             "evidence", "parameters", "remedy")  # fmt: skip
    said = {f"message-{spoken}": finding.messages[spoken] for spoken in LANGUAGES}
    location = _location(finding, audit.path)
    return {
        "ruleId": finding.check,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": printable(finding.messages[language])},
        "locations": [location] if location else [],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        **({"baselineState": "new"} if audit.baseline else {}),
        **_related(finding),
        **({} if finding.is_open else {"suppressions": [_suppression(finding, audit, language)]}),
        "properties": {name: record[name] for name in names}
        | said
        | {
            "measure": finding.measure,
            "state": finding.state,
            "number": finding.number or None,
            "waiver": finding.waiver or None,
        },
    }


def _suppression(finding: Finding, audit: Audit, language: Language) -> dict[str, str]:
    """Return that a finding is settled, and how."""
    return {"kind": "external", "status": "accepted", "justification": state_said(finding, audit, language)}


def _related(finding: Finding) -> dict[str, Any]:
    """Return the row of a bureau's file that a published voucher came from, which the ledger tells."""
    file, sheet, row, _ = finding.subject.came_from
    if not file:
        return {}
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file)}} | ({"region": {"startLine": row}} if row else {})
    logical = {"logicalLocations": [{"name": sheet, "kind": "sheet"}]} if sheet else {}
    return {"relatedLocations": [{"physicalLocation": place, **logical}]}


def _location(finding: Finding, ledger: Path) -> dict[str, Any]:
    """Return where a finding stands: the file and its line or row; and the sheet and the voucher, which have names."""
    subject = finding.subject
    place: dict[str, Any] = {}
    if subject.file:
        place["physicalLocation"] = {"artifactLocation": artifact(subject.file, ledger)}
        if line := subject.line or subject.row:
            place["physicalLocation"]["region"] = {"startLine": line}
    named = [("sheet", subject.sheet), ("voucher", subject.voucher)]
    if logical := [{"name": name, "kind": kind} for kind, name in named if name]:
        return place | {"logicalLocations": logical}
    return place


def artifact(file: str, ledger: Path) -> dict[str, str]:
    """Return where a file is, without where the machine keeps it."""
    path = Path(file)
    if not path.is_absolute():
        return {"uri": quote(path.as_posix())}
    for base, folder in ((HERE, Path.cwd()), (LEDGER, ledger if ledger.is_dir() else ledger.parent)):
        for known in (folder.absolute(), folder.resolve()):
            if path.is_relative_to(known):
                return {"uri": quote(path.relative_to(known).as_posix()), "uriBaseId": base}
    return {"uri": quote(path.name)}


def _artifacts(audit: Audit) -> Sequence[dict[str, Any]]:
    """Return what was read, and the files that vouchers were imported from, each with its hash."""
    came = {(one.subject.origin.file, one.subject.origin.sha256) for one in audit.findings}
    hashes = dict.fromkeys([*((one.file, one.sha256) for one in audit.read), *sorted(came)])
    return [
        {"location": artifact(file, audit.path), "hashes": {"sha-256": digest}} for file, digest in hashes if digest
    ]

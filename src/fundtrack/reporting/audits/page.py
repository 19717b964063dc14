"""What an audit found as one page for a browser: it needs no script, loads nothing, and prints."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fundtrack import money
from fundtrack.errors import message
from fundtrack.reporting.audits.sections import beside_said, extent_said, hash_of, sections, state_said
from fundtrack.reporting.export import program
from fundtrack.reporting.table import printable

if TYPE_CHECKING:
    from jinja2 import Template

    from fundtrack.checking.audit import Audit
    from fundtrack.checking.finding import Finding
    from fundtrack.errors import Language
    from fundtrack.reporting.audits.sections import Section


def page(audit: Audit, language: Language, on: dt.date | None = None) -> str:
    """Return the page of an audit; `on` is the day of the run, by default today."""
    parts = sections(audit)
    return _template().render(
        audit=audit,
        language=language,
        on=(on or dt.datetime.now().astimezone().date()).isoformat(),
        program=program(),
        extent=extent_said(audit, language),
        beside=beside_said(audit, language),
        settled=[(part, finding) for part in parts for finding in part.settled],
        state=lambda finding: state_said(finding, audit, language),
        run=[part for part in parts if part.why_not is None],
        not_run=[part for part in parts if part.why_not is not None],
        cannot_prove=message("check-cannot-prove", language),
        say=lambda key: message(f"paper-{key}", language),
        amount=_amount,
        facts=lambda finding, part: _facts(finding, part, audit, language),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_harmless
    )
    return environment.from_string(files("fundtrack.reporting.audits").joinpath("page.html").read_text("utf-8"))


def _harmless(value: Any) -> Any:  # noqa: ANN401 - whatever the page shows
    """Show what could steer a reader's eye, such as writing from right to left, as its code."""
    return "\n".join(map(printable, value.split("\n"))) if type(value) is str else value


def _amount(finding: Finding) -> str:
    """Return the amount of a finding as people read it."""
    if finding.amount is None:
        return ""
    return f"{money.grouped(finding.amount, finding.scale)} {finding.unit}".rstrip()


def _facts(finding: Finding, part: Section, audit: Audit, language: Language) -> list[tuple[str, str]]:
    """Return what else is known of a finding, each under its heading; what its check says is not said again."""
    subject, origin = finding.subject, finding.subject.origin
    known = {
        "use": finding.use,
        "project": finding.project,
        "evidence": finding.evidence,
        "state": "" if finding.state == "lead" else state_said(finding, audit, language),
        "number": str(finding.number or ""),
        "file": origin.file,
        "sheet": origin.sheet,
        "row": str(origin.row or (not subject.came_from.file and subject.line) or ""),
        "file-sha256": origin.sha256 or hash_of(origin.file, audit),
        "at": subject.at if subject.came_from.file else "",
        "remedy": "" if finding.remedies[language] == part.remedy(language) else finding.remedies[language],
        "fingerprint": finding.fingerprint,
    }
    return [(message(f"paper-{key}", language), said) for key, said in known.items() if said]

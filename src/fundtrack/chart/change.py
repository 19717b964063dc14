"""How a chart may change: what differs, what never may, and the two changes a clerk makes without writing Beancount."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import product
from typing import TYPE_CHECKING, Final

from fundtrack.chart.model import QUOTA, QUOTA_UNIT, ROOTS, STATUSES, Use
from fundtrack.chart.read import read_chart
from fundtrack.chart.write import write_use
from fundtrack.errors import LANGUAGES, ChartError, message, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from fundtrack.chart.model import Account, Bank, Chart, Fund, Intermediary, Project
    from fundtrack.errors import Language

    Declared = Fund | Account | Bank | Project | Intermediary

HEADING_CODES: Final = {
    "received": "1901", "unallotted": "2901", "available": "2902", "committed": "2903", "applied": "2904",
    "paid": "2905", "carried": "2906", "reclaimed": "2907",
}  # fmt: skip
"""The codes of the headings of quota that `open_quota` opens; a chart may give them others."""

FROZEN: Final = {"account": ("unit", "kind", "controlled", "bank", "date"), "bank": ("number",)}
"""What an account keeps for ever, beside its root, fund and code, and a bank account beside its code."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two charts.

    `kind` is a thing and what became of it: `fund-added`, `account-altered`, `use-ended` …; `dated` is the day it takes
    effect, None where the chart gives none.
    """

    kind: str
    subject: str
    old: str
    new: str
    dated: date | None

    def describe(self, language: Language) -> str:
        """Return the change as a sentence."""
        thing, _, happened = self.kind.partition("-")
        return message(
            f"chart-change-{happened}",
            language,
            thing=message(f"chart-thing-{thing}", language),
            subject=self.subject,
            old=self.old,
            new=self.new,
            dated=self.dated,
        )


def diff(old: Chart, new: Chart) -> list[Change]:
    """Return what differs between two charts, apart from their language and where things stand in the file."""
    changes = [Change("title-altered", "", old.title, new.title, None)] if old.title != new.title else []
    for thing, before, after in _declared(old, new):
        changes += _differences(thing, before, after)
    for use in old.uses:
        if use not in new.uses:
            changes.append(Change("use-removed", use.account, use.document, "", use.date))
    for use in new.uses:
        if use not in old.uses:
            kind = "use-granted" if use.granted else "use-ended"
            changes.append(Change(kind, use.account, "", use.document, use.date))
    return changes


def forbidden(old: Chart, new: Chart, path: str) -> None:
    """Refuse a change that would alter what was posted or decided under the old chart; `path` is where the new stands.

    Raises ChartError: `chart-removed` for a fund, account, bank account, project or act on a use that is gone or was
    altered; `chart-frozen` for an account's unit, kind, bank account or date, or a bank account's number.
    """
    for change in diff(old, new):
        if change.kind.endswith("-removed") and change.kind != "intermediary-removed":
            raise ChartError("chart-removed", path=path, subject=change.subject, old=change.old)
    for thing, before, after in _declared(old, new):
        for code, name in product(before, FROZEN.get(thing, ())):
            was, now = getattr(before[code], name), getattr(after[code], name)
            if was != now:
                place = {"path": path, "line": after[code].line}
                raise ChartError("chart-frozen", **place, account=code, field=name, old=was, new=now)


def grant(text: str, account: str, day: date, document: str, path: str = "chart.beancount") -> str:
    """Return the text of a chart with a use granted from a day on, by a document.

    `account` is a path (`Expenses:F01:0601`), `F01:0601` or the written name in either language. Raises what
    `read_chart` raises, `chart-account-unknown`, and FormatError for a document that cannot be written.
    """
    return _append(text, account, Use("", day, granted=True, document=document, line=0), path)


def end(text: str, account: str, day: date, document: str, path: str = "chart.beancount") -> str:
    """Return the text of a chart with a use ended on a day, by a document; otherwise as `grant`."""
    return _append(text, account, Use("", day, granted=False, document=document, line=0), path)


def open_quota(text: str, fund: str, day: date, path: str = "chart.beancount") -> str:
    """Return the text of a chart with a fund under quota control from a day on: a heading for each status of quota.

    Raises what `read_chart` raises, and ChartError (`chart-fund-unknown`).
    """
    chart = read_chart(text, path)
    if fund not in chart.funds:
        raise ChartError("chart-fund-unknown", fund=fund, known=nearest(fund, chart.funds))
    component = chart.funds[fund].component(chart.language)
    lines = []
    for status, root in STATUSES.items():
        names = {language: message(f"quota-{status}", language) for language in LANGUAGES}
        own, other = (names[language] for language in sorted(LANGUAGES, key=lambda one: one != chart.language))
        written = f"{ROOTS[chart.language][root]}:{component}:{HEADING_CODES[status]}-{own}"
        key = "name-zh" if chart.language == "en" else "name-en"
        lines.append(f'{day} open {written} CNY{QUOTA_UNIT}\n  kind: "{QUOTA}{status}"\n  {key}: "{other}"\n')
    changed = f"{text.rstrip()}\n\n{''.join(lines)}"
    read_chart(changed, path)
    return changed


def _append(text: str, name: str, use: Use, path: str) -> str:
    chart = read_chart(text, path)
    use = replace(use, account=chart.find(name).path)
    changed = f"{text.rstrip()}\n\n{write_use(use, chart.language, chart)}"
    read_chart(changed, path)
    return changed


def _declared(old: Chart, new: Chart) -> Iterator[tuple[str, Mapping[str, Declared], Mapping[str, Declared]]]:
    yield "fund", old.funds, new.funds
    yield "bank", old.banks, new.banks
    yield "project", old.projects, new.projects
    yield "intermediary", old.intermediaries, new.intermediaries
    yield "account", old.accounts, new.accounts


def _differences(thing: str, before: Mapping[str, Declared], after: Mapping[str, Declared]) -> Iterator[Change]:
    for code in before.keys() - after.keys():
        yield Change(f"{thing}-removed", code, _name(before[code]), "", None)
    for code, item in after.items():
        if code not in before:
            yield Change(f"{thing}-added", code, "", _name(item), item.date)
            continue
        for field in fields(item):
            was, now = getattr(before[code], field.name), getattr(item, field.name)
            if field.compare and was != now:
                yield Change(f"{thing}-altered", f"{code} {field.name.replace('_', '-')}", str(was), str(now), None)


def _name(item: Declared) -> str:
    return " ".join(dict.fromkeys([item.name, getattr(item, "name_zh", item.name)]))

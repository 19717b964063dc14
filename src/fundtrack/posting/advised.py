"""What a refusal says beside the remedy of its check, from the chart and the vouchers that are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fundtrack.chart.model import KINDS, NOT_IN_CHART
from fundtrack.errors import LANGUAGES, UsageError, nearest
from fundtrack.posting.draft import Leg
from fundtrack.posting.kinds import kind_of_account
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart, Quota
    from fundtrack.checking import Finding
    from fundtrack.errors import Language

PAYING: Final = "SELECT fund, year, debit, project, quota FROM candidate WHERE voucher = :voucher AND line = 1"


BY_HAND: Final[Mapping[str, str]] = {}
OF_SOURCE: Final = {"quota-of-project": "quota-of-project-source", "quota-would-do": "quota-would-do-source"}
OF_FILE: Final = OF_SOURCE | {"quota-of-project": "quota-of-project-file"}
"""What is said with an option, which an import has not: said in the source, or of all rows of a file at once."""


def advised(connection: Connection, chart: Chart, finding: Finding, keys: Mapping[str, str] = BY_HAND) -> Finding:
    """Return what refuses a voucher with what would do in this book before its remedy, by other keys for a file."""
    said: list[UsageError] = []
    if finding.check == "no-quota":
        for fund, year, debit, project, quota in dialect.rows_of(connection, PAYING, {"voucher": finding.voucher}):
            use = debit if kind_of_account(chart, Leg(fund, debit)) == "use" else ""
            of_year = [one for one in chart.quotas if (one.fund, one.year) == (fund, year)]
            would = [one for one in of_year if one.use and use in {"", one.use}]
            said = _of_named(chart, quota, would, project) if quota else _of_none_named(would, project)
        said = [UsageError(keys.get(one.key, one.key), **one.details) for one in said]
    elif finding.check == "unknown-fund-or-account":
        said = _to_open(chart, str(finding.key[1]))
    if not said:
        return finding
    remedies: dict[Language, str] = {}
    for language in LANGUAGES:
        gap = " " if language == "en" else ""
        remedies[language] = gap.join([*(one.said(language) for one in said), finding.remedies[language]])
    return replace(finding, remedies=remedies)


def _of_none_named(would: list[Quota], project: str) -> list[UsageError]:
    """Name the lines among which a payment chooses, or those of a project each where it names none."""
    able = [one for one in would if project and one.project == project] or [one for one in would if not one.project]
    if len(able) > 1:
        return _choice(able)
    return [] if project else [_of_project(one) for one in would if one.project]


def _of_named(chart: Chart, number: str, would: list[Quota], project: str) -> list[UsageError]:
    """Say why the line that a payment names does not pay it, and which do."""
    named = next((one for one in chart.quotas if one.number == number), None)
    if named is None:
        return [UsageError("quota-unknown", number=number, known=nearest(number, (one.number for one in would)))]
    if not named.use:
        return [UsageError("quota-not-allotted", number=number)]
    able = [one for one in would if one.project in {"", project}]
    if named in able:
        return []
    if named in would and not project:
        return [_of_project(named)]
    key = "quota-is-for" if named.project else "quota-is-for-any"
    is_for = UsageError(key, number=number, use=named.use, project=named.project, year=str(named.year))
    return [is_for, *(_choice(able) if able else [])]


def _choice(able: list[Quota]) -> list[UsageError]:
    return [UsageError("quota-would-do", lines=", ".join(one.number for one in able))]


def _of_project(line: Quota) -> UsageError:
    return UsageError("quota-of-project", number=line.number, project=line.project, fund=line.fund)


def _to_open(chart: Chart, account: str) -> list[UsageError]:
    """Give the line that opens an account of a kind that a fund of the chart has not: `?:F01:----interest`."""
    _, _, rest = account.partition(":")
    fund, _, code = rest.partition(":")
    kind = code.removeprefix(NOT_IN_CHART)
    root = next((one for one, kinds in KINDS.items() if kind in kinds), "")
    if fund not in chart.funds or kind == code or not root:
        return []
    taken = {int(one.code) for one in chart.accounts.values() if (one.fund, one.root) == (fund, root)
             and one.code.isdecimal()}  # fmt: skip
    free = max(taken, default=1000 * (1 + [*KINDS].index(root))) + 1
    path = f"{root}:{chart.funds[fund].component('en')}:{free:04d}-{kind.capitalize()}"
    return [UsageError("account-to-open", fund=fund, kind=kind, path=path, unit=chart.currency)]

"""The quota lines of a book as Beancount directives: what each is, and the accounts it has.

    2015-01-20 custom "quota" "F01-Q00002"
      parent: "F01-Q00001"
      use: "0601"
      doc: "阳财预〔2015〕3号"
      chart: 1
      recorded-at: "2015-01-20T08:00:00Z"
      recorded-by: "clerk"
    2015-01-20 open Liabilities:F01-Relocation:2902-Available:Q00002 CNY.Q
      kind: "quota-available"

What is empty is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from fundtrack.beantext.directives import Custom
from fundtrack.beantext.escape import string
from fundtrack.chart.model import QUOTA, Quota
from fundtrack.chart.quota import is_heading
from fundtrack.chart.write import root_options
from fundtrack.ledger.journal import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from fundtrack.beantext.directives import CustomValue, Directive
    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language

STEM: Final = "quotas"
"""How the file of the lines is called before its hash."""

TEXTS: Final = {
    "use": "use", "project": "project", "department": "dept", "document": "doc", "upper_document": "upper-doc",
    "treasury_id": "treasury-id",     "recorded_at": "recorded-at", "recorded_by": "recorded-by",
}  # fmt: skip
"""The metadata that hold a text of a line."""


def write_quotas(chart: Chart, language: Language) -> Iterator[str]:
    """Yield the text of the file of quota lines; nothing where there are none."""
    if not chart.quotas:
        return
    yield NOTICE[language] + root_options(language)
    for quota in chart.quotas:
        yield "".join(["\n", *_line(quota)])
    yield "\n"
    for account in chart.accounts.values():
        if account.kind.startswith(QUOTA) and not is_heading(account):
            name = account.written(language, chart)
            yield f'{account.date} open {name} {account.unit}\n  kind: "{account.kind}"\n'


def _line(quota: Quota) -> Iterator[str]:
    yield f'{quota.date} custom "quota" "{quota.number}"\n'
    if quota.parent:
        yield f'  parent: "{quota.fund}-Q{quota.parent:05d}"\n'
    for name, key in TEXTS.items():
        if name == "recorded_at":
            yield f"  expires: {quota.expires}\n" if quota.expires else ""
            yield f"  chart: {quota.chart}\n"
        said = getattr(quota, name)
        yield f"  {key}: {string(said)}\n" if said else ""


def read_quotas(directives: Iterable[Directive]) -> Iterator[Quota]:
    """Yield the lines that directives say; raises whatever arises where they are none of ours."""
    for found in directives:
        if isinstance(found, Custom) and found.type == "quota":
            (number,) = [str(one.value) for one in cast("Iterable[CustomValue]", found.values or ())]
            meta = found.meta
            yield Quota(
                fund=number.partition("-")[0],
                line=line_of(number),
                parent=line_of(meta["parent"]) if "parent" in meta else 0,
                date=found.date,
                expires=cast("date | None", meta.get("expires")),
                chart=int(meta.get("chart", 1)),
                **{name: meta.get(key, "") for name, key in TEXTS.items()},
            )


def line_of(number: str) -> int:
    """Return the number of a line within its fund, of `F01-Q00002`."""
    return int(number.rpartition("-Q")[2])

"""What was published last, so that a month without new vouchers is neither read nor written again.

Vouchers are append-only: how many a month has, the last of them, and what its journal repeats of the chart say what it
holds. `moved` is what its entries moved between each pair of accounts, from which the views of years are made; `mark`
is that of the last voucher, which no other book has.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language

FILE: Final = "published.json"
FORMAT: Final = 1
"""Raised when the same vouchers would be written differently."""

PUBLICATIONS_KEPT: Final = 3


@dataclass(frozen=True)
class Month:
    """A month: how many vouchers, the id of the last and the last date of any, its journal, and what moved in it.

    `moved` has fund, debit, credit and amount in minor units, red entries subtracted.
    """

    name: str
    vouchers: int
    last: int
    until: str
    mark: str = ""
    file: str = ""
    moved: list[list[Any]] = field(default_factory=list)

    def says(self, other: Month) -> bool:
        """Return whether another month has the very vouchers of this one."""
        return (self.vouchers, self.last, self.until, self.mark) == (
            other.vouchers, other.last, other.until, other.mark
        )  # fmt: skip


@dataclass(frozen=True)
class Manifest:
    """The months by name, the names they were written with, and the files of the last publications, newest first.

    `views` are the files made of those for Fava, and the chart beside them, by name, with the SHA-256 of each.
    `under_way` are the files of a publication that is not at its end: its main file may be the one that stands.
    """

    names: str = ""
    months: dict[str, Month] = field(default_factory=dict)
    publications: list[list[str]] = field(default_factory=list)
    views: dict[str, str] = field(default_factory=dict)
    under_way: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the manifest as JSON, one month a line."""
        months = ",\n".join(json.dumps(vars(month), ensure_ascii=False) for month in self.months.values())
        head = {"format": FORMAT, "names": self.names, "publications": self.publications, "views": self.views}
        head |= {"under_way": self.under_way} if self.under_way else {}
        return f'{json.dumps(head)[:-1]}, "months": [\n{months}\n]}}\n'


def read_manifest(folder: Path) -> Manifest:
    """Return what was published last; nothing if it is not there, or another release wrote it."""
    try:
        given = json.loads((folder / FILE).read_text("utf-8"))
        if given["format"] != FORMAT:
            return Manifest()
        months = [Month(**month) for month in given["months"]]
        return Manifest(
            given["names"], {month.name: month for month in months}, given["publications"], given.get("views", {})
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Manifest()


def names_of(chart: Chart, language: Language) -> str:
    """Return everything of a chart that the journals repeat."""
    # The account of a quota line is named by its heading, which is one of them.
    accounts = [one.written(language, chart) for one in chart.accounts.values() if ":" not in one.code]
    departments = [[fund.code, fund.department] for fund in chart.funds.values()]
    # Only a project of the chart has a link: one that came later gives it to vouchers that had named it before.
    projects = [*chart.projects]
    return hashlib.sha256(json.dumps([language, accounts, departments, projects]).encode()).hexdigest()

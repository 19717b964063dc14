"""Real files of bureaus, councils and banks, imported each into a book of its own and compared with what others counted.

The control totals were counted without fundtrack, by Python's csv module and pandas. `python tests/realfiles.py FOLDER`
does it for a folder of such files with its `control_totals.csv`, and prints the table; the tests do it for the copies in
`tests/data/real`.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

CURRENCIES: Final = {
    "uk_spend": "GBP", "grants": "GBP", "hsbc_hk_debit.csv": "HKD", "suginami_budget.csv": "JPY",
    "taiwan_budget_2017.csv": "TWD", "mexico_federal_sample.csv": "MXN",
}  # fmt: skip
"""The currency of the book that a file goes into, by the file or its kind; else CNY."""

CHART: Final = """\
option "title" "Real files"
option "operating_currency" "{currency}"
2000-01-01 custom "bank" "B01"
  name: "Bank"
  number: "45001234560001"
2000-01-01 custom "fund" "F01"
  name: "Public"
  department: "Finance"
  level: "county"
  regime: "pooled"
  authority: "illustrative"
2000-01-01 open Assets:F01-Public:1001-Bank {currency}
  bank: "B01"
2000-01-01 open Equity:F01-Public:3001-Balance {currency}
2000-01-01 open Income:F01-Public:4001-Received {currency}
2000-01-01 open Income:F01-Public:4002-Interest {currency}
  kind: "interest"
2000-01-01 open Expenses:F01-Public:0601-Services {currency}
  authority: "illustrative"
"""
"""A book with one fund and one use. All of it is illustrative: what the files pay from, they do not say."""

OPENING: Final = "account,debit,credit\nAssets:F01-Public:1001-Bank,{0},\nEquity:F01-Public:3001-Balance,,{0}\n"
BALANCE: Final = "90000000000.00"


@dataclass(frozen=True)
class Outcome:
    """What an import said of a file: its reports, one a sheet, or its refusal."""

    reports: list[dict[str, Any]]
    refusal: str

    def total(self, table: str, *names: str) -> Decimal:
        """Return a sum over the sheets."""
        return sum((Decimal(one[table][name]) for one in self.reports for name in names), Decimal())

    @property
    def rows(self) -> int:
        """The rows of data."""
        return int(self.total("rows", "read") - self.total("rows", "not_data"))

    @property
    def dates(self) -> tuple[str, str]:
        """The first and last date."""
        said = [one["dates"] for one in self.reports if one["dates"][0]]
        return (min(one[0] for one in said), max(one[1] for one in said)) if said else ("", "")


def fundtrack(folder: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "fundtrack", *map(str, args)], cwd=folder, capture_output=True, text=True, check=False
    )  # fmt: skip


def book(folder: Path, currency: str) -> Path:
    """Make the book of a file."""
    (folder / "chart.beancount").write_text(CHART.format(currency=currency), "utf-8")
    (folder / "opening.csv").write_text(OPENING.format(BALANCE), "utf-8")
    fundtrack(folder, "init", "book", "--chart", "chart.beancount", "--document", "illustrative").check_returncode()
    opened = fundtrack(folder / "book", "opening", "../opening.csv", "--as-of", "2000-01-01")
    assert opened.returncode == 0, opened.stderr
    return folder / "book"


def imported(path: Path, currency: str, *more: str) -> Outcome:
    """Return what the import of a file into a new book says, tried first and then done: both must say the same."""
    with tempfile.TemporaryDirectory() as folder:
        where = book(Path(folder), currency)
        said = [
            fundtrack(where, "import", *more, "--fund", "F01", "--use", "0601", "--format", "json", path)
            for more in ((*more, "--dry-run"), more)
        ]  # fmt: skip
    if said[0].returncode == 2:
        return Outcome([], said[0].stderr)
    tried, done = (json.loads(one.stdout) for one in said)
    assert [one | {"batch": 0} for one in tried] == [one | {"batch": 0} for one in done]
    return Outcome(done, "")


def number(text: str) -> Decimal | None:
    """Return a number of the control totals, None where there is none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def compared(control: dict[str, str], found: Outcome) -> dict[str, tuple[object, object]]:
    """Return what differs from the control totals: what was found and what was expected."""
    both: dict[str, tuple[object, object]] = {
        "rows": (found.rows, int(control["data_rows"])),
        "amounts": (found.total("amounts", "read"), number(control["sum"])),
        "dates": (found.dates, (control["date_min"], control["date_max"])),
        "duplicates": (
            sum(one["duplicate_rows"] for one in found.reports), int(control["exact_duplicate_rows"] or 0),
        ),
    }  # fmt: skip
    return {name: (ours, theirs) for name, (ours, theirs) in both.items() if ours != theirs}


def main(folder: Path) -> None:
    """Import every file of a folder and print how it compares."""
    with (folder / "control_totals.csv").open(encoding="utf-8") as file:
        controls = list(csv.DictReader(file))
    for control in controls:
        if control["kind"] not in {"uk_spend", "grants", "fiscal_package", "cn_bank"}:
            continue
        path = folder / control["kind"] / control["file"]
        currency = CURRENCIES.get(control["file"], CURRENCIES.get(control["kind"], "CNY"))
        found = imported(path, currency)
        said = found.refusal.strip() or f"{found.reports[0]['page']}: {compared(control, found) or 'agrees'}"
        reasons = {why["check"]: why["rows"] for one in found.reports for why in one["reasons"]}
        print(control["file"], said, reasons, sep="\n    ", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

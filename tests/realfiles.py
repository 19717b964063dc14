"""Real files of councils and banks, imported each into a book of its own and compared with what others counted.

`python tests/realfiles.py FOLDER` does it for a folder of such files in folders by kind, with its `control_totals.csv`,
and says how each compares; the tests do it for the copies in `tests/data/real`.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KINDS: Final = ("uk_spend", "grants", "fiscal_package", "cn_bank")
COPIES: Final = Path(__file__).parent / "data" / "real"
NOTES: Final = tomllib.loads((COPIES / "notes.toml").read_text("utf-8"))
"""What is to be said of a file: its `currency` where not its kind's, what differs and why, or why it is no list."""

CURRENCIES: Final = {"uk_spend": "GBP", "grants": "GBP"}
"""The currency of the book that a file goes into, by its kind; else CNY."""

CHART: Final = """\
option "title" "Real files"
option "operating_currency" "{currency}"
1990-01-01 custom "bank" "B01"
  name: "Bank"
  number: "45001234560001"
1990-01-01 custom "fund" "F01"
  name: "Public"
  department: "Finance"
  level: "county"
  regime: "pooled"
  authority: "illustrative"
1990-01-01 open Assets:F01-Public:1001-Bank {currency}
  bank: "B01"
1990-01-01 open Equity:F01-Public:3001-Balance {currency}
1990-01-01 open Income:F01-Public:4001-Received {currency}
1990-01-01 open Income:F01-Public:4002-Interest {currency}
  kind: "interest"
1990-01-01 open Expenses:F01-Public:0601-Services {currency}
  authority: "illustrative"
"""
"""A book with one fund and one use. All of it is illustrative: what was paid from which fund, the files do not say."""

OPENING: Final = """\
account,debit,credit
Assets:F01-Public:1001-Bank,9000000000000.00,
Equity:F01-Public:3001-Balance,,9000000000000.00
"""


class Run(Protocol):
    """Gives a command to fundtrack in the folder of a book; returns its exit code, what it printed, and its errors."""

    def __call__(self, *args: str | Path) -> tuple[int, str, str]:
        """Run it."""


class Control(NamedTuple):
    """What others counted in a file."""

    rows: int
    amount: Decimal
    dates: tuple[str, str]
    duplicates: int


@dataclass(frozen=True)
class Outcome:
    """What an import said of a file: its reports, one a sheet, or the message of its refusal."""

    reports: list[dict[str, Any]]
    refusal: str = ""

    def total(self, table: str, name: str) -> Decimal:
        """Return a sum over the sheets."""
        return sum((Decimal(one[table][name]) for one in self.reports), Decimal())

    @property
    def page(self) -> str:
        """The page it was read through."""
        return str(self.reports[0]["page"]) if self.reports else ""

    @property
    def control(self) -> Control:
        """What was counted, as others count: rows of data."""
        said = [one["dates"] for one in self.reports if one["dates"][0]]
        return Control(
            int(self.total("rows", "read") - self.total("rows", "not_data")),
            self.total("amounts", "read"),
            (min(one[0] for one in said), max(one[1] for one in said)) if said else ("", ""),
            sum(one["duplicate_rows"] for one in self.reports),
        )

    @property
    def reasons(self) -> dict[str, int]:
        """Why rows wait, with how many."""
        found: dict[str, int] = {}
        for one in (why for report in self.reports for why in report["reasons"]):
            found[one["check"]] = found.get(one["check"], 0) + one["rows"]
        return found


def controls(folder: Path) -> Iterator[tuple[str, str, Control | None]]:
    """Yield every file of a folder with its kind, and what others counted in it, if they did."""
    with (folder / "control_totals.csv").open(encoding="utf-8", newline="") as file:
        counted = {one["file"]: one for one in csv.DictReader(file) if one["kind"] in KINDS}
    for name, one in counted.items():
        span = one["date_min"], one["date_max"]
        yield (
            one["kind"],
            name,
            Control(int(one["data_rows"]), Decimal(one["sum"]), span, int(one["exact_duplicate_rows"] or 0)),
        )
    for name, note in NOTES.items():
        if "kind" in note and name not in counted:
            yield note["kind"], name, None


def currency_of(kind: str, name: str) -> str:
    """Return the currency of the book that a file goes into."""
    return str(NOTES.get(name, {}).get("currency", CURRENCIES.get(kind, "CNY")))


def imported(run: Run, path: Path) -> Outcome:
    """Return what the import of a file into a new book says, tried first and then done: both must say the same."""
    tried, done = (
        run("import", *more, "--fund", "F01", "--use", "0601", "--by", "wang", "--format", "json", path)
        for more in (("--dry-run",), ())
    )
    if done[0] not in {0, 1}:
        assert tried == done
        return Outcome([], done[2])
    assert json.loads(tried[1]) == json.loads(done[1]), "a dry run says what the import does"
    return Outcome(json.loads(done[1]))


def differing(found: Control, expected: Control) -> Mapping[str, tuple[str, str]]:
    """Return what differs: what was found, and what others counted."""
    pairs = zip(Control._fields, found, expected, strict=True)
    return {name: (str(ours), str(theirs)) for name, ours, theirs in pairs if ours != theirs}


def unpacked(name: str, folder: Path) -> Path:
    """Return a copy of a real file as it was published."""
    path = folder / name
    path.write_bytes(gzip.decompress((COPIES / f"{name}.gz").read_bytes()))
    return path


def in_processes(folder: Path, currency: str) -> Run:
    """Make a book in a folder, and return what gives commands to it, each in a process of its own."""

    def run(*args: str | Path) -> tuple[int, str, str]:
        cwd = folder / "book" if (folder / "book").exists() else folder
        command = [sys.executable, "-m", "fundtrack", *map(str, args)]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    (folder / "chart.beancount").write_text(CHART.format(currency=currency), "utf-8")
    (folder / "opening.csv").write_text(OPENING, "utf-8")
    made = run("init", "book", "--chart", "chart.beancount", "--document", "illustrative")
    opened = run("opening", "../opening.csv", "--as-of", "1990-01-01")
    assert (made[0], opened[0]) == (0, 0), (made, opened)
    return run


def main(folder: Path) -> int:
    """Import every file of a folder, say how it compares, and return how many differ without a known reason."""
    unexplained = 0
    for kind, name, control in controls(folder):
        with tempfile.TemporaryDirectory() as scratch:
            run = in_processes(Path(scratch), currency_of(kind, name))
            found = imported(run, folder / kind / name)
        differs = differing(found.control, control) if control and found.reports else {}
        known = NOTES.get(name, {})
        bad = bool(differs) != ("differs" in known) or bool(found.refusal) != bool(known.get("no-list"))
        unexplained += bad
        said = "refused" if found.refusal else dict(differs) or "agrees"
        sys.stdout.write(f"{'!! ' if bad else ''}{name}: {found.page or '-'}: {said}; {found.reasons}\n")
        sys.stdout.flush()
    return unexplained


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

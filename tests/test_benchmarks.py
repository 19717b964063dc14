"""The benchmarks: every row is measured and compared. How fast anything is depends on the machine and is no test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from beancount.loader import load_file
from benchmarks.lines import Line, Must, growth, slope
from benchmarks.rows import ROWS
from benchmarks.table import said, table
from benchmarks.vouchers import GRANTED, faults, vouchers, write_plain_ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).parent.parent
COUNT: Final = 200


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """Return what a tiny run prints."""
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--sizes", str(COUNT), "--rounds", "1", "--format", "json"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert finished.returncode == 0, finished.stderr
    assert f"{COUNT} vouchers: audit, round 1 of 1" in finished.stderr, "long work shows progress"
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def of_row(told: dict[str, Any], row: str) -> list[dict[str, Any]]:
    """Return the lines of a row."""
    return [line for line in told["lines"] if line["row"] == row]


@pytest.mark.parametrize("row", ROWS)
def test_row_is_measured_against_its_floor(told: dict[str, Any], row: str) -> None:
    """Time, ratios and memory of every line; one floor, and ours with its limits."""
    lines = of_row(told, row)
    assert [line["role"] for line in lines].count("floor") == 1
    assert all(line[name] > 0 for line in lines for name in ("cpu", "wall", "times_floor", "times_ours")), lines
    assert all(line["peak"] > 5 for line in lines)
    ours = next(line for line in lines if line["what"] == "fundtrack")
    assert ours["times_ours"] == 1
    assert ours["musts"]
    assert all(must["found"] > 0 for must in ours["musts"])


@pytest.mark.parametrize(
    ("row", "peer"),
    [
        ("import", "SQLAlchemy"), ("postgresql", "SQLAlchemy"), ("audit", "bean-check"), ("publish", "printer"),
        ("browse", "stock Fava"), ("workbook", "pandas"),
    ],
)  # fmt: skip
def test_row_has_what_a_user_would_pick(told: dict[str, Any], row: str, peer: str) -> None:
    """And how many times ours it takes."""
    assert any(peer in line["what"] for line in of_row(told, row) if line["role"] == "peer")


def test_memory_is_of_each_thing_alone(told: dict[str, Any]) -> None:
    """The standard library's reader does not carry what others have imported."""
    assert {line["what"]: line["peak"] < 40 for line in of_row(told, "import")}["csv.reader alone"]


def test_vouchers_are_the_same_every_time() -> None:
    """Another run, another machine: the same vouchers, without a fault where none was asked for."""
    assert list(vouchers(COUNT)) == list(vouchers(COUNT))
    assert all(one.use in GRANTED[one.use_fund] and one.fund == one.use_fund for one in vouchers(COUNT))
    assert sorted(one.date for one in vouchers(COUNT)) == [one.date for one in vouchers(COUNT)]


def test_faults_are_counted() -> None:
    """One voucher in two hundred, of two kinds in turn."""
    given = list(vouchers(800, faulty=True))
    mixed = sum(one.fund != one.use_fund for one in given)
    barred = sum(one.use not in GRANTED[one.use_fund] for one in given)
    assert (mixed, barred, faults(800)) == (2, 2, 4)


def line(of: int, seconds: float, musts: Sequence[Must] = (), role: str = "ours") -> Line:
    """Return a line as measured."""
    assert role in {"ours", "peer"}
    return Line("audit", "fundtrack", "ours" if role == "ours" else "peer", 10, of, "cpu", seconds, seconds, 1.0,
                musts=tuple(musts))  # fmt: skip


def test_growth_is_the_slope_between_sizes() -> None:
    """Ten times the vouchers and a hundred times the seconds is an exponent of two; peers are not ours to judge."""
    lines = [line(10, 1), line(100, 100), line(10, 1, role="peer"), line(100, 5, role="peer")]
    ((key, must),) = growth(lines).items()
    assert key == ("audit", "fundtrack")
    assert must.found == pytest.approx(2)
    assert not must.holds
    assert growth([line(10, 1)]) == {}
    assert slope([(0, 1), (1, 2), (2, 3)]) == pytest.approx(1)


def test_what_misses_says_so() -> None:
    """And what was measured on fewer vouchers."""
    must = Must("≤ 2.5 × floor", 3.0, 2.5)
    assert said(must) == "≤ 2.5 × floor: MISSES (3)"
    assert said(Must("≤ 2.5 × floor", 2.5, 2.5)) == "≤ 2.5 × floor: holds (2.5)"
    printed = table([line(100, 1, [must])])
    assert "MISSES" in printed
    assert "measured with 10, in proportion" in printed


def test_peer_holds_the_same_rules(tmp_path: Path) -> None:
    """The plugin that stands for what a user would write finds each fault, and nothing else."""
    for faulty, found in ((False, 0), (True, faults(800))):
        write_plain_ledger(tmp_path / "plain.beancount", vouchers(800, faulty=faulty))
        _, errors, _ = load_file(tmp_path / "checked.beancount")
        assert len(errors) == found, errors

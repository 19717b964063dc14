"""Mutation testing of checks: a page's own examples see at least 95 of 100 small faults of its select.

In every run the pages that the last commit touched, and one that is always judged; all of them take three minutes, on
demand: `sh tests/mutate all`. `sh tests/mutate PAGE` shows what survives, and `sh tests/mutate python` is for the
modules of the program.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

import roads
from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_text
from fundtrack.checking import checks
from fundtrack.checking.foreign import foreign
from fundtrack.pages import catalogue, installed
from mutants import modules
from mutants.judge import Score, UnsoundError, judge, runs
from mutants.listed import equivalents
from mutants.make import mutants

ROOT: Final = Path(__file__).parent.parent

PAGES: Final = sorted(catalogue("checks"))

ALWAYS: Final = "wrong-paying-account"


def touched() -> list[str]:
    """Return the pages to judge: what git says that the last commit changed, where there is a history to ask."""
    asked = ["git", "-C", str(ROOT), "diff", "--name-only", "HEAD~1", "HEAD", "--", "checks"]
    said = subprocess.run(asked, check=False, capture_output=True, encoding="utf-8").stdout
    return sorted({ALWAYS, *(Path(one).stem for one in said.split())} & set(PAGES))


@pytest.mark.parametrize("name", touched())
def test_examples_kill_mutants(name: str) -> None:
    """What survives beyond that is listed with its reason; nothing is listed that is killed or is no mutant."""
    score = judge(installed("checks") / f"{name}.md")
    assert score.killed
    assert score.faults() == [], "\n".join(score.survived)


def test_what_is_listed_is_a_page() -> None:
    """A list for a page that is gone says nothing."""
    assert equivalents("sql").keys() <= set(PAGES)


def test_kinds_of_mutants() -> None:
    """Each kind of fault is tried, at each place, once."""
    select = """SELECT DISTINCT a.day, COALESCE(SUM(-a.amount + 1), 0) AS total, COUNT(DISTINCT a.unit) AS units
        FROM postings AS a LEFT JOIN funds AS f ON f.fund = a.fund AND a.chart BETWEEN f.chart AND f.chart_last
        WHERE a.kind IN ('loan', 'refund') AND (a.amount > :limit OR f.fund IS NULL)
            AND NOT EXISTS (SELECT 1 FROM grants AS g WHERE g.day = a.day AND g.document <> '')
        GROUP BY a.day, a.year HAVING MAX(a.amount) > 0
        UNION ALL SELECT day, 0, 0 FROM postings ORDER BY day DESC"""
    made = [one.name for one in mutants(select)]
    assert len(made) == len(set(made))
    assert {name.partition(":")[0] for name in made} == {
        "compare", "between", "sign", "constant", "drop", "key", "null", "logic", "aggregate", "list", "group", "order",
        "union",
    }  # fmt: skip
    for change in ("[> -> >=]", "[- -> ]", "[:limit -> ( :limit + 1 )]", "[LEFT -> ]", "[NOT -> ]", "[, a.year -> ]",
                   "[MAX -> MIN]", "['loan' , -> ]", "[f.fund -> f.account]", "[AND g.document <> '' -> ]",
                   "[BETWEEN f.chart AND -> <=]", "[OR -> AND]", "[DESC -> ASC]", "[= -> <=]"):  # fmt: skip
        assert any(change in name for name in made), change
    assert not [name for name in made if "SELECT [1" in name], "nobody looks at what an EXISTS selects"


def test_an_outer_join_that_a_condition_undoes_is_no_mutant() -> None:
    """JOIN and LEFT JOIN say the same where the other side is asked for; not where it may be NULL."""
    select = "SELECT a.day FROM postings AS a JOIN funds AS f ON f.fund = a.fund WHERE {}"
    for condition, expected in (("f.chart > 1", 0), ("(f.chart > 1 OR f.chart = 0)", 0), ("a.day > 1", 1),
                                ("f.chart IS NULL", 1), ("(f.chart > 1 OR a.day = 0)", 1)):  # fmt: skip
        made = [one.name for one in mutants(select.format(condition)) if "[ -> LEFT]" in one.name]
        assert len(made) == expected, condition


def written(folder: Path, source: str) -> Path:
    """Write a page anew elsewhere."""
    path = folder / "wrong-paying-account.md"
    path.write_text(source, "utf-8")
    return path


def test_a_weak_page_is_found_out(tmp_path: Path) -> None:
    """Without its boundary cases a page falls below what is wanted, and each survivor is named."""
    source = (installed("checks") / "wrong-paying-account.md").read_text("utf-8")
    score = judge(written(tmp_path, source[: source.index("## Two accounts of one fund")]))
    assert score.percent < 95
    assert score.faults()[0] == "below 95 %"
    assert "null: FROM vouchers AS v [LEFT -> ] JOIN banks AS b" in score.killed
    assert "constant: NULL AND p.amount > [0 -> 1] AND p.quota = ''" in score.survived
    assert "key: b ON b.fund = [v.fund -> v.account] AND b.number = v.bank" in score.stillborn


def test_a_page_that_fails_by_itself_is_not_judged(tmp_path: Path) -> None:
    """Every mutant of it would look killed."""
    source = (installed("checks") / "wrong-paying-account.md").read_text("utf-8")
    with pytest.raises(UnsoundError, match="Paid from an account of another fund"):
        judge(written(tmp_path, source.replace("AND b.bank IS NULL", "AND b.bank IS NULL AND 1 = 0")))


def test_a_reason_without_a_survivor_is_a_fault() -> None:
    """The list stays true."""
    score = Score("some-page", killed=["a"] * 99, survived=["b"], reasons={"a": "It is killed."})
    assert score.faults() == ["listed, but does not survive: a"]
    assert Score("some-page", killed=["a"] * 94, survived=["b"] * 6).faults() == ["below 95 %"]
    assert Score("some-page", killed=["a"] * 95, survived=["b"] * 5).faults() == []


def test_what_no_example_shows_counts_as_survived() -> None:
    """A reason of its own kind says so; any other says that the mutant is the same as the page."""
    score = Score("some-page", killed=["a"] * 94, reasons={"b": "Not seen: two of them.", "c": "It is the same."})
    score.live(["b", "c"])
    assert (score.survived, score.equivalent, score.faults()) == (["b"], ["c"], [])
    score.killed = ["a"] * 9
    assert score.faults() == ["below 95 %"]


def test_a_select_that_does_not_end_is_no_mutant() -> None:
    """A recursion with a fault goes on for ever; it is stopped, and seen as one that does not run."""
    check = checks()["wrong-paying-account"]
    ledger = booked(parse_text(roads.examples_on(check.page)[0].text, "example"))
    endless = (
        "WITH RECURSIVE n AS (SELECT 1 AS voucher UNION ALL SELECT voucher FROM n) SELECT * FROM n WHERE voucher = 0"
    )
    with foreign(ledger.entries, ledger.options) as loaded:
        assert runs(loaded, check)
        assert not runs(loaded, replace(check, select=endless))


def test_what_mutmut_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module's mutants that no test sees count against it; those it was stopped before do not."""
    path = tmp_path / "fundtrack" / "money.py.meta"
    path.parent.mkdir()
    codes = {f"fundtrack.money.x_parse__mutmut_{at}": code for at, code in enumerate((1, 3, 36, 37, 0, 33, None))}
    path.write_text(json.dumps({"exit_code_by_key": codes}), "utf-8")
    monkeypatch.setattr(modules, "WORK", tmp_path)
    (score,) = modules.modules()
    assert score.page == "fundtrack.money"
    assert [len(part) for part in (score.killed, score.survived, score.stillborn)] == [4, 2, 1]
    assert score.faults()[0] == "below 90 %"

"""Figures as people read them: thresholds, what was compared, each in its own unit and to its last decimal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from fundtrack.checking.against import audit_against
from fundtrack.checking.extent import EVERYTHING
from fundtrack.checking.figures import arithmetic, compared_in, counted_in, figure, thresholds, unit_of
from fundtrack.checking.side import source_side
from fundtrack.checking.source import ledger_source
from fundtrack.checking.units import Units

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.errors import Language


FRONT: Final[dict[str, Any]] = {
    "parameters": {
        "most": {"value": 500, "unit": "fen", "en": "most for one payee (fen)", "zh": "同一收款人上限（分）"},
        "apart": {"value": 7, "unit": "days", "en": "days apart", "zh": "相隔天数"},
        "bare": 7, "silent": {"value": 3, "unit": "days"}, "plain": {"value": 1, "en": "times", "zh": "次数"},
        "word": {"value": "x", "unit": "fen", "en": "a word", "zh": "用语"},
    },
}  # fmt: skip

THRESHOLDS: Final[dict[Language, list[str]]] = {
    "en": [
        "most for one payee: 50,000.00 CNY (most)", "days apart: 30 days (apart)", "bare = 9", "silent = 4 days",
        "times: 5000 (plain)", "a word: y (word)", "unknown = 1",
    ],
    "zh": [
        "同一收款人上限：50,000.00 元（most）", "相隔天数：30 天（apart）", "bare = 9", "silent = 4 天",
        "次数：5000（plain）", "用语：y（word）", "unknown = 1",
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_thresholds_in_words(language: Language) -> None:
    """What each means, how much it is in its own unit, and its name; only the name of one of which a page says none."""
    values: dict[str, int | str] = {
        "most": 5_000_000, "apart": 30, "bare": 9, "silent": 4, "plain": 5000, "word": "y", "unknown": 1,
    }  # fmt: skip
    assert list(thresholds(FRONT, values, language)) == THRESHOLDS[language]
    assert list(thresholds({}, {"most": 5}, language)) == ["most = 5"]
    assert [unit_of(FRONT, name) for name in values] == ["fen", "days", "", "days", "", "fen", ""]


@pytest.mark.parametrize(
    ("front", "unit", "counted"),
    [
        ({"compared": "days", "amounts": ["actual"]}, "CNY", "days"), ({}, "CNY", ""),
        ({"amounts": ["gap"]}, "CNY", ""), ({"amounts": ["gap", "expected"]}, "CNY", "fen"),
        ({"amounts": ["actual"]}, "", ""),
    ],
)  # fmt: skip
def test_what_is_compared_is_counted(front: dict[str, Any], unit: str, counted: str) -> None:
    """In what its page says; money where amounts are compared, and nothing where neither is so."""
    assert compared_in(front, unit) == counted


@pytest.mark.parametrize(
    ("counted", "language", "word", "shown"),
    [
        ("fen", "en", "USD", "1,234.5 USD"), ("fen", "zh", "USD", "1,234.5 USD"),
        ("days", "en", "days", "1,234.5 days"), ("area", "zh", "平方米", "1,234.5 平方米"), ("", "en", "", "1,234.5"),
    ],
)  # fmt: skip
def test_a_figure_has_its_unit(counted: str, language: Language, word: str, shown: str) -> None:
    """Behind the number, and alone as the head of a column; and so has each figure of a line of arithmetic."""
    assert (figure("1234.5", counted, "USD", language), counted_in(counted, "USD", language)) == (shown, word)
    compared = {"actual": "1234.5", "expected": "1000", "difference": "234.5"}
    shown_all = [shown.replace("1,234.5", number) for number in ("1,234.5", "1,000", "234.5")]
    assert arithmetic(compared, counted, "USD", language) == "{} − {} = {}".format(*shown_all)
    lone = {"actual": "甲", "expected": "乙", "difference": ""}
    assert arithmetic(lone, counted, "USD", language) == "甲 / 乙"
    assert arithmetic(lone | {"expected": ""}, counted, "USD", language) == "甲"


def test_decimals_without_end_are_not_written() -> None:
    """Eighteen may be; one more is what a division left, and is rounded."""
    for digits, scale in ((18, 18), (19, 6)):
        units = Units()
        units.met(Decimal(f"0.{'1' * digits}"), "T")
        units.settle("a")
        assert units.scales == {"T": scale}


def test_small_amounts_are_said_whole(tmp_path: Path) -> None:
    """At the decimals of their unit, to the last of them."""
    text = '2015-02-01 * "x"\n  voucher: "V-2"\n  Expenses:F01:House  {}\n  Assets:F01:Bank\n'
    found = []
    for here, there in ((text.format("0.0125 USD"), ""), (text.format("0.01 CNY"), text.format("0.02 CNY"))):
        for name, said in (("a.beancount", here), ("b.beancount", f'{there}2015-01-01 custom "fund" "F01"\n')):
            (tmp_path / name).write_text(said, "utf-8")
        sides = (source_side(ledger_source(tmp_path / f"{name}.beancount")) for name in "ab")
        with next(sides) as one, next(sides) as other:
            found.append(audit_against(one, other, only=(), extent=EVERYTHING).findings[0])
    lone, differs = found
    assert lone.messages["en"] == "Voucher V-2 of 2015-02-01, 0.0125 USD, is in a.beancount and not in b.beancount."
    assert (differs.amount, differs.actual, differs.expected, differs.difference) == (1, "0.01", "0.02", "-0.01")

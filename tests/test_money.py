"""Amounts: what the grammar takes and refuses, and that nothing is ever rounded or guessed."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundtrack import money
from fundtrack.errors import FormatError

AMOUNTS = st.integers(-money.AMOUNT_MAX, money.AMOUNT_MAX)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("1", 100),
        ("1.5", 150),
        ("1234.56", 123456),
        ("1,234.56", 123456),
        ("12,345,678.90", 1234567890),
        (" 1234.56\t", 123456),
        ("１，２３４．５６", 123456),
        ("￥1234.56", 123456),
        ("¥ 1,234.56", 123456),
        ("CNY 123.18", 12318),
        ("123.18元", 12318),
        ("人民币1.00", 100),
        ("+10000.00", 1000000),
        ("-5", -500),
        ("－5.00", -500),
        ("−5.00", -500),
        ("5.00-", -500),
        ("(1,635,985.00)", -163598500),
        ("（5.00）", -500),
        ("¥(1,635.00)", -163500),
        (" ￥（5.00） ", -500),
        ("¥ -   ", 0),
        (" ¥–", 0),
        ("-0", 0),
        ("-0.00", 0),
        ("1.000", 100),
        ("90000000000000.00", money.AMOUNT_MAX),
    ],
)
def test_what_files_write_is_read(text: str, fen: int) -> None:
    """Grouping, full-width digits, brackets, signs and one currency mark are read; minus nothing is nothing."""
    assert money.parse(text) == fen
    assert str(money.parse(text)) == str(fen)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "amount-empty"),
        ("　", "amount-empty"),
        ("NaN", "amount-unreadable"),
        ("Infinity", "amount-unreadable"),
        ("1e5", "amount-unreadable"),
        *((text, "amount-rounded") for text in ("3.20E+07", "-1E+13", "３.2E＋07", "¥1,5E+3")),
        ("1e308", "amount-unreadable"),
        ("1e999999999", "amount-unreadable"),
        ("1_000", "amount-unreadable"),
        ("١٢٣", "amount-unreadable"),
        ("0x10", "amount-unreadable"),
        ("1,23", "amount-unreadable"),
        ("1234,567", "amount-unreadable"),
        ("1.234,56", "amount-unreadable"),
        ("1 234", "amount-unreadable"),
        (".5", "amount-unreadable"),
        ("5.", "amount-unreadable"),
        ("-", "amount-unreadable"),
        ("¥--", "amount-unreadable"),
        ("¥(-5)", "amount-unreadable"),
        ("-¥(5)", "amount-unreadable"),
        ("¥((5))", "amount-unreadable"),
        ("¥()", "amount-unreadable"),
        ("--5", "amount-unreadable"),
        ("-5-", "amount-unreadable"),
        ("(-5)", "amount-unreadable"),
        ("(5", "amount-unreadable"),
        ("5)", "amount-unreadable"),
        ("(50", "amount-unreadable"),
        ("50)", "amount-unreadable"),
        ("####", "amount-unreadable"),
        ("#N/A", "amount-unreadable"),
        ("叁元整", "amount-unreadable"),
        ("1.2.3", "amount-unreadable"),
        ("=1+1", "amount-unreadable"),
        ("1\x00", "amount-unreadable"),
        ("¥5元", "amount-unreadable"),
        ("人民币1.00元", "amount-unreadable"),
        ("5万元", "amount-unreadable"),
        ("1.005", "amount-fraction"),
        ("0.001", "amount-fraction"),
        ("90000000000000.01", "amount-too-large"),
        ("999999999999999", "amount-too-large"),
        ("1234567890123456", "amount-unreadable"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, key: str) -> None:
    """What Decimal and float would swallow is refused, with a reason in both languages."""
    with pytest.raises(FormatError) as caught:
        money.parse(text)
    assert caught.value.key == key
    assert all(caught.value.text(language) and caught.value.remedy(language) for language in ("en", "zh"))


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("2069.985898", "万元", 2069985898),
        ("24.444082", "万元", 24444082),
        ("1.8", "万元", 1800000),
        ("5.675918", "万元", 5675918),
        ("2101.905898", "万元", 2101905898),
        ("(1.8)", "万元", -1800000),
        ("1.05", "亿元", 10500000000),
        ("1.8万元", "万元", 1800000),
        ("1.05 亿元", "亿元", 10500000000),
        ("5元", "yuan", 500),
    ],
)
def test_units_are_exact(text: str, unit: str, fen: int) -> None:
    """Six decimals of 万元 are fen: the parts of a published notice sum to its total."""
    assert money.parse(text, unit) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("25万", 25_000_000), ("25万元", 25_000_000), ("25 万元", 25_000_000), ("１．５ 亿", 15_000_000_000),
        ("1,000万元", 1_000_000_000), ("-3万", -3_000_000), ("0.000001万", 1), ("25", 2_500), ("25.5元", 2_550),
    ],
)  # fmt: skip
def test_a_person_names_the_unit(text: str, fen: int) -> None:
    """At the desk, to the fen."""
    assert money.said(text) == fen


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0.0000001万", "amount-fraction"), ("25万万", "amount-unreadable"), ("万元", "amount-unreadable"),
        ("¥25万", "amount-unreadable"), ("二十五万", "amount-unreadable"), ("25万美元", "amount-unreadable"),
    ],
)  # fmt: skip
def test_what_a_person_cannot_mean(text: str, key: str) -> None:
    """Nothing is rounded and nothing guessed."""
    with pytest.raises(FormatError) as refused:
        money.said(text)
    assert refused.value.key == key


@pytest.mark.parametrize("text", ["5元", "¥5", "CNY 5", "5亿元", "人民币5", "¥5万元"])
def test_a_mark_of_another_unit_is_refused(text: str) -> None:
    """Five yuan in a column of 万元 are not fifty thousand."""
    with pytest.raises(FormatError) as caught:
        money.parse(text, "万元")
    assert caught.value.key == "amount-unreadable"


@pytest.mark.parametrize(
    ("number", "unit", "fen"),
    [
        ("0.30000000000000004", "元", 30),
        ("2069.9858980000004", "万元", 2069985898),
        ("-1.7999999999999998", "万元", -1800000),
        ("12.345679", "万元", 12345679),
        ("1.1", "亿元", 11000000000),
        ("12.3456789", "万元", "amount-fraction"),
        ("1.005", "元", "amount-fraction"),
        ("0.00000051", "亿元", 5100),
        ("0.000000515", "亿元", 5150),
        ("0.00000000005", "亿元", "amount-fraction"),
        ("1e308", "亿元", "amount-too-large"),
        ("90000000000000.02", "元", "amount-too-large"),
    ],
)
def test_a_number_of_a_workbook_loses_its_noise_and_nothing_else(number: str, unit: str, fen: int | str) -> None:
    """What is behind a millionth of a yuan is noise; what is behind a fen and before that was typed, and is refused."""
    found: int | str
    try:
        found = money.measured(number, unit)
    except FormatError as error:
        found = error.key
    assert found == fen


def test_a_number_of_a_workbook_is_in_yuan_unless_it_says_otherwise() -> None:
    """As an amount that is written."""
    assert money.measured("5") == 500


@pytest.mark.parametrize(
    ("amount", "scale", "plain", "grouped"),
    [
        (0, 2, "0.00", "0.00"),
        (5, 2, "0.05", "0.05"),
        (-5, 2, "-0.05", "-0.05"),
        (1, 0, "1", "1"),
        (-123450, 2, "-1234.50", "-1,234.50"),
        (1234567, 0, "1234567", "1,234,567"),
        (1234567, 3, "1234.567", "1,234.567"),
    ],
)
def test_what_is_shown(amount: int, scale: int, plain: str, grouped: str) -> None:
    """One digit at least before the point, a sign only below zero, and groups of three for people."""
    assert money.plain(amount, scale) == plain
    assert money.grouped(amount, scale) == grouped


@pytest.mark.parametrize(
    ("text", "unit", "details"),
    [
        ("1.2.3", "元", {"text": "1.2.3"}),
        ("1.005元", "元", {"text": "1.005元", "unit": "元"}),
        ("1.0000005", "万元", {"text": "1.0000005", "unit": "万元"}),
        ("999999999999999", "元", {"text": "999999999999999"}),
    ],
)
def test_a_refusal_names_what_was_written(text: str, unit: str, details: dict[str, str]) -> None:
    """The person who wrote it finds it by that."""
    with pytest.raises(FormatError) as caught:
        money.parse(text, unit)
    assert caught.value.details == details


@pytest.mark.parametrize(
    ("number", "details"),
    [("1.005", {"text": "1.005", "unit": "元"}), ("1e308", {"text": "1e308"})],
)
def test_a_refusal_names_the_number_of_the_workbook(number: str, details: dict[str, str]) -> None:
    """The same for what a cell holds."""
    with pytest.raises(FormatError) as caught:
        money.measured(number)
    assert caught.value.details == details


def test_less_than_a_fen_is_refused_in_every_unit() -> None:
    """Nothing is rounded, in whatever unit."""
    with pytest.raises(FormatError, match="whole number of fen"):
        money.parse("1.0000005", "万元")


@given(AMOUNTS)
def test_plain_and_grouped_read_back(amount: int) -> None:
    """What is shown, for machines or people, is the amount."""
    assert money.parse(money.plain(amount)) == amount
    assert money.parse(money.grouped(amount)) == amount
    assert Decimal(money.plain(amount)) * 100 == amount


@given(AMOUNTS, st.sampled_from(["plain", "grouped", "brackets", "trailing", "wide", "mark"]))
def test_every_way_of_writing_it_is_the_same_amount(amount: int, way: str) -> None:
    """The sign may stand in front, behind or as brackets; digits may be wide; a mark may stand in front."""
    size, minus = abs(amount), "-" if amount < 0 else ""
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    texts = {
        "plain": money.plain(amount),
        "grouped": money.grouped(amount),
        "brackets": f"({money.grouped(size)})" if amount < 0 else money.grouped(size),
        "trailing": money.plain(size) + minus,
        "wide": money.plain(amount).translate(wide),
        "mark": f"¥{money.plain(amount)}",
    }
    assert money.parse(texts[way]) == amount


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_a_reason(text: str) -> None:
    """No text crashes the reader, and what it takes is a whole number within range."""
    with suppress(FormatError):
        amount = money.parse(text)
        assert abs(amount) <= money.AMOUNT_MAX
        assert money.parse(money.plain(amount)) == amount


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_plain_has_the_scale_it_is_asked_for(amount: int, scale: int) -> None:
    """A currency without decimals has no point; every other has its decimals in full."""
    text = money.plain(amount, scale)
    assert len(text.partition(".")[2]) == scale
    assert Decimal(text) == Decimal(amount).scaleb(-scale)

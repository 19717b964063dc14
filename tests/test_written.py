"""Amounts written out in Chinese (大写): read strictly, back and forth."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundtrack.errors import FormatError
from fundtrack.importing.values import written

DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"


def in_words(fen: int) -> str:
    """Return an amount as a cashier writes it out, by the rules for bills of the central bank."""
    yuan, cents = divmod(fen, 100)
    text = ""
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        section, yuan = divmod(yuan, size)
        if section:
            digits = f"{section:04d}"
            said = "".join(
                (DIGITS[int(one)] + place) if one != "0" else "零"
                for one, place in zip(digits, ("仟", "佰", "拾", ""), strict=True)
            )
            said = said.rstrip("零").replace("零零零", "零").replace("零零", "零")
            text += (said if text else said.lstrip("零")) + unit
        elif text and not text.endswith("零"):
            text += "零"
    text = text.rstrip("零") + ("元" if text else "")
    jiao, cent = divmod(cents, 10)
    if not cents:
        return (text or "零元") + "整"
    return text + (f"{DIGITS[jiao]}角" if jiao else "零" if text else "") + (f"{DIGITS[cent]}分" if cent else "整")


@given(st.integers(0, 10**14 - 1))
def test_an_amount_written_out_reads_back(fen: int) -> None:
    """Every amount that a cashier writes out is read, in whichever characters."""
    text = in_words(fen)
    assert written.read(text) == fen
    assert written.read(f"人民币（大写）：{text.replace('元', '圆').replace('整', '正').replace('万', '萬')}") == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("壹拾贰万叁仟元整", 12_300_000),
        ("拾万元整", 10_000_000),
        ("一万二千元", 1_200_000),
        ("伍角", 50),
        ("壹佰零伍元零柒分", 10_507),
        ("壹万亿元整", 10**14),
        ("", None),
        ("12元", None),
        ("壹拾贰", None),
        ("壹贰元整", None),
        ("壹佰仟元整", None),
        ("万元整", None),
        ("壹元壹角壹角", None),
        ("壹元整壹", None),
        ("零" * 100 + "元", None),
    ],
)
def test_what_is_no_amount_is_none(text: str, fen: int | None) -> None:
    """Digits without their places, places without digits, and places in a wrong order are refused."""
    if fen is None:
        with pytest.raises(FormatError) as caught:
            written.read(text)
        assert caught.value.key == "amount-words-unreadable"
    else:
        assert written.read(text) == fen

"""IATI activities as XML: every transaction is a row, and what they come to is what another parser counts."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from xml.dom import minidom

import pytest

from fundtrack import pages
from fundtrack.errors import FormatError
from fundtrack.importing import Importer, choose

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.importing import Row

PAGE: Final = Importer(pages.catalogue("importers")["iati-transactions"], currency="GBP")
TRANSACTION: Final = """<transaction ref="{ref}"><transaction-type code="{kind}"/><transaction-date iso-date="{date}"/>
<value{currency} value-date="{date}"> {value}
</value><receiver-org><narrative xml:lang="en">Wells &amp; Co</narrative></receiver-org></transaction>"""
ACTIVITY: Final = """<iati-activity default-currency="GBP"><iati-identifier>{name}</iati-identifier>
<title><narrative>A</narrative></title><budget><value>99</value></budget>{transactions}
<planned-disbursement><value>77</value></planned-disbursement></iati-activity>"""
WHOLE: Final = (
    '<?xml version="1.0" encoding="{}"?>\n<!-- made -->\n<iati-activities version="2.03">{}</iati-activities>'
)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a file of activities."""
    path = folder / "activities.xml"
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path) -> list[Row]:
    """Read a file by the page that knows it, data alone."""
    assert choose(path, [PAGE]) is PAGE
    return [row for row in PAGE.candidates(path) if row.state == "data"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "GB2312"])
def test_rows_and_sums_are_those_of_another_parser(tmp_path: Path, encoding: str) -> None:
    """Of each kind and currency, in any encoding that XML says itself; budgets and plans are none."""
    chance = random.Random(7)
    made = [
        ACTIVITY.format(name=f"XM-{nth}", transactions="".join(
            TRANSACTION.format(
                ref=f"T{nth}-{at}", kind=chance.choice((1, 2, 3, 4, 11)), date=f"2015-0{chance.randint(1, 9)}-11",
                currency=chance.choice(("", ' currency="EUR"')), value=f"{chance.randint(1, 10**7) / 100:.2f}",
            ) for at in range(chance.randint(0, 5))
        )) for nth in range(30)
    ]  # fmt: skip
    payee = "韦家" if encoding == "GB2312" else "Wells"
    path = written(tmp_path, text := WHOLE.format(encoding, "".join(made)).replace("Wells", payee), encoding)
    said: dict[tuple[str, bool], list[Decimal]] = {}
    for one in minidom.parseString(text.replace(encoding, "utf-8").encode()).getElementsByTagName("transaction"):
        (value,), (kind,) = one.getElementsByTagName("value"), one.getElementsByTagName("transaction-type")
        of = kind.getAttribute("code"), value.hasAttribute("currency")
        said.setdefault(of, []).append(Decimal(value.childNodes[0].nodeValue or ""))
    rows = read(path)
    assert len(rows) == sum(map(len, said.values()))
    assert sum(row.amount or 0 for row in rows) == 100 * sum(map(sum, said.values()))
    moved = {"disbursement": ("3", "4"), "transfer-received": ("1",)}
    for of_ours, codes in moved.items():
        ours = [row.candidate.amount for row in rows if row.candidate and row.candidate.kind == of_ours]
        assert sorted(ours) == sorted(int(100 * one) for code in codes for one in said[code, False]), of_ours
    waits = {error.key for row in rows for error in row.problems}
    assert waits == {"direction-unknown", "currency-other"}
    assert {row.candidate.payee for row in rows if row.candidate} == {f"{payee} & Co"}


def test_an_activity_by_itself_is_read(tmp_path: Path) -> None:
    """Some publishers give each out as a file."""
    one = TRANSACTION.format(ref="T1", kind="D", date="2015-03-02", value="12.50", currency="")
    (row,) = read(written(tmp_path, "<!-- one -->\n" + ACTIVITY.format(name="X1", transactions=one)))
    assert (row.amount, row.candidate is not None) == (1250, True)


def test_version_1_says_texts_by_themselves(tmp_path: Path) -> None:
    """And letters for the types; a transaction without its date or value waits, and is not dropped."""
    plain = """<iati-activity default-currency="GBP"><iati-identifier>X</iati-identifier><title>Old</title>
    <transaction><transaction-type code="D"/><transaction-date iso-date="2012-01-02"/><value>5</value>
    <receiver-org>Wells</receiver-org></transaction><transaction><transaction-type code="D"/></transaction>
    </iati-activity>"""
    first, second = read(written(tmp_path, WHOLE.format("utf-8", plain)))
    assert first.candidate
    assert (first.candidate.payee, first.candidate.amount, first.candidate.narration) == ("Wells", 500, "Old")
    assert (first.number, second.number, second.candidate) == (2, 3, None)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (WHOLE.format("utf-8", "<iati-activity>"), "xml-damaged"),
        (WHOLE.format("klingon", ""), "xml-damaged"),
        (WHOLE.format("gbk", "一"), "xml-damaged"),
        ('<!DOCTYPE x [<!ENTITY a "aaa">]><iati-activities>&a;</iati-activities>', "xml-declares"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><iati-activities/>', "xml-declares"),
    ],
)
def test_what_is_no_honest_xml_is_refused(tmp_path: Path, text: str, key: str) -> None:
    """Cut off, or with entities, which unpack to gigabytes or read other files."""
    with pytest.raises(FormatError) as caught:
        choose(written(tmp_path, text), [PAGE])
    assert caught.value.key == key

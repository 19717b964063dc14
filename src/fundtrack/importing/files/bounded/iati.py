"""Activities of the International Aid Transparency Initiative (IATI, XML) as a table: each transaction is a row.

Row 1 names the columns as IATI's datastore does in its CSV, so one page reads both. What an activity says for all its
transactions stands in each; a budget, or a disbursement that is only planned, is no transaction.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from .bounds import Unusable, fits, head, say, short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO
    from xml.etree.ElementTree import Element

COLUMNS: Final = (
    "iati-identifier", "title", "reporting-org", "transaction_ref", "transaction-type", "transaction-date",
    "transaction_value_currency", "transaction-value", "transaction_value_value-date", "transaction_description",
    "transaction_provider-org", "transaction_receiver-org",
)  # fmt: skip
OF_ACTIVITY: Final = COLUMNS[:3]
"""What an activity says for all its transactions: asked of it once, for it may have very many."""

DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)""")
BEGINS: Final = 1024
"""So many bytes have the declaration."""

OWN: Final = ("utf", "ucs", "iso-10646")
"""How the encodings begin that the parser reads itself; it has none of the Chinese ones."""


def tell(path: str) -> None:
    """Write every transaction of a file. Raises Unusable where it is no XML, or declares more than XML needs."""
    try:
        rows = [*_rows(path)]
    except DefusedXmlException as error:
        raise Unusable("xml-declares", {"what": type(error).__name__}) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Unusable("xml-damaged", {"why": str(error)}) from error
    fits("", len(rows) + 1, len(COLUMNS))
    head("", len(rows) + 1)
    say([1, COLUMNS])
    for number, row in enumerate(rows, 2):
        say([number, row])


def _rows(path: str) -> Iterator[list[str]]:
    """Give the transactions, activity by activity: a file of many activities is never in memory as a whole."""
    count = 0
    with _opened(path) as file:
        for _, element in ElementTree.iterparse(file, ("end",), forbid_dtd=True):
            if element.tag == "transaction":
                fits("", count := count + 1, len(COLUMNS))
            elif element.tag == "iati-activity":
                own = [_text(element, name) for name in OF_ACTIVITY]
                for transaction in element.iterfind("transaction"):
                    yield [short(cell) for cell in _row(own, element.get("default-currency", ""), transaction)]
                element.clear()


def _opened(path: str) -> IO[bytes] | IO[str]:
    """Return a file open to be parsed: as text where it declares an encoding that the parser does not read."""
    with Path(path).open("rb") as file:
        found = DECLARED.match(file.read(BEGINS))
    name = found[1].decode("ascii").lower() if found else OWN[0]
    with suppress(LookupError):
        codec = codecs.lookup(name).name
        if not name.startswith(OWN):
            return Path(path).open(encoding="gb18030" if codec in {"gb2312", "gbk"} else codec)
    return Path(path).open("rb")


def _row(activity: list[str], currency: str, one: Element) -> list[str]:
    """Return the cells of a transaction; what it does not say of its currency is as the activity says."""
    return [
        *activity,
        one.get("ref", ""), _said(one, "transaction-type", "code"), _said(one, "transaction-date", "iso-date"),
        _said(one, "value", "currency") or currency, _text(one, "value"),
        _said(one, "value", "value-date"), _text(one, "description") or activity[1],
        _text(one, "provider-org"), _text(one, "receiver-org"),
    ]  # fmt: skip


def _said(of: Element, name: str, attribute: str) -> str:
    found = of.find(name)
    return "" if found is None else found.get(attribute, "").strip()


def _text(of: Element, name: str) -> str:
    """Return what an element says: in version 2 in its first narrative, before that by itself; else its reference."""
    found = of.find(name)
    if found is None:
        return ""
    said = found.findtext("narrative") or found.text or ""
    return " ".join(said.split()) or found.get("ref", "").strip()

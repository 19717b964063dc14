"""What a table says of its currency beyond what its page reads: a row in another one is never taken for the page's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError
from fundtrack.importing import movement
from fundtrack.importing.layout import AMOUNTS
from fundtrack.importing.source import Source
from fundtrack.importing.values import cells
from fundtrack.money import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout

HEADED: Final = re.compile(
    r"(?!.*(?:amount|value|vat|gross|net|金额).*in.*currency)"
    r".*currency(?:code|unit|name|iso|iso4217|type|symbol)?|currencyof.*|ccy|curr"
    r"|.*(?:币种|币别|币制|货币)(?:代码|名称|类型)?"
)
"""The name of a column of currencies, in the form of `cells.loose`; what is an amount in a currency is none."""

ORIGINAL: Final = re.compile(
    r"(?:(?:original|transaction|trans|foreign)(?:currency)?|currency|原币|交易|外币)(?:amount|value|金额|发生额)"
    r"|(?:amount|value)in(?:original|transaction|foreign)currency"
)
"""The name of a column of amounts in whatever currency they were spent, in the form of `cells.loose`."""

STERLING: Final[Mapping[str, tuple[str, ...]]] = {"GBP": ("sterling",), "CNY": ("本位币",)}
"""What else a column calls the currency of a book."""

LABELS: Final = ("币种", "币别", "货币", "货币种类", "货币单位", "金额单位", "单位", "Currency", "Unit")
"""What stands before the one currency of a table above its header, or before the unit that has it: 单位：美元."""

WORD: Final = re.compile(r"[A-Za-z]+|[^\W\d_A-Za-z]+|[$£€¥￥]")
CODES: Final = frozenset((
    "AED", "AFN", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF",
    "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLP", "CNH", "CNY",
    "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP",
    "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS",
    "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD",
    "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU",
    "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN",
    "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK",
    "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP",
    "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VES", "VND", "VUV", "WST", "XAF", "XCD",
    "XOF", "XPF", "YER", "ZAR", "ZMW",
))  # fmt: skip
"""The codes of ISO 4217, wherever they stand in capitals; the lek is also the word for every currency."""

FOREIGN: Final = ("外币", "Foreign currency")
PESOS: Final = frozenset({"ARS", "CLP", "COP", "MXN"})
"""Other currencies than dollars that are written with their sign."""


def unread(layout: Layout, heading: Heading) -> tuple[Source, ...]:
    """Return what says a currency and is not read by the page: columns, or else the amounts' names and what is above.

    A page that reads one says by that which of several is the amount's; so does a table whose amounts are headed with
    the book's currency, beside those in which it was spent.
    """
    if layout.currency_column or _booked(layout, heading):
        return ()
    named = (name for name in heading.unread(layout) if HEADED.fullmatch(cells.loose(name)))
    if found := tuple(Source((name,)) for name in named):
        return found
    columns = (name for field in AMOUNTS if field in layout.columns for name in layout.columns[field].columns)
    said = [(name, name) for name in columns if named_in(name)]
    said += [(label, text) for label in LABELS if (text := heading.beside(label, whole=True))]
    return tuple(Source(labels=(label,), constant=text) for label, text in said)


def _booked(layout: Layout, heading: Heading) -> bool:
    """Say whether the amount that is read is headed with the page's currency, and one that is not read with none."""
    amount = layout.columns.get("amount")
    if amount is None or not amount.columns:
        return False
    own, _ = _names(layout.currency)
    own |= {*STERLING.get(layout.currency, ())}
    within = [name for name in own if len(name) > 1 and not name.isascii()]
    words = [word.casefold() for word in WORD.findall(amount.columns[0])]
    left = [word for word in words if not (word in own or _has(word, within))]
    plain = [*filter("in".__ne__, left)] == ["amount"]
    others = [*map(cells.loose, heading.unread(layout))]
    return len(left) < len(words) and any(ORIGINAL.fullmatch(one) or (plain and one == "amount") for one in others)


def reader(currency: str) -> Callable[[str], str]:
    """Return what reads a currency that the page says for all its rows: what is not surely another one says nothing.

    It raises FormatError (`currency-other`) for another one that is known.
    """
    own, others = _names(currency)
    within = [name for name in others - {*FOREIGN} if len(name) > 1 and not name.isascii()]
    codes = CODES - {currency, *(["CNH"] if currency == "CNY" else [])}

    def read(cell: str) -> str:
        said = cells.text(cell)
        whole = said.casefold()
        if whole in own or not (words := WORD.findall(said)):
            return ""
        named = whole in others or whole.upper() in codes
        if named or any(word in codes or word.casefold() in others or _has(word, within) for word in words):
            raise FormatError("currency-other", text=said, currency=currency)
        return ""

    return read


def named_in(text: str) -> frozenset[str]:
    """Return the codes of the currencies that a title or the name of a column says: Amount (USD), 单位：美元."""
    known = {name.casefold(): code for code, names in movement.NAMED.items() for name in names if not name.isdigit()}
    words = WORD.findall(cells.text(text))
    codes = {word for word in words if word in CODES}
    whole = {known[word.casefold()] for word in words if word.casefold() in known}
    within = {code for name, code in known.items() if len(name) > 1 and any(_has(word, [name]) for word in words)}
    return frozenset(codes | whole | within)


def _has(word: str, names: Iterable[str]) -> bool:
    """Say whether one of the names stands in a word, as 美元 does in 美元现汇."""
    return not word.isascii() and any(name in word for name in names)


def _names(currency: str) -> tuple[set[str], set[str]]:
    """Return how files name a currency, and how any other, in one case; what may be either is only the currency's."""
    marks = {code: mark.split("|") for code, mark in SYMBOLS.items()}
    known = {code: {*movement.NAMED.get(code, ()), *marks.get(code, ())} for code in {*movement.NAMED, *marks}}
    dollars = {"$", "dollar", "dollars"} if currency.endswith("D") or currency in PESOS else set()
    own = {name.casefold() for name in (currency, *known.pop(currency, ()))} | dollars
    others = {name.casefold() for of in known.values() for name in of} | {name.casefold() for name in FOREIGN}
    return own, {name for name in others if not name.isdigit()} - own

"""What files call things: the names of columns and the words in them that installed pages know, and a list beside them.

The names of columns come from the importer pages, in their order, and from `columns.csv`, whose Chinese half was
collected from public systems: each name with where it was seen.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fundtrack.importing.layout import Layout
    from fundtrack.importing.source import Source

WORDS: Final = ("in", "out", "total", "settled", "notes")
"""What `columns.csv` and pages know words of that stand in cells, not in headers."""

ALIKE: Final = 0.82
"""How alike a name has to be to a known one to be suggested; never more than that."""

SAYING: Final[Mapping[str, re.Pattern[str]]] = {
    "date": re.compile(r"date|日期|时间|\bday\b", re.IGNORECASE),
    "amount": re.compile(
        r"amount|value|total|gross|\bnet|paid|spend|spent|cost|\bsum\b|price|debit|credit|金额|发生额|额$",
        re.IGNORECASE,
    ),
    "payee": re.compile(
        r"payee|supplier|vendor|recipient|beneficiary|creditor|contractor|merchant|paid to"
        r"|收款|对方|户名|姓名|单位|商户|供应商|企业",
        re.IGNORECASE,
    ),
    "direction": re.compile(r"借贷|收支|收/支|借/贷|direction|dr.?/.?cr|debit.?/.?credit", re.IGNORECASE),
    "status": re.compile(r"status|状态", re.IGNORECASE),
    "currency": re.compile(r"currency|币种|币别|货币", re.IGNORECASE),
    "private": re.compile(
        r"账号|卡号|帐号|身份证|证件|电话|手机|account.?(?:no|num)|\biban\b|phone|post ?code|e-?mail|邮箱",
        re.IGNORECASE,
    ),
    "text": re.compile(r"摘要|描述|说明|附言|备注|descri|detail|narrative|memo|particular|remark", re.IGNORECASE),
    "number": re.compile(
        r"流水|单号|票号|凭证|回单|编号|单据|reference|\bref\b|invoice|voucher|receipt|transaction.?(?:no|id|num)",
        re.IGNORECASE,
    ),
    "quota": re.compile(
        r"指标(?:金额|数额|总额|额|数$)|下达(?:金额|额|指标)|quota amount|amount of quota", re.IGNORECASE
    ),
    "no-date": re.compile(r"modif|updat|creat|print|birth|出生|打印|导出|period|期间", re.IGNORECASE),
    "no-amount": re.compile(
        r"balance|余额|^(?:\w+ )?vat\b|\btax\b|税额|税率|rate|利率|quantity|数量|code|number|element|cent(?:re|er)|编号"
        r"|\bno\b",
        re.IGNORECASE,
    ),
    "ambiguous-side": re.compile(r"借|贷|debit|credit|\bdr\b|\bcr\b", re.IGNORECASE),
}
"""What in a name that nobody knows says what the column may be, or that it is not."""


@dataclass(frozen=True)
class Vocabulary:
    """Names of columns in their loose form, each with the fields it may be and its rank; and words by what they say."""

    names: Mapping[str, Mapping[str, int]]
    words: Mapping[str, frozenset[str]]

    def fields(self, name: str) -> Mapping[str, int]:
        """Return the fields that a column of a name may be, as far as the name is known."""
        return self.names.get(cells.loose(name), {})

    def knows(self, field: str, name: str) -> bool:
        """Say whether a name is one of a field's."""
        return field in self.fields(name)

    def rank(self, field: str, name: str) -> int:
        """Return how early a name stands among those of a field; late where it is none."""
        return self.fields(name).get(field, len(self.names))

    def near(self, field: str, name: str) -> bool:
        """Say whether a name is much like one of a field's: worth a suggestion."""
        known = [loose for loose, fields in self.names.items() if field in fields]
        return bool(get_close_matches(cells.loose(name), known, n=1, cutoff=ALIKE))

    def says(self, what: str, word: str) -> bool:
        """Say whether a word of a cell is known to say something."""
        return _folded(word) in self.words.get(what, frozenset())


def _folded(word: str) -> str:
    """Return a word in the form in which two are compared."""
    return cells.label(word).casefold()


def says(what: str, name: str) -> bool:
    """Say whether a name, known or not, says by a part of it what the column may be."""
    return any(map(SAYING[what].search, (name, cells.column(name)[0])))


def vocabulary(layouts: Iterable[Layout]) -> Vocabulary:
    """Return what the pages of vouchers know, and what the list beside them does."""
    names: dict[str, dict[str, int]] = {}
    words: dict[str, set[str]] = {what: set() for what in WORDS}
    rank = 0

    def learn(field: str, name: str) -> None:
        nonlocal rank
        rank += 1
        if loose := cells.loose(name):
            names.setdefault(loose, {}).setdefault(field, rank)

    for layout in layouts:
        if layout.form is None:
            for field, source in _sources(layout):
                for name in source.any or source.columns:
                    learn(field, name)
            moved = layout.movement
            said = (moved.inwards, moved.outwards, layout.total, moved.settled, layout.notes)
            for what, known in zip(WORDS, said, strict=True):
                words[what].update(map(_folded, known))
    for row in csv.DictReader(files(__package__).joinpath("columns.csv").read_text("utf-8").splitlines()):
        if row["field"] in WORDS:
            words[row["field"]].add(_folded(row["name"]))
        else:
            learn(row["field"], row["name"])
    return Vocabulary(names, {what: frozenset(known) for what, known in words.items()})


def _sources(layout: Layout) -> Iterable[tuple[str, Source]]:
    """Give what a page reads, by field; those of a row's key and status too."""
    yield from layout.columns.items()
    moved = layout.movement
    beside = (("direction", moved.column), ("status", moved.status), ("currency", layout.currency_column))
    yield from ((field, source) for field, source in beside if source)
    yield from (("key", source) for source in layout.key_sources if source not in layout.columns.values())

"""Vouchers as Beancount transactions: the inner loop of publishing, which reads a book of a million in seconds.

    2015-03-02 * "payee" "narration" #disbursement ^P01
      voucher: "F01-2015-000001"
      …
      Expenses:F01-Relocation:0601-Housing  1234.50 CNY
      Assets:F01-Relocation:1001-Treasury  -1234.50 CNY

Within a unit the side that all entries share is printed once. A voucher that mixes red and black entries, or the
entries of several units, prints both legs of each entry instead, so that it reads back to the same entries.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack import money
from fundtrack.beantext import escape
from fundtrack.beantext.escape import PLAIN, string
from fundtrack.chart.write import root_options
from fundtrack.errors import FormatError
from fundtrack.ledger.rows import voucher_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language
    from fundtrack.ledger.rows import References, Row

NOTICE: Final = {
    "en": ";; Published by fundtrack. Not to be edited: the book is the record, and corrections are vouchers.\n",
    "zh": ";; 由 fundtrack 发布，请勿修改：以账套为准，更正须另记凭证。\n",
}
REMEMBERED: Final = 20_000
"""How many texts of one kind are kept to be used again."""


class Leg(NamedTuple):
    """One entry of a voucher with several."""

    unit: str
    debit: str
    credit: str
    amount: int
    red: int


class Remembered(dict[object, str]):
    """Texts that are made once for each key; forgets all when there are too many."""

    def __init__(self, make: Callable[..., str]) -> None:
        """Take what makes a text of a key, which is a tuple of its arguments."""
        super().__init__()
        self._make = make

    def __missing__(self, key: object) -> str:
        """Make the text of a key."""
        if len(self) >= REMEMBERED:
            self.clear()
        assert isinstance(key, tuple)
        self[key] = text = self._make(*key)
        return text


class Journal:
    """Writes vouchers in a language, and adds up what they move: `moved[fund, debit, credit]`, in minor units."""

    def __init__(self, chart: Chart, language: Language, resolve: References) -> None:
        """Take the chart that names the accounts, and what resolves the references of the rows."""
        self.language: Language = language
        self.moved: dict[tuple[str, str, str], int] = defaultdict(int)
        self._chart = chart
        self._resolve = resolve
        self._accounts = {(one.fund, one.code): one.written(language, chart) for one in chart.accounts.values()}
        self._marks = Remembered(self._mark)
        self._acts = Remembered(_act)
        self._banks = Remembered(lambda bank: _meta("bank", bank))
        self._sources = Remembered(self._source)

    def opening(self) -> str:
        """Return what stands first in every file of journals."""
        return NOTICE[self.language] + root_options(self.language)

    def text(self, rows: Iterable[Row]) -> Iterator[str]:
        """Yield the transaction of each voucher, a blank line before it.

        Raises FormatError (`text-unsafe`), which names the voucher, for text that no posting would have let in.
        """
        marks, acts, banks, sources, plain = self._marks, self._acts, self._banks, self._sources, PLAIN.fullmatch
        for postings, red, (
            fund, year, number, date, kind, project, payee, narration, document, bank, bank_ref, link, reverses, cites,
            occurrence, batch, row, chart, prepared_by, approved_by, recorded_at, *_,
        ) in self._whole(rows):  # fmt: skip
            texts = (payee, narration, document, bank_ref)
            if not plain("".join(texts)):
                payee, narration, document, bank_ref = _escaped(texts, voucher_number(fund, year, number))  # noqa: PLW2901
            doc = f'  doc: "{document}"\n' if document else ""
            ref = f'  bank-ref: "{bank_ref}"\n' if bank_ref else ""
            rare = ""
            if link or reverses or cites or red or occurrence != 1:
                rare = self._rare(link, reverses, cites, occurrence, red=red)
            origin = "" if batch is None else f"{sources[batch,]}  row: {row}\n"
            yield (
                f'\n{date} * "{payee}" "{narration}"{marks[fund, kind, project]}{year}-{number:06d}"\n'
                f"{doc}{banks[bank,]}{ref}{rare}{origin}{acts[chart, prepared_by, approved_by, recorded_at]}{postings}"
            )

    def _whole(self, rows: Iterable[Row]) -> Iterator[tuple[str, bool, Row]]:
        """Yield each voucher's postings, whether all of it is red, and the first of its rows."""
        accounts, moved = self._accounts, self.moved
        together: list[Row] = []
        for row in rows:
            entries, unit, debit, credit, amount, red = row[21:]
            if entries == 1:
                fund = row[0]
                number = f"{amount // 100}.{amount % 100:02d} {unit}\n"
                if red:
                    moved[fund, debit, credit] -= amount
                    yield f"  {accounts[fund, debit]}  -{number}  {accounts[fund, credit]}  {number}", True, row
                else:
                    moved[fund, debit, credit] += amount
                    yield f"  {accounts[fund, debit]}  {number}  {accounts[fund, credit]}  -{number}", False, row
                continue
            together.append(row)
            if len(together) == entries:
                legs = [Leg(*one[22:]) for one in together]
                yield self._postings(row[0], legs), all(leg.red for leg in legs), together[0]
                together = []

    def _postings(self, fund: str, legs: Sequence[Leg]) -> str:
        """Return the postings of a voucher of several entries."""
        for leg in legs:
            self.moved[fund, leg.debit, leg.credit] += _signed(leg)
        units = [(unit, list(group)) for unit, group in groupby(legs, lambda leg: leg.unit)]
        if len({leg.red for leg in legs}) > 1 or len({unit for unit, _ in units}) < len(units):
            return "".join(self._posting(fund, code, amount, leg, own_red=leg.red)
                           for leg in legs for code, amount in ((leg.debit, _signed(leg)), (leg.credit, -_signed(leg))))
        return "".join(self._shared(fund, group) for _, group in units)

    def _shared(self, fund: str, legs: Sequence[Leg]) -> str:
        """Return the postings of one unit, the side that its entries share printed once."""
        total = sum(_signed(leg) for leg in legs)
        if len({leg.debit for leg in legs}) == 1:
            sides = [(legs[0].debit, total), *((leg.credit, -_signed(leg)) for leg in legs)]
        else:
            sides = [*((leg.debit, _signed(leg)) for leg in legs), (legs[0].credit, -total)]
        return "".join(self._posting(fund, code, amount, legs[0]) for code, amount in sides)

    def _posting(self, fund: str, code: str, amount: int, leg: Leg, *, own_red: int = 0) -> str:
        red = "    red: TRUE\n" if own_red else ""
        return f"  {self._accounts[fund, code]}  {money.plain(amount)} {leg.unit}\n{red}"

    def _rare(self, link: object, reverses: object, cites: object, occurrence: int, *, red: bool) -> str:
        """Return the metadata that few vouchers have."""
        numbers = (("link", link), ("reverses", reverses), ("cites", cites))
        texts = [_meta(key, self._resolve.voucher(at)) for key, at in numbers if at]
        texts += [f"  occurrence: {occurrence}\n"] if occurrence != 1 else []
        texts += ["  red: TRUE\n"] if red else []
        return "".join(texts)

    def _mark(self, fund: str, kind: str, project: str) -> str:
        """Return tag and link, what the fund and project say, and the beginning of the voucher's number."""
        of_project = f" ^{escape.link(project)}" if project else ""
        meta = _meta("dept", self._chart.funds[fund].department) + _meta("project", project)
        return f' #{escape.tag(kind)}{of_project}\n{meta}  voucher: "{fund}-'

    def _source(self, batch: object) -> str:
        file, sheet = self._resolve.source(batch)
        return f"  source: {string(file)}\n{_meta('sheet', sheet)}"


def _act(chart: int, prepared_by: str, approved_by: str, recorded_at: str) -> str:
    """Return who recorded vouchers, under which version of the chart, and when."""
    people = _meta("prepared-by", prepared_by) + _meta("approved-by", approved_by)
    return f"  chart: {chart}\n{people}{_meta('recorded-at', recorded_at)}"


def _meta(key: str, text: str) -> str:
    return f"  {key}: {string(text)}\n" if text else ""


def _signed(leg: Leg) -> int:
    return -leg.amount if leg.red else leg.amount


def _escaped(texts: Iterable[str], voucher: str) -> list[str]:
    """Return what stands between the quotes of each text."""
    try:
        return [string(text)[1:-1] for text in texts]
    except FormatError as error:
        raise FormatError(error.key, path=voucher, **error.details) from error

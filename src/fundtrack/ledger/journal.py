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

import sys
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from fundtrack import money
from fundtrack.beantext import escape
from fundtrack.beantext.escape import PLAIN, string
from fundtrack.chart.write import root_options
from fundtrack.errors import FormatError
from fundtrack.ledger.rows import Row, voucher_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language
    from fundtrack.ledger.rows import References

NOTICE: Final = {
    "en": ";; Published by fundtrack. Not to be edited: the book is the record, and corrections are vouchers.\n",
    "zh": ";; 由 fundtrack 发布，请勿修改：以账套为准，更正须另记凭证。\n",
}
REMEMBERED: Final = 10_000
"""How many texts of one kind are kept to be used again."""

FREE: Final = itemgetter(*map(Row._fields.index, ("payee", "narration", "document", "bank_ref", "contract")))
"""The texts of a row that anybody may have written and that differ from voucher to voucher."""

Made = TypeVar("Made")


class Leg(NamedTuple):
    """One entry of a voucher with several."""

    unit: str
    debit: str
    credit: str
    amount: int
    red: int


class Pair:
    """Two accounts of a fund: how a posting to each begins, and what moved from one to the other."""

    __slots__ = ("credit", "debit", "moved")

    def __init__(self, debit: str, credit: str) -> None:
        """Take the beginnings of the postings."""
        self.debit = debit
        self.credit = credit
        self.moved = 0


class Remembered(dict[tuple[object, ...], Made]):
    """What is made once for each key, a tuple of arguments; forgets all when there is too much, unless it may not."""

    def __init__(self, make: Callable[..., Made], most: int = REMEMBERED) -> None:
        """Take what makes the value of a key, and how many are kept."""
        super().__init__()
        self._make = make
        self._most = most

    def __missing__(self, key: tuple[object, ...]) -> Made:
        """Make the value of a key."""
        if len(self) >= self._most:
            self.clear()
        self[key] = made = self._make(*key)
        return made


class Journal:
    """Writes vouchers in a language, and adds up what they move between each pair of accounts."""

    def __init__(self, chart: Chart, language: Language, resolve: References) -> None:
        """Take the chart that names the accounts, and what resolves the references of the rows."""
        self.language: Language = language
        self._chart = chart
        self._resolve = resolve
        self._accounts = {(one.fund, one.code): one.written(language, chart) for one in chart.accounts.values()}
        self._waiting: list[Leg] = []
        self._pairs = Remembered(self._pair, most=sys.maxsize)
        self._marks = Remembered(self._mark)
        self._acts = Remembered(self._act)

    def take_moved(self) -> list[list[object]]:
        """Return fund, debit, credit and amount in minor units of each pair of accounts, red entries subtracted.

        What moved is counted anew from then on.
        """
        moved = sorted([*accounts, pair.moved] for accounts, pair in self._pairs.items())
        self._pairs.clear()
        return moved

    def opening(self) -> str:
        """Return what stands first in every file of journals."""
        return NOTICE[self.language] + root_options(self.language)

    def text(self, rows: Sequence[Row]) -> str:
        """Return the transactions of the vouchers that end in these rows, a blank line before each.

        Raises FormatError (`text-unsafe`), which names the voucher, for text that no posting would have let in.
        """
        marks, acts, pairs = self._marks, self._acts, self._pairs
        all_plain = PLAIN.fullmatch("".join(chain.from_iterable(map(FREE, rows))))
        texts: list[str] = []
        for (
            fund, year, number, date, kind, project, payee, narration, document, bank, bank_ref, payee_id,
            payee_account, contract, link, reverses, cites, occurrence, batch, line, chart, fund_basis, prepared_by,
            approved_by, recorded_at, entries, unit, debit, credit, amount,
            red,
        ) in rows:  # fmt: skip
            if entries == 1:
                pair = pairs[fund, debit, credit]
                yuan = f"{amount // 100}.{amount % 100:02d} {unit}\n"
                if red:
                    pair.moved -= amount
                    postings = f"{pair.debit}-{yuan}{pair.credit}{yuan}"
                else:
                    pair.moved += amount
                    postings = f"{pair.debit}{yuan}{pair.credit}-{yuan}"
            else:
                self._waiting.append(Leg(unit, debit, credit, amount, red))
                if len(self._waiting) < entries:
                    continue
                postings, red = self._together(fund)  # noqa: PLW2901 - from here on it is the voucher's
            if not (all_plain or PLAIN.fullmatch(f"{payee}{narration}{document}{bank_ref}{contract}")):
                payee, narration, document, bank_ref, contract = _escaped(  # noqa: PLW2901
                    payee, narration, document, bank_ref, contract, voucher=voucher_number(fund, year, number)
                )
            rare = ""
            if link or reverses or cites or red or occurrence != 1:
                rare = self._rare(link, reverses, cites, occurrence, red)
            if payee_id or payee_account or contract:
                rare += _meta("payee-id", payee_id) + _meta("payee-account", payee_account)
                rare += f'  contract: "{contract}"\n' if contract else ""
            mark, of_bank, office = marks[fund, kind, project, bank]
            source, act = acts[batch, chart, fund_basis, prepared_by, approved_by, recorded_at]
            # One string a part, joined at the end, costs less than one a voucher.
            texts += (
                "\n", date, ' * "', payee, '" "', narration, '"', mark, f'{year}-{number:06d}"\n',
                f'  doc: "{document}"\n' if document else "", of_bank,
                f'  bank-ref: "{bank_ref}"\n' if bank_ref else "", rare, office,
                "" if batch is None else f"{source}  row: {line}\n", act, postings,
            )  # fmt: skip
        return "".join(texts)

    def _together(self, fund: str) -> tuple[str, int]:
        """Return the postings of a voucher of several entries, and whether all of it is red."""
        legs, self._waiting = self._waiting, []
        for leg in legs:
            self._pairs[fund, leg.debit, leg.credit].moved += _signed(leg)
        units = [(unit, list(group)) for unit, group in groupby(legs, lambda leg: leg.unit)]
        if len({leg.red for leg in legs}) > 1 or len({unit for unit, _ in units}) < len(units):
            sides = ((leg, code, sign) for leg in legs for code, sign in ((leg.debit, 1), (leg.credit, -1)))
            own = (self._posting(fund, code, sign * _signed(leg), leg, own_red=leg.red) for leg, code, sign in sides)
            return "".join(own), 0
        return "".join(self._shared(fund, group) for _, group in units), legs[0].red

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
        return f"{self._side(fund, code)}{money.plain(amount)} {leg.unit}\n{red}"

    def _pair(self, fund: str, debit: str, credit: str) -> Pair:
        return Pair(self._side(fund, debit), self._side(fund, credit))

    def _side(self, fund: str, code: str) -> str:
        """Return a posting up to its amount."""
        return f"  {self._accounts[fund, code]}  "

    def _rare(self, link: object, reverses: object, cites: object, occurrence: int, red: int) -> str:
        """Return the metadata that few vouchers have."""
        numbers = (("link", link), ("reverses", reverses), ("cites", cites))
        texts = [_meta(key, self._resolve.voucher(at)) for key, at in numbers if at]
        texts += [f"  occurrence: {occurrence}\n"] if occurrence != 1 else []
        texts += ["  red: TRUE\n"] if red else []
        return "".join(texts)

    def _mark(self, fund: str, kind: str, project: str, bank: str) -> tuple[str, str, str]:
        """Return tag and link and the beginning of the voucher's number; the bank account; department and project."""
        of_project = f" ^{escape.link(project)}" if project in self._chart.projects else ""
        office = _meta("dept", self._chart.funds[fund].department) + _meta("project", project)
        return f' #{escape.tag(kind)}{of_project}\n  voucher: "{fund}-', _meta("bank", bank), office

    def _act(
        self, batch: object, chart: int, fund_basis: int | None, prepared_by: str, approved_by: str, recorded_at: str
    ) -> tuple[str, str]:
        """Return what vouchers were imported from; who recorded them, under which version of the chart, and when."""
        file, sheet = ("", "") if batch is None else self._resolve.source(batch)
        people = _meta("prepared-by", prepared_by) + _meta("approved-by", approved_by)
        rests = "" if fund_basis is None else f"  fund-basis: {fund_basis}\n"
        act = f"  chart: {chart}\n{rests}{people}{_meta('recorded-at', recorded_at)}"
        return f"  source: {string(file)}\n{_meta('sheet', sheet)}", act


def _meta(key: str, text: str) -> str:
    return f"  {key}: {string(text)}\n" if text else ""


def _signed(leg: Leg) -> int:
    return -leg.amount if leg.red else leg.amount


def _escaped(*texts: str, voucher: str) -> list[str]:
    """Return what stands between the quotes of each text."""
    try:
        return [string(text)[1:-1] for text in texts]
    except FormatError as error:
        raise FormatError(error.key, path=voucher, **error.details) from error

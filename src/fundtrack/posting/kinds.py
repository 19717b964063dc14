"""What each kind of voucher debits and credits.

Disbursed is not spent (拨付不是支出): a payment to an owner company or a township debits Advances, and becomes
spending when its verification arrives. A refund is red on the sides of the spending it takes back, so turnover is net.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from fundtrack.chart.model import NOT_IN_CHART
from fundtrack.errors import ChartError, UsageError
from fundtrack.posting.draft import Entry, Leg
from fundtrack.schema.functions import spelt

if TYPE_CHECKING:
    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Kind

SIDES: Final[dict[str, tuple[str, str]]] = {
    "transfer-received": ("cash", "transfer"),
    "interest": ("cash", "interest"),
    "disbursement": ("use", "cash"),
    "bank-charge": ("use", "cash"),
    "refund": ("use", "cash"),
    "advance": ("advance", "cash"),
    "verification": ("use", "advance"),
}
"""The kinds of account a simple voucher debits and credits; a refund does so in red."""


def account_of(chart: Chart, fund: str, kind: str, bank: str = "") -> str:
    """Return the code of a fund's account of a kind: the one at that bank account number, else the first."""
    of_kind = [a for a in chart.accounts.values() if a.fund == fund and a.kind == kind]
    at_bank = [a.code for a in of_kind if a.bank and chart.banks[a.bank].number == bank]
    return min(at_bank or [a.code for a in of_kind], default=NOT_IN_CHART + kind)


def has_account(chart: Chart, fund: str, kind: str) -> bool:
    """Return whether a fund has any account of a kind."""
    return any((a.fund, a.kind) == (fund, kind) for a in chart.accounts.values())


def kind_of_account(chart: Chart, leg: Leg) -> str:
    """Return the kind of an account by its codes, empty where the chart has none."""
    return next((a.kind for a in chart.accounts.values() if (a.fund, a.code) == leg), "")


def kind_of_payment(chart: Chart, kind: Kind, payee: str) -> Kind:
    """Return the kind a payment really is: an advance, where the payee passes the money on."""
    return "advance" if kind == "disbursement" and passes_on(chart, payee) else kind


def passes_on(chart: Chart, payee: str) -> bool:
    """Return whether a payee, however it is spelt, is an owner company or township that passes money on."""
    return payee in chart.intermediaries or spelt(payee) in map(spelt, chart.intermediaries)


def simple_entry(chart: Chart, kind: Kind, amount: int, *, fund: str, use: Leg | None, bank: str = "") -> Entry:
    """Return the entry of a voucher with one debit and one credit. `use` is the expense account to charge."""
    debit, credit = (_side(chart, side, fund, use, bank) for side in SIDES[kind])
    return Entry(debit, credit, amount, int(kind == "refund"), chart.currency)


def _side(chart: Chart, side: str, fund: str, use: Leg | None, bank: str) -> Leg:
    if side == "use":
        if use is None:
            raise ChartError("use-needed", fund=fund)
        return use
    return Leg(fund, account_of(chart, fund, side, bank))


def use_of(chart: Chart, text: str, fund: str) -> Leg:
    """Return the use a person names, see `parse_use`; whether the chart has it is for the checks to say.

    A name is that of a use of the fund. Raises ChartError: `use-no-use` for an account of another kind, to which
    spending charged would be none; UsageError (`use-unnamed`) where no use of the fund has the name.
    """
    leg = _by_name(chart, text.strip(), fund)
    if is_no_use(chart, leg):
        raise ChartError("use-no-use")
    return leg


def _by_name(chart: Chart, text: str, fund: str) -> Leg:
    """Return the use that goes by a name, `村屯饮水` or `F01-Drinking-water`; else what the text says by codes."""
    said, said_fund = text, fund
    head, dash, rest = text.replace("：", ":").replace(":", "-", 1).partition("-")
    if dash and head in chart.funds:
        said, said_fund = rest, head
    leg = parse_use(text, fund)
    if kind_of_account(chart, leg):
        return leg
    uses = [one for one in chart.accounts.values() if one.kind == "use" and one.fund == said_fund]
    codes = {one.code for one in uses if said.casefold() in {one.name.casefold(), one.name_zh.casefold()}}
    if len(codes) == 1:
        return Leg(said_fund, codes.pop())
    if uses and not leg.code[:1].isdigit():
        names = {f"{one.code}-{name}": name for one in uses for name in (one.name, one.name_zh)}
        near = get_close_matches(said, names.values(), n=3, cutoff=0) or names.values()
        shown = ", ".join(dict.fromkeys(key for name in near for key, value in names.items() if value == name))
        raise UsageError("use-unnamed", use=text, fund=said_fund, known=shown)
    return leg


def is_no_use(chart: Chart, leg: Leg) -> bool:
    """Return whether the chart has the account and it is no use."""
    return kind_of_account(chart, leg) not in {"", "use"}


def parse_use(text: str, fund: str) -> Leg:
    """Return the expense account a person names: `0601` of the paying fund, or `F01-0601`, `F01:0601`, a full path."""
    named = text.replace("：", ":")
    if ":" in named:
        *_, of, code = (part.partition("-")[0] for part in named.split(":"))
        return Leg(of, code)
    if "-" in named:
        of, code = named.split("-")[:2]
        return Leg(of, code)
    return Leg(fund, named)

"""Random books: a few funds with random terms, and what random people might hand in, faults of every kind among it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, cast, get_args

from hypothesis import strategies as st

from fundtrack.posting import Draft, Entry, Leg
from roads import Case, Voucher, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fundtrack.posting.draft import Kind
    from roads import Bill

START: Final = dt.date(2014, 12, 27)
"""Day 0, on which balances are brought forward; the days after it cross a year's end."""

FUNDS: Final = ("F01", "F03", "F04")
LENDER: Final = "F04"
BANKS: Final = {"F01": "B01", "F03": "B01", "F04": "B02"}
CASH, ADVANCES, LENT, OWED, BALANCE, INCOME, HOUSING, VEHICLES = (
    "1001", "1201", "1301", "2301", "3001", "4001", "0601", "0602",
)  # fmt: skip
ROOTS: Final = {"0": "Expenses", "1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Income"}

SIDES: Final[dict[Kind, tuple[str, str]]] = {
    "transfer-received": (CASH, INCOME),
    "disbursement": (HOUSING, CASH),
    "refund": (HOUSING, CASH),
    "advance": (ADVANCES, CASH),
    "verification": (HOUSING, ADVANCES),
}


class Terms(NamedTuple):
    """What one fund may: the days of its validity and of its use, None where there is no such day."""

    opening: int
    valid_from: int | None
    valid_to: int | None
    granted: int | None
    ended: int | None


What = Literal[
    "transfer-received", "disbursement", "refund", "advance", "verification", "shares", "loan", "mixed", "reversal"
]
"""A kind of voucher, or of what is more or less than one."""


class Act(NamedTuple):
    """What somebody hands in. `other` is a fund it may be mixed with, `earlier` counts back to what it reverses."""

    kind: What
    fund: str
    day: int
    amount: int
    code: str
    other: str
    bank: str
    bank_ref: str
    earlier: int


DAYS: Final = st.integers(1, 9)
TERMS: Final = st.builds(
    Terms,
    opening=st.sampled_from((0, 0, 9, -5)),
    valid_from=st.none() | st.integers(2, 4),
    valid_to=st.none() | st.integers(5, 8),
    granted=st.sampled_from((0, 0, 3, None)),
    ended=st.none() | st.integers(5, 8),
)
WHATS: Final[tuple[What, ...]] = (*get_args(What), "disbursement", "transfer-received", "transfer-received")
ACTS: Final = st.builds(
    Act,
    kind=st.sampled_from(WHATS),
    fund=st.sampled_from(FUNDS),
    day=DAYS,
    amount=st.integers(1, 9),
    code=st.sampled_from((HOUSING, HOUSING, HOUSING, VEHICLES, "0699")),
    other=st.sampled_from((*FUNDS, "F09")),
    bank=st.sampled_from(("", "", "45001", "45002")),
    bank_ref=st.sampled_from(("", "", "G1", "G2")),
    earlier=st.integers(1, 3),
)
Drawn = tuple[dict[str, Terms], list[Act]]
BOOKS: Final[st.SearchStrategy[Drawn]] = st.tuples(
    st.fixed_dictionaries(dict.fromkeys(FUNDS, TERMS)), st.lists(ACTS, min_size=1, max_size=9)
)


def date(day: int) -> str:
    """Return a day as the chart writes it."""
    return (START + dt.timedelta(day)).isoformat()


def account(leg: Leg) -> str:
    """Return the written name of an account."""
    return f"{ROOTS[leg.code[0]]}:{leg.fund}-Fund:{leg.code}-Account"


def chart(terms: Mapping[str, Terms]) -> str:
    """Return the chart of funds with these terms."""
    lines = ['option "title" "Random"']
    lines += [f'{date(0)} custom "bank" "B0{n}"\n  name: "Bank {n}"\n  number: "4500{n}"' for n in (1, 2)]
    for fund, its in terms.items():
        days = (("valid-from", its.valid_from), ("valid-to", its.valid_to))
        lines += [
            f'{date(0)} custom "fund" "{fund}"\n  name: "Fund"\n  department: "Finance"\n  level: "county"',
            f'  regime: "earmarked"\n  authority: "T1"\n  may-advance: {str(fund == LENDER).upper()}',
            *(f"  {key}: {date(day)}" for key, day in days if day is not None),
            *(f"{date(0)} open {account(Leg(fund, code))} CNY{kind}" for code, kind in (
                (CASH, f'\n  bank: "{BANKS[fund]}"'), (ADVANCES, '\n  kind: "advance"'), (LENT, '\n  kind: "due-from"'),
                (OWED, '\n  kind: "due-to"'), (BALANCE, ""), (INCOME, ""), (HOUSING, ""), (VEHICLES, ""),
            )),
        ]  # fmt: skip
        use = account(Leg(fund, HOUSING))
        if its.granted is not None:
            lines.append(f'{date(its.granted)} custom "use" {use} "granted"\n  authority: "T2"')
            if its.ended is not None:
                lines.append(f'{date(its.ended)} custom "use" {use} "ended"\n  authority: "T3"')
    return "\n".join(lines) + "\n"


def case(terms: Mapping[str, Terms], acts: Iterable[Act]) -> Case:
    """Return the case of a random book, its bills in order of posting."""
    bills = [_opening(at, fund, its.opening) for at, (fund, its) in enumerate(terms.items(), 1) if its.opening]
    for act in acts:
        line = 10 * len(bills) + 10
        bills += filter(None, [_reversal(line, act, bills) if act.kind == "reversal" else _bill(line, act)])
    return Case(chart(terms), in_order(bills))


def _opening(line: int, fund: str, amount: int) -> Bill:
    sides = (Leg(fund, CASH), Leg(fund, BALANCE))
    entry = Entry(*(sides if amount > 0 else sides[::-1]), abs(amount))
    return [Voucher(line, Draft(fund, START, "opening", (entry,), inflow=True), f"v{line}")]


def _bill(line: int, act: Act) -> Bill:
    """Return what an act hands in: one voucher, two shares of a bill, or the two sides of a loan."""
    one, other = act.fund, act.other
    if act.kind == "shares":
        return [
            _voucher(line + at, act, fund, "disbursement", (act.code, CASH)) for at, fund in enumerate((one, other))
        ]
    if act.kind == "loan":
        sides = ((LENDER, (LENT, CASH)), (one if one != LENDER else "F01", (CASH, OWED)))
        bare = act._replace(bank="", bank_ref="")
        return [_voucher(line + at, bare, fund, "loan", codes) for at, (fund, codes) in enumerate(sides)]
    if act.kind == "mixed":
        voucher = _voucher(line, act, one, "disbursement", (act.code, CASH))
        entry = voucher.draft.entries[0]._replace(debit=Leg(other, act.code))
        return [voucher.instead(replace(voucher.draft, entries=(entry,)))]
    kind = cast("Kind", act.kind)
    debit, credit = SIDES[kind]
    return [_voucher(line, act, one, kind, (act.code if debit == HOUSING else debit, credit))]


def _voucher(line: int, act: Act, fund: str, kind: Kind, codes: tuple[str, str]) -> Voucher:
    debit, credit = (Leg(fund, code) for code in codes)
    red = int(kind == "refund")
    draft = Draft(
        fund, START + dt.timedelta(act.day), kind, (Entry(debit, credit, act.amount, red),), payee="何建国",
        document="T4" if kind == "loan" else "", bank=act.bank, bank_ref=act.bank_ref,
        inflow=(credit if red else debit).code == CASH,
    )  # fmt: skip
    return Voucher(line, draft, f"v{line}")


def _reversal(line: int, act: Act, bills: list[Bill]) -> Bill:
    """Reverse a single voucher handed in before, on a later day; nothing where there is none that can be.

    Vouchers with a bank reference are left alone: a repeated one that is later reversed is refused when it is posted,
    and closed when the whole is audited.
    """
    taken = {bill[0].reverses for bill in bills}
    able = [
        bill[0]
        for bill in bills
        if len(bill) == 1 and not {bill[0].reverses, bill[0].draft.bank_ref} - {""} and bill[0].name not in taken
        and bill[0].draft.kind != "opening"
    ]  # fmt: skip
    if not able:
        return []
    original = able[-min(act.earlier, len(able))]
    entries = tuple(entry._replace(red=1 - entry.red) for entry in original.draft.entries)
    flow = sum(
        entry.amount * (1 - 2 * entry.red) * ((entry.debit.code == CASH) - (entry.credit.code == CASH))
        for entry in entries
    )
    day = original.draft.date + dt.timedelta(act.earlier)
    draft = replace(original.draft, date=day, entries=entries, inflow=flow > 0)
    return [Voucher(line, draft, f"v{line}", reverses=original.name)]

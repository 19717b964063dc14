"""What is done with the money, each act with the papers that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planting.county import CLERK, DAY
from planting.directives import Fen, Voucher

if TYPE_CHECKING:
    import datetime as dt

    from planting.county import Contract, County, Fund, Person, Project

WORDS = ("第一期", "第二期", "进度款", "补助", "材料款", "人工费", "道路硬化", "房屋主体", "安置房")


def number_of(bank: str) -> str:
    """Return the number of an account at the bank."""
    return f"45001{bank}"


def file(county: County) -> str:
    """Return the hash of a file that nobody else has."""
    return f"{county.fresh('file'):064x}"


def book(
    county: County, fund: Fund, date: dt.date, kind: str, legs: tuple[tuple[str, int], ...], *, settle: bool = True,
    **says: Any,  # noqa: ANN401 - whatever a voucher says
) -> Voucher:  # fmt: skip
    """Book a voucher, prepared by one and approved by another, which the bank settles within days."""
    own = {"payee": says.pop("payee", ""), "narration": says.pop("narration", county.dice.choice(WORDS))}
    said = {"prepared-by": CLERK, "approved-by": director(fund.department)}
    voucher = Voucher(fund.code, date, kind, legs, **own)
    if voucher.cash:
        voucher.bank = fund.bank
        said["bank"] = number_of(fund.bank)
        if settle:
            voucher.settled = min(
                date + (county.dice.randint(0, 3) * DAY if voucher.cash < 0 else 0 * DAY), county.last
            )
            said["bank-ref"] = f"G{county.fresh('ref'):06d}"
    voucher.says |= said | {key.replace("_", "-"): value for key, value in says.items() if value}
    county.vouchers.append(voucher)
    return voucher


def director(department: str) -> str:
    """Return who approves for a department."""
    return f"{department}局长"


def evidence(county: County, voucher: Voucher, *kinds: str, **said: Any) -> None:  # noqa: ANN401 - columns
    """Put papers behind a voucher; those that are for money are for what it moved."""
    moved = abs(max(amount for _, amount in voucher.legs))
    for kind in kinds:
        money = {"amount": Fen(moved)} if kind in {"invoice", "list", "receipt", "acceptance"} else {}
        columns = {
            "date": voucher.date,
            "document": f"{kind}-{county.fresh('paper')}",
            "sha256": file(county),
            **money,
            **said,
        }
        county.enter("evidence", voucher.date, voucher_number=voucher, kind=kind, **columns)


def pay(
    county: County, fund: Fund, date: dt.date, use: str, amount: int, *, project: Project | None = None,
    papers: tuple[str, ...] = ("approval",), kind: str = "disbursement", **says: Any,  # noqa: ANN401
) -> Voucher:  # fmt: skip
    """Pay for a use."""
    legs = ((fund.use(use), amount), (fund.cash, -amount))
    voucher = book(county, fund, date, kind, legs, project=project.code if project else "", **says)
    evidence(county, voucher, *papers)
    return voucher


def pay_contract(
    county: County, fund: Fund, date: dt.date, contract: Contract, amount: int, use: str = "0602", **says: Any,  # noqa: ANN401
) -> Voucher:  # fmt: skip
    """Pay under a contract."""
    said = {"contract": contract.code, "payee": contract.payee, "papers": ("approval", "contract", "invoice"), **says}
    return pay(county, fund, date, use, amount, project=contract.project, **said)


def pay_person(
    county: County, fund: Fund, date: dt.date, who: Person, amount: int, use: str = "0601", **says: Any,  # noqa: ANN401
) -> Voucher:  # fmt: skip
    """Pay a person on the person's card."""
    said = {
        "payee": who.name, "payee_id": who.number, "payee_account": who.card, "papers": ("approval", "list"), **says
    }  # fmt: skip
    return pay(county, fund, date, use, amount, **said)


def advance(county: County, fund: Fund, date: dt.date, payee: str, amount: int, **says: Any) -> Voucher:  # noqa: ANN401
    """Advance money to an owner company or a township."""
    voucher = book(county, fund, date, "advance", ((fund.advances, amount), (fund.cash, -amount)), payee=payee, **says)
    evidence(county, voucher, "approval")
    return voucher


def verify(county: County, fund: Fund, date: dt.date, use: str, paid: Voucher, **says: Any) -> Voucher:  # noqa: ANN401
    """Account for an advance."""
    amount = -paid.cash
    said = {"payee": paid.payee, **says}
    voucher = book(county, fund, date, "verification", ((fund.use(use), amount), (fund.advances, -amount)), **said)
    evidence(county, voucher, "invoice")
    return voucher


def refund(
    county: County, fund: Fund, date: dt.date, paid: Voucher, amount: int, use: str = "", **says: Any,  # noqa: ANN401
) -> Voucher:  # fmt: skip
    """Take back part of what was paid, in red."""
    charged = fund.use(use) if use else paid.legs[0][0]
    said = {"payee": paid.payee, "cites": paid, "project": paid.says.get("project", ""), **says}
    return book(county, fund, date, "refund", ((charged, -amount), (fund.cash, amount)), **said)


def reverse(county: County, fund: Fund, date: dt.date, wrong: Voucher, **says: Any) -> Voucher:  # noqa: ANN401
    """Take a voucher back in red, line by line."""
    kept = {key: value for key, value in wrong.says.items() if key not in {"bank", "bank-ref", "link"}}
    legs = tuple((account, -amount) for account, amount in wrong.legs)
    said = {key.replace("-", "_"): value for key, value in kept.items()} | {"payee": wrong.payee, "reverses": wrong}
    return book(county, fund, date, wrong.kind, legs, settle=False, **said, **says)


def receive(
    county: County, fund: Fund, date: dt.date, amount: int, *, shown: int | None = None, **says: Any,  # noqa: ANN401
) -> Voucher:  # fmt: skip
    """Receive money by the county's own document, which follows from that of the fund's level, and publish it."""
    above = county.document(
        date - 6 * DAY, level=fund.level, fund=fund.code, parent=fund.authority, amount=Fen(amount)
    )  # fmt: skip
    own = county.document(date - 3 * DAY, level="county", fund=fund.code, parent=above, amount=Fen(amount))
    income = fund.account("Income", "4001", "Transfer")
    voucher = book(
        county, fund, date, "transfer-received", ((fund.cash, amount), (income, -amount)), **{"doc": own, **says}
    )
    if shown != 0:
        publish(county, date, document=voucher.says["doc"], amount=Fen(shown or amount))
    return voucher


def publish(county: County, date: dt.date, **says: Any) -> None:  # noqa: ANN401 - columns
    """Put up a notice in a village for twelve days."""
    notice = f"GS-{county.fresh('notice')}"
    columns = {"place": "那满村", "level": "village", "valid_from": date, "valid_to": date + 11 * DAY, **says}
    county.enter("notice", date, notice=notice, **columns)


def lend(county: County, lender: Fund, borrower: Fund, date: dt.date, amount: int, document: str) -> Voucher:
    """Lend from one fund to another at the same bank, by a document: two linked vouchers. Return the lender's."""
    link = f"loan-{county.fresh('link')}"
    given, taken = due(lender), due(borrower)
    lent = book(
        county, lender, date, "loan", ((given, amount), (lender.cash, -amount)), link=link, doc=document, settle=False
    )
    book(
        county,
        borrower,
        date,
        "loan",
        ((borrower.cash, amount), (taken, -amount)),
        link=link,
        doc=document,
        settle=False,
    )
    return lent


def pool(
    county: County, giver: Fund, taker: Fund, date: dt.date, amount: int, document: str
) -> tuple[Voucher, Voucher]:
    """Pass money of a fund to a pooled one, by a document: two linked vouchers."""
    link = f"pool-{county.fresh('link')}"
    (out, into) = (fund.account("Income", "4001", "Transfer") for fund in (giver, taker))
    given = book(county, giver, date, "pooling", ((out, amount), (giver.cash, -amount)), link=link, doc=document)
    taken = book(county, taker, date, "pooling", ((taker.cash, amount), (into, -amount)), link=link, doc=document)
    return given, taken


def repay(county: County, lender: Fund, borrower: Fund, date: dt.date, lent: Voucher) -> None:
    """Pay a loan back."""
    amount, link = -lent.cash, f"loan-{county.fresh('link')}"
    given, taken = due(lender), due(borrower)
    book(
        county,
        lender,
        date,
        "repayment",
        ((lender.cash, amount), (given, -amount)),
        link=link,
        cites=lent,
        settle=False,
    )
    book(county, borrower, date, "repayment", ((taken, amount), (borrower.cash, -amount)), link=link, settle=False)


def due(fund: Fund) -> str:
    """Return the account of what a fund is owed, if it may lend, or owes."""
    if "may-advance: TRUE" in fund.terms:
        return fund.account("Assets", "1301", "Due-from")
    return fund.account("Liabilities", "2301", "Due-to")

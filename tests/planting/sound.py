"""A sound county: four funds that pay for their own uses, one that is pooled, and who gets what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planting.acts import (
    advance,
    book,
    evidence,
    file,
    lend,
    pay,
    pay_contract,
    pay_person,
    pool,
    refund,
    repay,
    reverse,
    verify,
)
from planting.county import CLERK, DAY, DEPARTMENTS, LONG_AGO, County
from planting.directives import Fen

if TYPE_CHECKING:
    from planting.county import Fund, Project
    from planting.directives import Value

OWNER: Final = "茂恒公司"
TOWNSHIPS: Final = ("那满镇", "田州镇", "百育镇")
POOLING: Final = dt.date(2016, 6, 1)
BENEFITS: Final = {
    "搬迁补助": ("0601", "person", 2_400_000, "housing"), "购房补助": ("0603", "household", 2_000_000, "housing"),
    "危房改造": ("0605", "household", 1_800_000, "housing"), "后期扶持": ("0606", "person-year", 60_000, ""),
}  # fmt: skip
"""What persons may get: the use it is paid from, by what it counts, how much, and what it excludes."""


@dataclass(eq=False)
class Sound(County):
    """A county with its funds, by what each is for."""

    def __post_init__(self) -> None:
        """Open the funds, appoint the staff and enter the registers."""
        super().__post_init__()
        treasury, region, pool = self.bank(), self.bank(), self.bank()
        building, alleviation, housing, finance, farming = DEPARTMENTS
        self.relocation = self.fund(building, bank=treasury)
        self.development = self.fund(alleviation, level="region", bank=region, rule="poverty")
        self.houses = self.fund(housing, bank=treasury)
        self.local = self.fund(finance, level="county", bank=treasury, terms=("may-advance: TRUE",))
        self.pooled = self.fund(farming, level="region", regime="pooled", bank=pool)
        self.loans = self.document(LONG_AGO, level="county")
        self.moves = self.document(LONG_AGO, level="central")
        self.plan = self.document(POOLING, level="county", kind="pooling-plan")
        self.bills = self.document(LONG_AGO, level="county", kind="plan")
        self.joint: list[Project] = []
        self._staff()
        self._registers()

    def _staff(self) -> None:
        for department in DEPARTMENTS:
            self.enter("department", department=department, role="competent", level="county")
            self.enter("staff", name=f"{department}局长", department=department, duty="approve", valid_from=LONG_AGO)
        for name, duty in ((CLERK, "apply"), ("李出纳", "pay"), ("赵会计", "reconcile")):
            self.enter("staff", name=name, department="财政局", duty=duty, valid_from=LONG_AGO)
        for name, role in ((OWNER, "owner"), *((name, "township") for name in TOWNSHIPS)):
            self.enter("department", department=name, role=role, level="township")

    def _registers(self) -> None:
        for benefit, (use, per, amount, only) in BENEFITS.items():
            said: dict[str, Value] = {
                "benefit": benefit,
                "use": use,
                "per": per,
                "amount": Fen(amount),
                "valid_from": LONG_AGO,
            }
            self.enter("standard", **said, **({"only_one_of": only} if only else {}))
        firm, official, dead = self.company(), self.person(), self.person()
        self.enter("shareholder", company=firm, person=self.person().number, name="股东")
        self.enter("payroll", person=official.number, name=official.name, employer="教育局", valid_from=LONG_AGO)
        self.enter("death", person=dead.number, name=dead.name, date=LONG_AGO)
        self.enter("vehicle", vehicle=f"桂L*#{1:016x}", person=official.number, kind="小型轿车", valid_from=LONG_AGO)
        self.enter("batch", self.day(0), batch="1", file="1.csv", rows_read=2, rows_posted=2, sha256=file(self),
                   amount_posted=Fen(5000), printed_total=Fen(5000))  # fmt: skip
        self.enter(
            "batch",
            self.day(0),
            batch="2",
            file="2.csv",
            rows_read=1,
            rows_posted=1,
            sha256=file(self),
            amount_posted=Fen(77),
        )
        self.document(LONG_AGO, level="county", sha256=file(self))
        leader = self.person()
        self.enter("company", company="田阳示例建材公司", registered=LONG_AGO, capital=Fen(5_000_000_000),
                   legal_person=leader.number, legal_name=leader.name)  # fmt: skip


def lead(county: Sound, size: int) -> None:
    """Let the county do about so many vouchers' worth of sound business over its two years."""
    openings(county)
    works(county, size * 40 // 100)
    persons(county, size * 40 // 100)
    owners(county, size * 12 // 100)
    joint(county, size * 4 // 100)
    loans(county, size * 2 // 100)
    corrections(county, size * 2 // 100)


def openings(county: Sound) -> None:
    """Bring the money of the county itself forward."""
    fund, amount = county.local, 90_000_000
    legs = ((fund.cash, amount), (fund.account("Equity", "3001", "Balance"), -amount))
    book(county, fund, dt.date(county.first, 1, 1), "opening", legs, settle=False)
    for month in range(1, 13):
        pay(county, fund, dt.date(county.first, month, 9), "0607", 9_000_000 + month, payee=county.company())


def month_by_month(county: Sound, size: int) -> list[dt.date]:
    """Return so many days of the two years, every month with its share of them."""
    months = [(year, month) for year in (0, 1) for month in range(1, 13)]
    return [county.day(*months[at % len(months)]) for at in range(size)]


def works(county: Sound, size: int) -> None:
    """Build, by contract: each fund its own projects."""
    funds = {county.relocation: "0602", county.development: "0604", county.local: "0604", county.pooled: "0401"}
    days = sorted(month_by_month(county, size))
    for at in range(0, size, 10):
        fund = (*funds,)[(at // 10) % len(funds)]
        own = [max(day, POOLING) if fund is county.pooled else day for day in days[at // 10 :: size // 10]][:10]
        project = county.project(fund.department)
        if fund is county.pooled:
            plan(county, project, fund)
        contract = county.contract(project, 50_000_000, retention=Fen(1_500_000), retention_due=county.last + 365 * DAY)
        for part, day in enumerate(own):
            amount = 4_000_000 + part * 100_000 + county.dice.randint(0, 99_999)
            paid = pay_contract(county, fund, day, contract, amount, funds[fund])
            if part == len(own) // 2 and county.dice.random() < 0.3:
                refund(county, fund, day + DAY, paid, 5000)
        county.enter(
            "output", output=f"产出{project.code}", project=project.code, department=fund.department, fund=fund.code,
            quantity=1, share=10000,
        )  # fmt: skip


def plan(county: Sound, project: Project, *funds: Fund, item: str = "建设", shares: tuple[int, ...] = (10000,)) -> None:
    """Enter the plan by which funds pay for a project together, or the pooled one alone, which is in the filed plan."""
    for fund, share in zip(funds, shares, strict=True):
        county.enter(
            "financing", project=project.code, item=item, fund=fund.code, purpose="infrastructure", share=share,
            document=county.plan if fund is county.pooled else county.bills,
        )  # fmt: skip


def persons(county: Sound, size: int) -> None:
    """Pay benefits: the relocation in two parts, the others at once, those by the year twice."""
    moved = county.project(poor_share=4614)
    left = size
    while left > 0:
        who, kind, (first, second) = county.person(), left % 4, sorted(county.day(year) for year in (0, 1))
        if kind == 0:
            county.recipient(who, project=moved.code, area=10000)
            for day, amount in ((first, 4_800_000), (second, 4_800_000 - county.dice.randint(0, 9))):
                pay_person(county, county.relocation, day, who, amount, project=moved)
        elif kind == 1:
            said: dict[str, Value] = {"notice": f"购房{who.household}", "approved": LONG_AGO, "price": Fen(4_400_000)}
            county.recipient(who, "购房补助", own_money=Fen(880_000), **said)
            pay_person(county, county.relocation, first, who, 2_000_000, "0603")
        elif kind == 2:
            county.recipient(who, "危房改造", area=6000)
            pay_person(county, county.houses, second, who, 1_800_000, "0605")
        else:
            county.recipient(who, "后期扶持", members=1 + left % 5)
            for day in (first, second):
                pay_person(county, county.development, day, who, 60_000 * (1 + left % 5), "0606")
        left -= 1 + (kind in {0, 3})


def owners(county: Sound, size: int) -> None:
    """Advance to owners and townships, who account for it some weeks later."""
    for at, day in enumerate(month_by_month(county, size // 2)):
        fund = (county.relocation, county.development)[at % 2]
        payee = (OWNER, *TOWNSHIPS)[at % 4]
        paid = advance(county, fund, day, payee, 1_000_000 + county.dice.randint(0, 999_999))
        verify(county, fund, min(day + 20 * DAY, county.last), ("0602", "0604")[at % 2], paid)


def joint(county: Sound, size: int) -> None:
    """Build what two funds pay for by a plan: linked vouchers of one bill, with one invoice behind both."""
    for _ in range(max(size // 20, 1)):
        county.joint.append(project := county.project())
        one, other = county.relocation, county.local
        plan(county, project, one, other, shares=(7000, 3000))
        contract = county.contract(project, 100_000_000)
        for day in month_by_month(county, 10):
            link, whole = f"bill-{county.fresh('link')}", 100 * county.dice.randint(10_000, 90_000)
            invoice = {"document": f"FP-{link}", "sha256": file(county), "amount": Fen(whole)}
            shares = [
                pay_contract(
                    county, fund, day, contract, whole // 10 * part, link=link, papers=("approval", "contract")
                )
                for fund, part in ((one, 7), (other, 3))
            ]
            for share in shares:
                share.says["bank-ref"] = shares[0].says["bank-ref"]
                share.settled = shares[0].settled
                evidence(county, share, "invoice", **invoice)
        for fund, part in ((one, 7000), (other, 3000)):
            county.enter(
                "output", output=f"产出{project.code}", project=project.code, department=fund.department,
                fund=fund.code, quantity=1, share=part,
            )  # fmt: skip


def loans(county: Sound, size: int) -> None:
    """Lend from the county's own fund and pay back within the month; pool money of another by the filed plan."""
    for at in range(size // 4):
        day = dt.date(county.first + at % 2, 1 + at % 12, 2)
        lent = lend(county, county.local, county.houses, day, 100_000 + at, county.loans)
        repay(county, county.local, county.houses, day + 25 * DAY, lent)
    for at in range(size // 10):
        day = dt.date(county.first + 1, 1 + at % 12, 3)
        pool(county, county.development, county.pooled, day, 50_000 + at, county.plan)


def corrections(county: Sound, size: int) -> None:
    """Make mistakes and take them back: reversals of what never left, adjustments by a document."""
    fund = county.development
    for day in month_by_month(county, size // 3):
        wrong = pay(county, fund, day, "0604", 1234, payee=county.company(), settle=False)
        reverse(county, fund, day + DAY, wrong)
        legs = ((fund.use("0401"), 500), (fund.use("0604"), -500))
        book(county, fund, day + DAY, "adjustment", legs, doc=county.moves, cites=wrong)

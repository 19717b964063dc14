"""The generated vouchers: a county's disbursements, the same for the same number, for us and for everybody compared.

Four funds, twelve uses, 300 projects, 20,000 payees, six years, in order of date; amounts are fen.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SEED: Final = 20150101
FIRST: Final = dt.date(2015, 1, 1)
LAST: Final = dt.date(2020, 12, 31)
BANK: Final = "45001234560001"
RECEIVED: Final = 10**13
"""Fen that each fund receives on the first day: more than a million vouchers spend."""

FUNDS: Final = {
    "F01": "Relocation",
    "F02": "Poverty-alleviation",
    "F03": "House-reconstruction",
    "F04": "Local-finance",
}
WEIGHTS: Final = (45, 40, 5, 10)
USES: Final = {
    "0601": "Housing",
    "0602": "Infrastructure",
    "0603": "Drinking-water",
    "0604": "Roads",
    "0605": "Industry",
    "0606": "Training",
    "0607": "Education",
    "0608": "Health",
    "0609": "Land",
    "0610": "Reconstruction",
    "0611": "Administration",
    "0612": "Landscaping",
}
GRANTED: Final = {
    "F01": ("0601", "0602", "0603", "0604", "0609"),
    "F02": ("0602", "0603", "0604", "0605", "0606", "0607", "0608"),
    "F03": ("0610",),
    "F04": ("0602", "0604", "0607", "0608", "0609", "0611", "0612"),
}
PROJECTS: Final = 300
PAYEES: Final = 20_000
FAULTY_EVERY: Final = 200
"""One voucher in so many has a fault, where faults are asked for: 0.5 %."""

SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高覃韦农岑凌"
TOWNS: Final = ("田州镇", "那满镇", "百育镇", "头塘镇", "巴别乡", "洞靖镇", "五村镇", "坡洪镇", "那坡镇", "玉凤镇")
FIRMS: Final = ("建筑工程有限公司", "水利施工队", "农机合作社", "路桥有限公司", "卫生院", "中心小学", "物资供应站")

COLUMNS: Final = (
    "支付申请编号", "支付凭证号", "实际支付日期", "资金名称", "项目名称", "本级指标文号",
    "列支科目", "付款人账号", "收款人全称", "收款人账号", "用途", "凭证摘要", "支付金额", "银行交易流水号",
)  # fmt: skip
"""The header that the page `treasury-payment` recognises."""
MORE: Final = ("合同编号", "收款人证件号", "审批人")
"""What the same page takes besides, where an export has it."""

APPROVER: Final = "王局长"


class Voucher(NamedTuple):
    """A payment of `fen` from the cash of `fund` for the use `use` of `use_fund`, which is another only by a fault."""

    number: int
    date: str
    fund: str
    use_fund: str
    use: str
    project: str
    payee: str
    fen: int
    narration: str
    document: str
    bank_ref: str

    @property
    def yuan(self) -> str:
        """Return the amount as a decimal string."""
        return f"{self.fen // 100}.{self.fen % 100:02d}"


def vouchers(count: int, *, faulty: bool = False) -> Iterator[Voucher]:
    """Yield `count` vouchers; with `faulty`, one in 200 charges a use not granted or, in turn, another fund's."""
    rng = random.Random(SEED)
    payees = [_payee(rng, at) for at in range(PAYEES)]
    funds, days = list(FUNDS), (LAST - FIRST).days + 1
    for at in range(count):
        fund = rng.choices(funds, WEIGHTS)[0]
        use_fund, use = fund, rng.choice(GRANTED[fund])
        if faulty and at % FAULTY_EVERY == FAULTY_EVERY // 2:
            if at // FAULTY_EVERY % 2:
                use_fund = funds[funds.index(fund) - 1]
                use = GRANTED[use_fund][0]
            else:
                use = rng.choice([code for code in USES if code not in GRANTED[fund]])
        yield Voucher(
            number=at + 1,
            date=(FIRST + dt.timedelta(days=at * days // count)).isoformat(),
            fund=fund,
            use_fund=use_fund,
            use=use,
            project=f"P{rng.randrange(PROJECTS) + 1:03d}",
            payee=rng.choice(payees),
            fen=max(100, round(rng.lognormvariate(13.0, 1.4))),
            narration=f"{USES[use]} 第{at % 12 + 1}期工程款",
            document=f"阳财农〔{2015 + at % 6}〕{at % 40 + 1}号",
            bank_ref=f"GK{at + 1:012d}",
        )


def _payee(rng: random.Random, at: int) -> str:
    town, surname = rng.choice(TOWNS), rng.choice(SURNAMES)
    return f"{town}{surname}记{rng.choice(FIRMS)}{at:05d}" if rng.random() < 0.3 else f"{town}{surname}建国{at:05d}"


def identity_card(payee: str) -> str:
    """Return the number of a payee who is a person, by the rules of GB 11643, or nothing."""
    if "建国" not in payee:
        return ""
    first = f"45102119{payee[-5:-3]}0101{payee[-3:]}"
    weighed = sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(first))
    return first + "10X98765432"[weighed % 11]


def faults(count: int) -> int:
    """Return how many of `count` vouchers have a fault, where faults are asked for."""
    return sum(1 for at in range(count) if at % FAULTY_EVERY == FAULTY_EVERY // 2)


def of_year(count: int, year: int) -> int:
    """Return how many of `count` vouchers are of a year."""
    days = (LAST - FIRST).days + 1
    return sum(1 for at in range(count) if (FIRST + dt.timedelta(days=at * days // count)).year == year)


def write_csv(path: Path, given: Iterable[Voucher], *, whole: bool = False) -> None:
    """Write vouchers as the treasury's payment system exports them, or `whole`: contract, identity card, approver."""
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write(",".join((*COLUMNS, *MORE) if whole else COLUMNS) + "\r\n")
        for v in given:
            card = identity_card(v.payee) if whole else ""
            account = f"6217{v.payee[-5:] if whole else v.number:0>15}"
            more = f",{'' if card else v.project},{card},{APPROVER}" if whole else ""
            file.write(
                f"SQ{v.number:07d},PZ{v.number:07d},{v.date},{v.fund},{v.project},{v.document},{v.use_fund}-{v.use},{BANK},"
                f"{v.payee},{account},{v.narration},,{v.yuan},{v.bank_ref}{more}\r\n"
            )


def chart() -> str:
    """Return the chart of accounts: every fund has every use, and is granted its own."""
    text = [f'2014-01-01 custom "bank" "B01"\n  name: "Treasury"\n  name-zh: "国库"\n  number: "{BANK}"\n']
    text += [
        f'2014-01-01 custom "project" "P{at:03d}"\n  name: "Project {at}"\n  name-zh: "项目{at}"\n'
        for at in range(1, PROJECTS + 1)
    ]
    for fund, name in FUNDS.items():
        text.append(
            f'2014-01-01 custom "fund" "{fund}"\n  name: "{name}"\n  name-zh: "{fund}资金"\n  group: "{fund}"\n'
            '  department: "财政局"\n  level: "county"\n  regime: "earmarked"\n  authority: "阳财〔2014〕1号"\n'
            f'2014-01-01 open Assets:{fund}-{name}:1001-Treasury CNY\n  bank: "B01"\n'
            f"2014-01-01 open Equity:{fund}-{name}:3001-Balance CNY\n"
            f"2014-01-01 open Income:{fund}-{name}:4001-Transfer CNY\n"
        )
        for code, use in USES.items():
            authority = '  authority: "阳财〔2014〕1号"\n' if code in GRANTED[fund] else ""
            text.append(f"2014-01-01 open Expenses:{fund}-{name}:{code}-{use} CNY\n{authority}")
    return 'option "title" "Benchmark"\noption "operating_currency" "CNY"\n\n' + "".join(text)


def account(root: str, fund: str, code: str, name: str) -> str:
    """Return the name of an account as the published ledger writes it."""
    return f"{root}:{fund}-{FUNDS[fund]}:{code}-{name}"


def cash(fund: str) -> str:
    """Return a fund's cash account."""
    return account("Assets", fund, "1001", "Treasury")


def write_plain_ledger(path: Path, given: Iterable[Voucher]) -> None:
    """Write vouchers as somebody would who keeps them in Beancount alone, and beside it the same with the rules."""
    with path.open("w", encoding="utf-8") as file:
        file.write('option "title" "Benchmark"\noption "operating_currency" "CNY"\n\n')
        for fund in FUNDS:
            income = account("Income", fund, "4001", "Transfer")
            names = [cash(fund), income, *(account("Expenses", fund, code, use) for code, use in USES.items())]
            file.writelines(f"2014-01-01 open {name} CNY\n" for name in names)
            amount = f"{RECEIVED // 100}.00 CNY"
            file.write(f'{FIRST} * "Transfer received"\n  {cash(fund)}  {amount}\n  {income}  -{amount}\n\n')
        for v in given:
            use = account("Expenses", v.use_fund, v.use, USES[v.use])
            file.write(
                f'{v.date} * "{v.payee}" "{v.narration}"\n  ref: "{v.bank_ref}"\n'
                f"  {use}  {v.yuan} CNY\n  {cash(v.fund)}  -{v.yuan} CNY\n\n"
            )
    rules = f'plugin "benchmarks.peer_rules"\ninclude "{path.name}"\n'
    path.with_name("checked.beancount").write_text(rules, "utf-8")


def write_roll_up(path: Path, given: Iterable[Voucher]) -> None:
    """Write what vouchers come to in each month between two accounts: the least that Fava could be given."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for v in given:
        sums[v.date[:7], account("Expenses", v.use_fund, v.use, USES[v.use]), cash(v.fund)] += v.fen
    with path.open("w", encoding="utf-8") as file:
        file.write('option "title" "Benchmark"\noption "operating_currency" "CNY"\n\n')
        for name in sorted({name for _, *names in sums for name in names}):
            file.write(f"2014-01-01 open {name} CNY\n")
        for (month, use, paid_from), fen in sums.items():
            yuan = f"{fen // 100}.{fen % 100:02d} CNY"
            file.write(f'{month}-28 * "Sum of the month"\n  {use}  {yuan}\n  {paid_from}  -{yuan}\n\n')


def write_hledger(path: Path, given: Iterable[Voucher]) -> None:
    """Write vouchers as an hledger journal."""
    with path.open("w", encoding="utf-8") as file:
        for v in given:
            use = account("Expenses", v.use_fund, v.use, USES[v.use])
            file.write(
                f"{v.date} * ({v.bank_ref}) {v.payee} | {v.narration}\n"
                f"    {use}  {v.yuan} CNY\n    {cash(v.fund)}  -{v.yuan} CNY\n\n"
            )

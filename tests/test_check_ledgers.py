"""Audits of any Beancount ledger, whoever wrote it: what is found, where, and what could not be asked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from books import CHART
from fundtrack.checking import checks
from fundtrack.checking.audit import audit_ledger
from fundtrack.errors import UsageError
from fundtrack.pages import installed
from ledgers import CASH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fundtrack.checking.audit import Audit

DATA: Final = Path(__file__).parent / "data"
NO_FUNDS: Final = sorted((DATA / "ledgers").glob("*.beancount"))
AT_POSTING: Final = [name for name, check in checks().items() if check.scope != "book"]
"""The checks that posting asks; what only an audit asks is told of the very small ledgers here by the way."""


@pytest.fixture
def audit(tmp_path: Path) -> Callable[..., Audit]:
    """Return what audits the text of a ledger."""

    def audit_text(text: str, fund_pattern: str = "", only: Sequence[str] = AT_POSTING) -> Audit:
        path = tmp_path / "ledger.beancount"
        path.write_text(text, "utf-8")
        return audit_ledger(path, only=only, fund_pattern=fund_pattern)

    return audit_text


def places(audited: Audit) -> list[tuple[str, int]]:
    """Return the check and line of each finding."""
    return [(finding.check, finding.subject.line) for finding in audited.findings]


def test_two_mixed_payments_and_an_overdraft() -> None:
    """What Beancount accepts is found, each with its file and the line of its transaction."""
    path = DATA / "domain-examples" / "mixed_channel_passes.beancount"
    audited = audit_ledger(path, only=AT_POSTING)
    assert places(audited) == [("mixed-channel", 9), ("mixed-channel", 12), ("overdrawn", 12)]
    assert {finding.subject.file for finding in audited.findings} == {str(path)}
    assert [finding.amount for finding in audited.findings] == [80_000_000, 200_000_000, 200_000_000]
    assert path.read_text("utf-8").splitlines()[11].startswith("2015-07-01")
    assert "Assets:Cash:F03-Dilapidated:Treasury" in audited.findings[2].messages["en"]
    assert audited.vouchers == 3


def test_a_sound_life_cycle() -> None:
    """Quota beside cash, a loan in one transaction, a refund, a year's end: all is looked at and nothing is found."""
    audited = audit_ledger(DATA / "domain-examples" / "lifecycle.beancount")
    assert not [one for one in audited.findings if one.severity != "warn"]
    assert {"mixed-channel", "overdrawn", "unbalanced"} <= set(audited.checks_run)


@pytest.mark.parametrize("path", NO_FUNDS, ids=lambda path: path.stem)
def test_ledgers_without_funds(path: Path) -> None:
    """A ledger that knows no funds, or is none, is a clear sentence in two languages."""
    with pytest.raises(UsageError) as caught:
        audit_ledger(path)
    assert caught.value.key in {"ledger-without-funds", "ledger-encoding"}
    assert caught.value.exit_code == 2
    assert str(path) in str(caught.value)
    assert "资金" in str(caught.value) or "编码" in str(caught.value)


def test_what_is_no_ledger(audit: Callable[..., Audit]) -> None:
    """Text that is not Beancount is named with its first line that cannot be read."""
    with pytest.raises(UsageError) as caught:
        audit("\nTransfer of 30 from checking to savings\n")
    assert (caught.value.key, caught.value.details["line"]) == ("ledger-not-beancount", 2)


FUND_IN: Final = {
    "component": ("Assets:Cash:F01-A:Here", "", "", ""),
    "bare component": ("Assets:Cash:F01", "", "", ""),
    "part of a fund": ("Assets:F012B-A", "", "", ""),
    "account": ("Assets:Cash", '  fund: "F01"\n', "", ""),
    "posting": ("Assets:Cash", "", '    fund: "F01"\n', ""),
    "transaction": ("Assets:Cash", "", "", '  fund: "F01"\n'),
    "component before account": ("Assets:F01", '  fund: "F03"\n', "", ""),
    "account before posting": ("Assets:Cash", '  fund: "F01"\n', '    fund: "F03"\n', ""),
    "posting before transaction": ("Assets:Cash", "", '    fund: "F01"\n', '  fund: "F03"\n'),
}


@pytest.mark.parametrize(("account", "on_account", "on_posting", "on_transaction"), FUND_IN.values(), ids=FUND_IN)
def test_where_a_ledger_says_the_fund(
    account: str, on_account: str, on_posting: str, on_transaction: str, audit: Callable[..., Audit]
) -> None:
    """A fund is read from the account's name, its `open`, the posting, the transaction, in this order."""
    text = (
        f"2014-01-01 open {account}\n{on_account}2014-01-01 open Income:F03-B:In\n"
        f'2015-01-01 * "x"\n{on_transaction}  {account}  1.00 CNY\n{on_posting}  Income:F03-B:In  -1.00 CNY\n'
    )
    (finding,) = audit(text).findings
    assert finding.check == "mixed-channel"
    assert finding.fund == ("F012B" if "F012B" in account else "F01")


@pytest.mark.parametrize(
    "account", ["Assets:Cash:F1-A", "Assets:XF01-A", "Assets:F01a", "Assets:F01AB", "Assets:F01中"]
)
def test_what_is_no_fund_code(account: str, audit: Callable[..., Audit]) -> None:
    """A component that only looks like a fund is none."""
    with pytest.raises(UsageError) as caught:
        audit(f"2014-01-01 open {account}\n")
    assert caught.value.key == "ledger-without-funds"


@pytest.mark.parametrize("pattern", ["^[^:]+:([^:]+)", "(?<=:)[A-Z][a-z]+(?=:)"])
def test_a_pattern_of_ones_own(pattern: str, audit: Callable[..., Audit]) -> None:
    """Group 1, or the whole match, is the fund."""
    text = '2015-01-01 * "x"\n  Expenses:Roads:Gravel  1.00 CNY\n  Income:Houses:In  -1.00 CNY\n'
    (finding,) = audit(text, fund_pattern=pattern).findings
    assert (finding.check, finding.fund) == ("mixed-channel", "Roads")


def test_a_pattern_that_is_none(audit: Callable[..., Audit]) -> None:
    """A wrong regular expression is a wrong use of the command."""
    with pytest.raises(UsageError) as caught:
        audit(CASH, fund_pattern="(")
    assert caught.value.key == "fund-pattern"


TRANSACTIONS: Final = {
    "zero in each fund": (
        "Expenses:F01-A:House 5 CNY|Assets:F01-A:Cash -5 CNY|Expenses:F03-B:House 2 CNY|Assets:F03-B:Cash -2 CNY", ""
    ),
    "zero in all only": (
        "Expenses:F01-A:House 5 CNY|Assets:F01-A:Cash -4 CNY|Assets:F03-B:Cash -1 CNY", "mixed-channel"
    ),
    "a unit for each fund": (
        "Income:F01-A:In -1 CNY|Assets:F01-A:Cash 1 CNY|Income:F03-B:In -1 USD|Assets:F03-B:Cash 1 USD", ""
    ),
    "crossed units": (
        "Assets:F01-A:Cash 1 CNY|Income:F03-B:In -1 CNY|Income:F01-A:In -1 USD|Assets:F03-B:Cash 1 USD", "mixed-channel"
    ),
    "an elided amount": ("Expenses:F01-A:House 5 CNY|Assets:F03-B:Cash", "mixed-channel"),
    "an elided amount of the fund": ("Expenses:F01-A:House 5 CNY|Assets:F01-A:Cash", ""),
    "a price": ("Assets:F01-A:Cash 7 USD @ 6.5 CNY|Assets:F01-A:Cash -45.50 CNY", ""),
    "a price across": ("Assets:F01-A:Cash 7 USD @ 6.5 CNY|Assets:F03-B:Cash -45.50 CNY", "mixed-channel"),
    "a total price": ("Assets:F01-A:Cash 3 USD @@ 20 CNY|Assets:F01-A:Cash -20.00 CNY", ""),
    "a cost": ("Assets:F01-A:Cash 3 HOUSE {1.2345 CNY}|Assets:F01-A:Cash -3.70 CNY", ""),
    "within the tolerance": ("Assets:F01-A:Cash 1.001 USD @ 1.001 CNY|Assets:F01-A:Cash -1.00 CNY", ""),
    "beyond the tolerance": ("Assets:F01-A:Cash 1.01 USD @ 1.00 CNY|Assets:F01-A:Cash -1.00 CNY", "unbalanced"),
    "unbalanced": ("Expenses:F01-A:House 5.00 CNY|Assets:F01-A:Cash -4.99 CNY", "unbalanced"),
}  # fmt: skip


@pytest.mark.parametrize(("postings", "expected"), TRANSACTIONS.values(), ids=TRANSACTIONS)
def test_weights_and_tolerances(postings: str, expected: str, audit: Callable[..., Audit]) -> None:
    """Amounts are completed, weighed and tolerated as Beancount does it, and each fund must sum to zero by itself."""
    lines = "".join(f"  {posting}\n" for posting in postings.split("|"))
    audited = audit(f'{CASH}2015-01-01 * "x"\n{lines}')
    assert {finding.check for finding in audited.findings} == ({expected} if expected else set())


def test_pads_are_applied(audit: Callable[..., Audit]) -> None:
    """What a `pad` moves between funds is a mixed transaction as well, at the line of the pad."""
    audited = audit(
        f"{CASH}2015-01-01 pad Assets:F01-A:Cash Income:F03-B:In\n2015-01-02 balance Assets:F01-A:Cash 5 CNY\n"
    )
    assert places(audited) == [("mixed-channel", CASH.count("\n") + 1)]


def test_a_ledger_cannot_turn_off_the_audit(audit: Callable[..., Audit]) -> None:
    """Options that make Beancount tolerate anything do not make us."""
    options = 'option "tolerance_multiplier" "100000"\noption "inferred_tolerance_default" "CNY:100000"\n'
    found = audit(
        f'{options}{CASH}2015-01-01 * "x"\n  Expenses:F01-A:House  5.00 CNY\n  Assets:F03-B:Cash  -5.00 CNY\n'
    )
    assert [finding.check for finding in found.findings] == ["mixed-channel"]


def test_a_small_tolerance_of_the_ledger_counts(audit: Callable[..., Audit]) -> None:
    """A ledger may say that a few fen are nothing, for one unit or for all."""
    unbalanced = f'{CASH}2015-01-01 * "x"\n  Expenses:F01-A:House  5 USD\n  Income:F01-A:In  -4 GBP @ 1.24 USD\n'
    assert [one.check for one in audit(unbalanced).findings] == ["unbalanced"]
    for unit in ("USD", "*"):
        assert not audit(f'option "inferred_tolerance_default" "{unit}:0.05"\n{unbalanced}').findings


ODD: Final = {
    "a transaction without postings": '2015-01-01 * "x"\n',
    "a division without end": '2015-01-01 * "x"\n  Assets:F01-A:Cash  100/3 CNY\n  Income:F01-A:In\n',
    "nothing at a total price": '2015-01-01 * "x"\n  Assets:F01-A:Cash  0 USD @@ 0 CNY\n  Income:F01-A:In  0 CNY\n',
    "metadata of any type": (
        '2015-01-01 * "x"\n  fund: 12.5\n  voucher: 12\n  reverses: 2015-01-01\n  kind: 5\n  link: TRUE\n  doc:\n'
        "  bank: 1.00 CNY\n  Assets:F01-A:Cash  1 CNY\n  Income:F01-A:In\n"
    ),
    "a number without end": (
        f'2015-01-01 * "x"\n  voucher: "F01-2015-{"9" * 40}"\n  Assets:F01-A:Cash  1 CNY\n  Income:F01-A:In\n'
    ),
    "customs of any form": (
        '2015-01-01 custom "use"\n2015-01-01 custom "use" "a" "b"\n2015-01-01 custom "use" Assets:F01-A:Cash 3\n'
        '2015-01-01 custom "fund"\n2015-01-01 custom "fund" "F01" "F02"\n2015-01-01 custom "bank" 7\n  number: 5\n'
    ),
    "versions of any form": (
        '2015-01-01 custom "use-since" "a" "b"\n2015-01-01 custom "use-since" Assets:F01-A:Cash "ended" -3\n'
        '2015-01-01 custom "fund-until" "F01" 2\n2015-01-02 custom "fund-until" "F01" 2\n  group: 7\n'
        '2015-01-01 custom "fund-until" "F01" 1E40\n2015-01-01 custom "fund-until" "F01" "x"\n'
        '2015-01-01 custom "fund-until" 7\n2014-01-01 custom "fund" "F01"\n2014-01-01 custom "fund" "F03"\n'
    ),
    "opened twice": "2014-01-01 open Assets:F01-A:Cash CNY\n  kind: 7\n  bank: TRUE\n",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_ledgers_are_audited(text: str, audit: Callable[..., Audit]) -> None:
    """What nobody should write is no reason to stop, and no fault of the funds."""
    assert not audit(CASH + text).findings


def test_no_code_of_the_ledger_is_run(tmp_path: Path, audit: Callable[..., Audit]) -> None:
    """A plugin that a ledger names, and brings along, is not imported."""
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n__plugins__ = []\n", "utf-8")
    audited = audit(f'option "insert_pythonpath" "TRUE"\nplugin "evil"\nplugin "fundtrack.plugin"\n{CASH}')
    assert not audited.findings
    assert not (tmp_path / "ran").exists()


def test_pages_beside_the_ledger_are_not_used(tmp_path: Path) -> None:
    """Who is audited does not write the audit: not in a folder `checks`, not as a book."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "mixed-channel.md").write_text("# mixed-channel\n", "utf-8")
    (tmp_path / "fundtrack.toml").write_text("", "utf-8")
    (tmp_path / "ledger").mkdir()
    shutil.copy(DATA / "domain-examples" / "mixed_channel_passes.beancount", tmp_path / "ledger" / "main.beancount")
    audited = audit_ledger(tmp_path / "ledger" / "main.beancount")
    assert [one.check for one in audited.findings if one.check in AT_POSTING] == [
        "mixed-channel", "mixed-channel", "overdrawn",
    ]  # fmt: skip
    assert dict(audited.pages) == {name: check.page.digest for name, check in checks().items()}


def test_beancounts_objections_are_not_hidden(audit: Callable[..., Audit]) -> None:
    """What Beancount cannot read or complete stands among the findings, for it was left out of the checks."""
    bad = '2015-01-01 * "x"\n  Expenses:F01-A:House\n  Assets:F03-B:Cash\n2015-01-02 ? nonsense\n'
    audited = audit(CASH + bad)
    lines = CASH.count("\n")
    assert {(one.check, one.severity, one.subject.line) for one in audited.findings} == {
        ("ledger-problem", "error", lines + 3),
        ("ledger-problem", "error", lines + 4),
    }
    assert all(one.messages["zh"] and one.remedies["zh"] for one in audited.findings)


def test_what_cannot_be_asked_is_told(audit: Callable[..., Audit]) -> None:
    """A check that needs what the ledger does not say is listed with the reason, never silently passed."""
    audited = audit(CASH)
    not_run = {one.check: one.why for one in audited.not_run}
    asked = {"outside-validity", "unknown-fund-or-account", "use-not-permitted", "wrong-paying-account"}
    assert set(not_run) >= asked
    assert not set(not_run) & set(audited.checks_run)
    assert 'custom "bank"' in not_run["wrong-paying-account"]["en"]
    assert "声明" in not_run["use-not-permitted"]["zh"]
    declared = audit(f'2014-01-01 custom "fund" "F01"\n2014-01-01 custom "bank" "B01"\n  number: "1"\n{CASH}')
    assert not asked & {one.check for one in declared.not_run}
    assert {finding.check for finding in declared.findings} == {"unknown-fund-or-account"}


PLANNED: Final = """
2015-02-01 * "某公司" "roads" #disbursement
  project: "P01"
  Expenses:F01-Relocation:0602-Roads  100.00 CNY
  Assets:F01-Relocation:1001-Treasury
2015-12-31 custom "register" "project"
  project: "P01"
"""


def test_an_amount_of_nothing_is_no_evidence(audit: Callable[..., Audit]) -> None:
    """A project whose budget nobody entered has none to be exceeded: its check was not run, and that is told."""
    ledger = f"{CHART}{PLANNED}"
    why = {one.check: one.why for one in audit(ledger, only=["over-budget"]).not_run}
    assert why["over-budget"]["en"].startswith(
        "no evidence: nothing says a project's approved budget (projects.budget)"
    )
    assert "批复预算" in why["over-budget"]["zh"]
    planned = audit(ledger + "  budget: 99.00 CNY\n", only=["over-budget"])
    assert [one.actual for one in planned.findings] == ["100.00"]


def test_evidence_that_has_no_name_is_told_by_its_column(tmp_path: Path) -> None:
    """A page of one's own may need what no delivered page does."""
    pages, path = tmp_path / "checks", tmp_path / "county.beancount"
    pages.mkdir()
    page = (installed("checks") / "over-budget.md").read_text("utf-8").replace("over-budget", "over-there")
    pages.joinpath("over-there.md").write_text(page.replace("projects.budget", "projects.state"), "utf-8")
    path.write_text(f"{CHART}{PLANNED}", "utf-8")
    (why,) = (one.why for one in audit_ledger(path, pages=pages).not_run if one.check == "over-there")
    assert "nothing says state (projects.state)" in why["en"]


def test_names_in_both_languages(audit: Callable[..., Audit]) -> None:
    """Funds are named as they are declared, accounts as they are written."""
    text = f"""{CHART}
2015-01-05 * "拨款" #transfer-received
  Assets:F01-Relocation:1001-Treasury  100.00 CNY
  Income:F01-Relocation:4001-Transfer
2015-02-01 * "某公司" "not granted yet" #disbursement
  voucher: "F01-2015-000002"
  Expenses:F01-Relocation:0613-Later  100.00 CNY
  Assets:F01-Relocation:1001-Treasury
"""
    (finding,) = audit(text).findings
    assert (finding.check, finding.use, finding.subject.voucher) == ("use-not-permitted", "0613", "F01-2015-000002")
    assert "F01 Relocation" in finding.messages["en"]
    assert "资金 F01 资金" in finding.messages["zh"]
    assert all("Expenses:F01-Relocation:0613-Later" in text for text in finding.messages.values())


ASSETS: Final = {
    "Cash": True, "1001-Treasury": True, "Fixed-Deposit": True, "1001-库存现金": True, "Quota": False,
    "DueFrom": False, "Due-From": False, "Receivables": False, "Advances": False, "Prepaid": False, "Inventory": False,
    "FixedAssets": False, "AccumulatedDepreciation": False, "1215-应收账款": False, "1214-预付账款": False,
    "1-预拨款": False, "1-借出款": False, "1601-固定资产": False, "1602-累计折旧": False, "1-存货": False,
}  # fmt: skip


@pytest.mark.parametrize(("name", "cash"), ASSETS.items())
def test_which_assets_are_cash(name: str, cash: bool, audit: Callable[..., Audit]) -> None:  # noqa: FBT001 - a table
    """Cash may not go into credit; an asset whose name says that it is something else may."""
    found = audit(f'2015-01-01 * "x"\n  Assets:F01-A:{name}  -1.00 CNY\n  Equity:F01-A:Other  1.00 CNY\n').findings
    assert [finding.check for finding in found] == (["overdrawn"] if cash else [])


def test_quota_may_not_be_overspent(audit: Callable[..., Audit]) -> None:
    """A status account of quota is a liability and may not go into debit; other liabilities may."""
    text = '2015-01-01 * "x"\n  Liabilities:F01:Available  {0}\n  Liabilities:F01:Executed  -{0}\n'
    (finding,) = audit(text.format("7.00 CNY.Q")).findings
    assert (finding.check, finding.unit, finding.amount) == ("overdrawn", "CNY.Q", 700)
    assert not audit(text.format("7.00 CNY")).findings


ENDED: Final = """
2015-01-05 * "in" #transfer-received
  Assets:F01-Relocation:1001-Treasury  100.00 CNY
  Income:F01-Relocation:4001-Transfer
2015-02-05 * "out" #disbursement
  voucher: "F01-2015-000002"
  Expenses:F01-Relocation:0612-Never  -10.00 CNY
  Assets:F01-Relocation:1001-Treasury  10.00 CNY
2015-08-05 * "claims to take it back" #disbursement
  reverses: "F01-2015-00000{0}"
  Expenses:F01-Relocation:0612-Never   {1}.00 CNY
  Assets:F01-Relocation:1001-Treasury -{1}.00 CNY
"""


@pytest.mark.parametrize(
    ("voucher", "amount", "honest"), [(2, 10, True), (2, 11, False), (1, 10, False), (7, 10, False)]
)
def test_a_reversal_is_looked_up(voucher: int, amount: int, honest: bool, audit: Callable[..., Audit]) -> None:  # noqa: FBT001
    """Spending is not exempt because it calls itself a reversal: it must negate a voucher that is there."""
    found = audit(CHART + ENDED.format(voucher, amount)).findings
    assert [finding.check for finding in found] == ([] if honest else ["use-not-permitted"])


def test_amounts_beyond_all_integers(audit: Callable[..., Audit]) -> None:
    """A number that cannot be added exactly is refused, not rounded."""
    with pytest.raises(UsageError) as caught:
        audit(f'{CASH}2015-01-01 * "x"\n  Assets:F01-A:Cash  1{"0" * 40} CNY\n  Income:F01-A:In\n')
    assert (caught.value.key, caught.value.details["unit"]) == ("ledger-amounts", "CNY")


def test_units_keep_their_decimals(audit: Callable[..., Audit]) -> None:
    """A unit has as many decimals as are written, and findings show them."""
    (finding,) = audit('2015-01-01 * "x"\n  Expenses:F01:A  0.1234 GRAIN\n  Income:F03:B  -0.1234 GRAIN\n').findings
    assert (finding.amount, finding.scale) == (1234, 4)
    assert "0.1234 GRAIN" in finding.messages["en"]
    assert finding.record("en")["amount"] == "0.1234"

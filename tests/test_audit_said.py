"""What an audit says, whole: its record, why checks were not run, and what it cannot prove, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import pytest

from fundtrack.checking import checks
from fundtrack.checking.accounted import Accounted
from fundtrack.checking.against import audit_against
from fundtrack.checking.audit import audit_ledger, audit_source
from fundtrack.checking.extent import EVERYTHING, Extent
from fundtrack.checking.lens import Subject
from fundtrack.checking.limits import Limit
from fundtrack.checking.objection import objected
from fundtrack.checking.side import source_side
from fundtrack.checking.source import ledger_source
from fundtrack.checking.summary import Amount, summed
from fundtrack.checking.units import Units
from fundtrack.errors import FormatError, UsageError, message
from ledgers import BROKEN, new_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fundtrack.checking.audit import Audit
    from fundtrack.errors import Language

    Write = Callable[[str], Path]

LEDGER: Final = """\
option "title" "County"
2014-01-01 custom "fund" "F01"
  name: "Move"
  name-zh: "搬迁"
2014-01-01 custom "fund" "F03"
2014-01-01 custom "bank" "B1"
  number: "450"
2014-01-01 custom "bank" "B2"
  number: "460"
2014-01-01 custom "bank" "B3"
  number: "470"
2014-01-01 open Assets:F01-A:1001-Bank CNY
  bank: "B1"
2014-01-01 open Assets:F03-B:1001-Bank CNY
  bank: "B2"
2014-01-01 open Assets:F01-A:1002-Bank CNY
  bank: "B3"
2014-01-01 open Income:F01-A:4001-In CNY
2014-01-01 open Income:F03-B:4001-In CNY
2014-01-01 open Expenses:F01-A:0601-House CNY
  authority: "桂[2014]1号"
2015-12-31 custom "register" "bank_line"
  bank: "450"
  date: 2015-01-20
  amount: 100.00 CNY
2015-12-31 custom "register" "bank_line"
  bank: "B1"
  date: 2015-01-02
  amount: 100.00 CNY
2015-01-02 * "省厅" "in" #transfer-received
  Assets:F01-A:1001-Bank  100.00 CNY
  Income:F01-A:4001-In
2015-01-03 * "省厅" "in" #transfer-received
  Assets:F03-B:1001-Bank  50.00 CNY
  Income:F03-B:4001-In
2015-02-03 * "甲" "out" #disbursement
  Expenses:F01-A:0601-House  200.00 CNY
  Assets:F01-A:1001-Bank
"""

SOME: Final = ("too-much-other", "overdrawn", "mixed-channel", "paid-after-death", "split-payments")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return what writes a ledger."""

    def written(text: str) -> Path:
        path = tmp_path / "county.beancount"
        path.write_text(text, "utf-8")
        return path

    return written


SAID: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "overdrawn": "The end of 2015-02-03 leaves Assets:F01-A:1001-Bank at -100.00 CNY: short by 100.00 CNY.",
        "ledger-problem": "Beancount finds this line wrong (Invalid token: 'nonsense').",
        "remedy": (
            "Correct the ledger and check it again; a transaction that cannot be completed was left out of every check."
        ),
        "register": "no register: Deaths, from the civil registry (death)",
        "column": "no evidence: nothing says the project (vouchers.project)",
    },
    "zh": {
        "overdrawn": "Assets:F01-A:1001-Bank 于 2015-02-03 日终余额为 -100.00 元，短缺 100.00 元。",
        "ledger-problem": "Beancount 认为此行有误（Invalid token: 'nonsense'）。",
        "remedy": "请更正账簿后重新检查；无法补全的分录未纳入任何检查。",
        "register": "缺登记簿：死亡人员（death）",
        "column": "缺证据：没有一条记录载明项目（vouchers.project）",
    },
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_record_of_an_audit(write: Write, language: Language) -> None:
    """Key by key; findings in the order of lines, what was asked and not asked in the order of the catalogue."""
    path, said = write(LEDGER + BROKEN), SAID[language]
    record = audit_ledger(path, only=SOME).record(language)
    overdrawn, problem = record.pop("findings")
    assert (overdrawn["check"], overdrawn["line"], overdrawn["message"]) == ("overdrawn", 36, said["overdrawn"])
    assert {name: problem[name] for name in problem if problem[name]} == {
        "check": "ledger-problem", "severity": "error", "file": str(path), "line": 39,
        "message": said["ledger-problem"], "remedy": said["remedy"], "fingerprint": "32efe6a0faea0abf", "state": "lead",
    }  # fmt: skip
    assert record == {
        "title": "County",
        "called": "County",
        "checks_run": ["mixed-channel", "overdrawn"],
        "not_run": [
            {"check": "paid-after-death", "why": said["register"]},
            {"check": "split-payments", "why": said["column"]},
            {"check": "too-much-other", "why": said["column"]},
        ],
        "vouchers": 3,
        "pages": [{"check": name, "sha256": checks()[name].page.digest} for name in sorted(SOME)],
        "summary": [
            {"check": "ledger-problem", "findings": 1, "fatal": 0, "error": 1, "warn": 0, "amounts": {}},
            {"check": "overdrawn", "findings": 1, "fatal": 1, "error": 0, "warn": 0, "amounts": {"CNY": "200.00"}},
        ],
        "extent": {"funds": [], "since": None, "left_out": 0},
        "cannot_prove": [
            {"kind": "not-run", "says": said["register"], "checks": ["paid-after-death"]},
            {"kind": "not-run", "says": said["column"], "checks": ["split-payments", "too-much-other"]},
        ],
        "baseline": None,
        "recorded": None,
        "unseen": [],
        "otherwise_unseen": [],
        "waivers": [],
        "files": [],
        "read": [{"file": str(path), "sha256": sha256(path.read_bytes()).hexdigest()}],
        "compared": None,
    }


def test_what_an_audit_is_of(write: Write) -> None:
    """Its title, or the name of the file where it has none; the path, the checks, and the part that was asked for."""
    path = write(LEDGER)
    audited = audit_ledger(path, only=["overdrawn"], extent=Extent(("F03",), date(2015, 1, 2)))
    assert (audited.title, audited.path) == ("County", path)
    assert [one.name for one in audited.checks] == ["overdrawn"]
    assert audited.record("en")["extent"] == {"funds": ["F03"], "since": "2015-01-02", "left_out": 1}
    assert (audited.findings, [one.check for one in audited.left_out]) == ((), ["overdrawn"])
    days = [(audited.findings, audited.left_out) for audited in (
        audit_ledger(path, only=["overdrawn"], extent=Extent(since=date(2015, 2, day))) for day in (3, 4)
    )]  # fmt: skip
    assert [(len(shown), len(left)) for shown, left in days] == [(1, 0), (0, 1)]
    assert ledger_source(write(LEDGER.replace('option "title" "County"', ""))).title == "county.beancount"


def test_how_account_names_show_the_fund(write: Write) -> None:
    """Is as the command says, where it says so."""
    path = write('2015-01-01 * "x"\n  Expenses:Roads:Gravel  1.00 CNY\n  Income:Houses:In\n')
    (found,) = audit_ledger(path, only=["mixed-channel"], fund_pattern="^[^:]+:([^:]+)").findings
    assert found.fund == "Roads"


def test_what_is_known_of_either_source_is_told(write: Write) -> None:
    """What became of the rows of both, and what cannot be proved of either, once."""
    source = ledger_source(write(LEDGER))
    limits = [Limit(kind, {"en": kind, "zh": kind}) for kind in ("no-chart", "no-opening")]
    one = replace(source, files=(Accounted("a"),), limits=(limits[0],))
    other = replace(source, files=(Accounted("b"),), limits=tuple(limits))
    with source_side(one) as here, source_side(other) as there:
        audit = audit_against(here, there, only=(), extent=EVERYTHING)
    assert [file.file for file in audit.files] == ["a", "b"]
    assert list(audit.limits)[:-1] == limits
    alone = audit_source(lambda: one, only=["overdrawn"])
    assert (alone.files, alone.limits, alone.findings[0].fund) == (one.files, one.limits, "F01")


def test_what_is_no_ledger(write: Write) -> None:
    """Is told with the first line that cannot be read, and why."""
    path = write("\nTransfer of 30 from checking to savings\nto nobody\n")
    with pytest.raises(UsageError) as caught:
        ledger_source(path)
    assert (caught.value.key, caught.value.details) == (
        "ledger-not-beancount", {"path": str(path), "line": 2, "why": "Invalid token: 'Transfer'"},
    )  # fmt: skip


def test_what_cannot_be_asked_of_a_ledger(write: Write) -> None:
    """A check that there is not, a fund that it does not know."""
    with pytest.raises(UsageError) as caught:
        audit_ledger(write(LEDGER), only=["overdrawn", "overdrawm"])
    assert (caught.value.key, caught.value.details) == (
        "check-unknown", {"name": "overdrawm", "known": "overdrawn, over-contract, over-standard"},
    )  # fmt: skip
    with pytest.raises(UsageError) as caught:
        audit_ledger(write(LEDGER), only=["overdrawn"], extent=Extent(("F01", "F09")))
    assert (caught.value.key, caught.value.details) == ("check-fund", {"fund": "F09", "known": "F01, F03"})


def test_cash_that_names_no_fund(write: Write) -> None:
    """Is told with the checks that find nothing in it."""
    text = f'{LEDGER}2015-02-04 * "x"\n  Assets:Desk:Bank  1.00 CNY\n  Income:Gift\n'
    limits = audit_ledger(write(text), only=SOME).record("en")["cannot_prove"]
    assert [one["checks"] for one in limits if one["kind"] == "cash-without-fund"] == [["mixed-channel", "overdrawn"]]


def test_a_fund_that_only_a_posting_knows(write: Write) -> None:
    """Is one all the same; where no fund is known at all, a dash says so."""
    text = f'2014-01-01 custom "fund" "F05"\n{LEDGER}2015-02-04 * "x"\n  Assets:F07:Bank  1.00 CNY\n  Income:Gift\n'
    assert audit_ledger(write(text), only=["unbalanced"], extent=Extent(("F07", "F05"))).findings == ()
    with pytest.raises(UsageError) as caught:
        audit_ledger(write(text), only=["unbalanced"], extent=Extent(("F07", "F77")))
    assert caught.value.details == {"fund": "F77", "known": "F07, F01, F03"}
    with pytest.raises(UsageError) as caught:
        audit_ledger(write("2014-01-01 open Assets:F01:Bank\n"), only=["unbalanced"], extent=Extent(("F01",)))
    assert caught.value.details == {"fund": "F01", "known": "–"}


@pytest.fixture
def whole(write: Write, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Audit]:
    """Return what runs every check over a ledger: those of posting, and one of one's own."""
    request.getfixturevalue("only_at_posting")
    new_page(tmp_path / "own", 1_000_000)
    return lambda text: audit_ledger(write(text), pages=tmp_path / "own")


def proved(audit: Audit, language: Language) -> list[str]:
    """Return what an audit cannot prove, line by line, without what was not run."""
    return [limit.line(language) for limit in audit.limits if limit.kind != "not-run"]


UNSEALED: Final = (
    "whether somebody replaced the whole book, or the whole published ledger, cannot be seen from within: compare with "
    "a copy kept elsewhere (`fundtrack check --against COPY`)"
)


def test_what_an_audit_cannot_prove(whole: Callable[[str], Audit]) -> None:
    """Pages of one's own, bank accounts without statements or with short ones, and that nothing is sealed."""
    audit = whole(LEDGER)
    (own,) = (one for one in audit.checks if not one.is_installed)
    assert proved(audit, "en") == [
        f"a page of this book's own, sha256 {own.page.digest}: {own.name}",
        "no bank statement was entered for B2: nobody can say what the bank moved",
        "statements of B1 cover 2015-01-02 to 2015-01-20; money moved until 2015-02-03",
        message("limit-never-asked", "en"),
        UNSEALED,
    ]
    assert proved(audit, "zh") == [
        f"本账套自有检查页，sha256 {own.page.digest}：{own.name}",
        "B2 未登记银行对账单，无从核对银行实际收付",
        "B1 的对账单只覆盖 2015-01-02 至 2015-01-20，而收付记到 2015-02-03",
        message("limit-never-asked", "zh"),
        message("limit-unsealed", "zh"),
    ]
    kinds = [one.kind for one in audit.limits]
    assert kinds[-5:] == ["page", "no-statement", "statement-ends", "never-asked", "unsealed"]


def test_statements_that_are_enough(whole: Callable[[str], Audit]) -> None:
    """Until the very day on which money moved; of a ledger without bank accounts nothing is said of statements."""
    enough = LEDGER.replace("date: 2015-01-20", "date: 2015-02-03").replace('"B1"\n  date', '"460"\n  date')
    later = enough.replace("date: 2015-01-02", "date: 2015-01-03")
    assert [one.kind for one in whole(enough).limits if "statement" in one.kind] == ["statement-ends"]
    assert [one.kind for one in whole(later).limits if "statement" in one.kind] == []
    none = "".join(line for line in LEDGER.splitlines(keepends=True) if "450" not in line and "B1" not in line)
    assert proved(whole(none), "en")[1] == "no bank statement was entered for B2: nobody can say what the bank moved"
    nothing = LEDGER.replace('custom "bank"', 'custom "banc"')
    assert [one.kind for one in whole(nothing).limits if "statement" in one.kind] == []
    two = LEDGER.replace('"450"\n  date', '"X"\n  date').replace('"B1"\n  date', '"X"\n  date')
    assert "entered for B1, B2:" in proved(whole(two), "en")[1]


def test_a_limit_for_machines() -> None:
    """Its kind, what it says, and the checks that it concerns."""
    limit = Limit("threshold", {"en": "other", "zh": "不同"}, ("a", "b"))
    assert limit.record("zh") == {"kind": "threshold", "says": "不同", "checks": ["a", "b"]}
    assert (limit.line("en"), limit.line("zh")) == ("other: a, b", "不同：a, b")
    assert Limit("unsealed", {"en": "none", "zh": "无"}).line("zh") == "无"


def test_an_objection() -> None:
    """Is told with its details; an error among them in the language of the sentence, with its column."""
    wrong = [FormatError("digits-lost", text="1E+15", column="Account"), FormatError("text-control", code="U+0007")]
    found = objected("journal-row", Subject(file="a.csv", row=3), why=wrong)
    for language, before in (
        ("en", "The row could not be read and is in no voucher: Account: "),
        ("zh", "该行无法读取，未计入任何凭证：Account："),
    ):
        lost, control = (one.text("zh" if language == "zh" else "en") for one in wrong)
        assert found.messages["zh" if language == "zh" else "en"] == f"{before}{lost} {control}"
    assert found.key == (f"Account: {wrong[0].text('en')} {wrong[1].text('en')}",)
    assert found.remedies["zh"].startswith("请")
    assert (found.check, found.severity, found.subject.row) == ("journal-row", "error", 3)
    assert (found.voucher, found.date, found.fund, found.use, found.unit) == (0, "", "", "", "")
    assert (found.amount, found.group, found.measure, found.basis) == (None, "", 0, ())


def test_rows_of_a_file_in_print() -> None:
    """With the sheet, where there is one; amounts grouped for people and plain for machines."""
    rows = Accounted("a.xlsx", "一月", "erp", 9, 6, 1, 2, 123456, 234567, 100000, 200000, 300000, 400000)
    assert rows.line("en") == (
        "a.xlsx [一月] (erp): 9 rows = 6 taken + 1 unreadable + 2 no data; debit 1,234.56, credit 2,345.67; "
        "taken: debit 1,000.00, credit 2,000.00; in totals: debit 3,000.00, credit 4,000.00"
    )
    assert Accounted("a.csv", page="erp").line("zh") == (
        "a.csv（erp）：共 0 行 = 采用 0 + 无法读取 0 + 非数据 0；借方 0.00，贷方 0.00；其中采用：借方 0.00，贷方 0.00；"
        "合计行所列：借方 0.00，贷方 0.00"
    )
    assert rows.record() == {
        "file": "a.xlsx", "sheet": "一月", "page": "erp", "read": 9, "taken": 6, "unreadable": 1, "aside": 2,
        "debit": "1234.56", "credit": "2345.67", "debit_taken": "1000.00", "credit_taken": "2000.00",
        "debit_aside": "3000.00", "credit_aside": "4000.00",
    }  # fmt: skip


def test_sums_by_check() -> None:
    """Findings by severity, amounts by unit without their sign; what has no amount adds none."""
    found = [
        objected("ledger-problem", Subject(), why=""), objected("ledger-problem", Subject(), why=""),
        objected("differs", Subject(), voucher="", here="", there="", what=""),
    ]  # fmt: skip
    changed: list[dict[str, Any]] = [
        {"amount": -150, "unit": "CNY"}, {"amount": 50, "unit": "CNY", "severity": "fatal"},
        {"amount": 7, "unit": "T", "scale": 0},
    ]  # fmt: skip
    sums = summed([replace(one, **change) for one, change in zip(found, changed, strict=True)])
    assert [one.record() for one in sums] == [
        {"check": "differs", "findings": 1, "fatal": 0, "error": 1, "warn": 0, "amounts": {"T": "7"}},
        {"check": "ledger-problem", "findings": 2, "fatal": 1, "error": 1, "warn": 0, "amounts": {"CNY": "2.00"}},
    ]
    assert [amount.grouped() for one in sums for amount in one.amounts] == ["7 T", "2.00 CNY"]
    assert Amount("", 123456, 2).grouped() == "1,234.56"


def test_units_as_integers() -> None:
    """At the finest decimals that were written, or that a price adds, up to six more; money has two at least."""
    units = Units()
    for number, unit in (("5", "CNY"), ("0.5", "USD"), ("0.125", "USD"), ("7", "T")):
        units.met(Decimal(number), unit)
    units.met_weight(Decimal("1.1234567"), "T")
    units.met_weight(Decimal("1.5"), "USD")
    units.met(Decimal("0.3333333333333333333"), "CNY")
    units.settle("a")
    assert units.scales == {"CNY": 8, "USD": 3, "T": 6}
    assert units.integer(Decimal("1.0000005"), "T") == 1_000_000
    assert units.integer(Decimal("1.0000015"), "T") == 1_000_002
    assert units.integer(Decimal("-0.125"), "USD") == -125
    assert [units.tolerance(one, "USD") for one in (None, Decimal("0.0019"), Decimal(3))] == [0, 1, 500]


@pytest.mark.parametrize(("digits", "scale"), [(18, None), (17, None), (16, 2), (12, 6), (10, 8)])
def test_sums_stay_within_integers(digits: int, scale: int | None) -> None:
    """By fewer decimals of what a price added; of what was written none is given up."""
    units = Units()
    units.met(Decimal(10**digits), "CNY")
    units.met_weight(Decimal("0.12345678"), "CNY")
    if scale is not None:
        units.settle("a")
        assert units.scales == {"CNY": scale}
        return
    with pytest.raises(UsageError) as caught:
        units.settle("a")
    assert (caught.value.key, caught.value.details) == (
        "ledger-amounts", {"path": "a", "unit": "CNY", "total": f"1.000E+{digits}", "decimals": 2},
    )  # fmt: skip


def test_all_units_together_stay_within_integers() -> None:
    """Half of what is the most for one is the most for each of two."""
    for share, most in ((1, Decimal(2**62)), (2, Decimal(2**61))):
        for total, holds in ((most - 1, True), (most, False)):
            units = Units()
            units.met(total, "A")
            if share == 2:
                units.met(Decimal(1), "B")
            if holds:
                units.settle("a")
                assert units.integer(total, "A") == int(total)
            else:
                with pytest.raises(UsageError):
                    units.settle("a")

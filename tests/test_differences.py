"""What is said of two ledgers that differ: every sentence, sum and place, in both languages."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.checking.against import audit_against
from fundtrack.checking.differences import NAMES
from fundtrack.checking.extent import EVERYTHING, Extent
from fundtrack.checking.side import source_side
from fundtrack.checking.source import ledger_source
from fundtrack.errors import UsageError
from ledgers import BROKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from fundtrack.checking.audit import Audit
    from fundtrack.errors import Language

    Hold = Callable[..., Audit]

BUREAU: Final = 'option "title" "Bureau"\n'
COUNTY: Final = 'option "title" "County"\n'

SAME: Final = """\
2015-01-01 custom "project" "P1"
2015-01-05 * "省厅" "in"
  voucher: "V-1"
  doc: "桂1号"
  Assets:F01:Bank  1000.00 CNY
  Income:F01:In
"""

PAID: Final = """\
2015-02-01 * "甲" "bricks" ^P1
  voucher: "V-2"
  doc: "桂2号"
  bank-ref: "R2"
  Expenses:F01:House  1200.50 CNY
  Assets:F01:Bank
2015-02-02 * "乙" "sand"
  voucher: "V-3"
  Expenses:F01:House     7.00 CNY
  Assets:F01:Bank
2015-02-03 * "丙" "to the village"
  voucher: "V-4"
  Expenses:Desk:Village  3.00 CNY
    fund: "F03"
  Assets:F01:Bank
"""

TOLD: Final = """\
2015-02-04 * "丁" "bricks"
  voucher: "V-2"
  doc: "桂3号"
  Expenses:F01:Road    1100.50 CNY
  Assets:F01:Bank
2015-02-02 * "乙" "sand, with another number"
  voucher: "V-9"
  Expenses:F01:House     7.00 CNY
  Assets:F01:Bank
2015-02-06 * "sold"
  voucher: "V-5"
  Assets:F01:Dollars    10 USD
  Income:F01:In
"""


@pytest.fixture
def hold(tmp_path: Path) -> Hold:
    """Return what holds one ledger against another."""

    def held(here: str, there: str, only: Collection[str] = (), extent: Extent = EVERYTHING) -> Audit:
        with ExitStack() as stack:
            sides = []
            for name, text in (("a.beancount", here), ("b.beancount", there)):
                (tmp_path / name).write_text(text, "utf-8")
                sides.append(stack.enter_context(source_side(ledger_source(tmp_path / name))))
            return audit_against(*sides, only=only, extent=extent)

    return held


def said(audit: Audit, language: Language) -> list[str]:
    """Return what is said of each difference."""
    return [one.messages[language] for one in audit.findings]


def differing(hold: Hold) -> Audit:
    """Hold two ledgers against each other that differ in all that can differ."""
    return hold(f"{COUNTY}{SAME}{PAID}", f"{BUREAU}{SAME}{TOLD}")


WHAT: Final[dict[Language, str]] = {
    "en": (
        "date 2015-02-01 ≠ 2015-02-04; payee 甲 ≠ 丁; document 桂2号 ≠ 桂3号; "
        "Assets:F01:Bank -1,200.50 ≠ -1,100.50 CNY; and 2 more"
    ),
    "zh": (
        "日期 2015-02-01 ≠ 2015-02-04；收款人 甲 ≠ 丁；依据文号 桂2号 ≠ 桂3号；"
        "Assets:F01:Bank -1,200.50 ≠ -1,100.50 CNY；另有 2 处"
    ),
}


SAID: Final[dict[Language, list[str]]] = {
    "en": [
        f"Voucher V-2 is not the same in County and in Bureau: {WHAT['en']}.",
        "Voucher V-3 is not the same in County and in Bureau: number V-3 ≠ V-9.",
        "Voucher V-4 of 2015-02-03, 3.00 CNY, is in County and not in Bureau.",
        "Voucher V-5 of 2015-02-06, 10.00 USD, is in Bureau and not in County.",
        "Assets:F01:Bank stands at -210.50 CNY in County and at -107.50 CNY in Bureau: a difference of -103.00.",
        "Assets:F01:Dollars stands at 0.00 USD in County and at 10.00 USD in Bureau: a difference of -10.00.",
        "Expenses:Desk:Village [F03] stands at 3.00 CNY in County and at 0.00 CNY in Bureau: a difference of 3.00.",
        "Expenses:F01:House stands at 1,207.50 CNY in County and at 7.00 CNY in Bureau: a difference of 1,200.50.",
        "Expenses:F01:Road stands at 0.00 CNY in County and at 1,100.50 CNY in Bureau: a difference of -1,100.50.",
        "Income:F01:In stands at 0.00 USD in County and at -10.00 USD in Bureau: a difference of 10.00.",
    ],
    "zh": [
        f"凭证 V-2 在 County 与 Bureau 中不一致：{WHAT['zh']}。",
        "凭证 V-3 在 County 与 Bureau 中不一致：凭证号 V-3 ≠ V-9。",
        "2015-02-03 的凭证 V-4（3.00 CNY）在 County 中有，在 Bureau 中没有。",
        "2015-02-06 的凭证 V-5（10.00 USD）在 Bureau 中有，在 County 中没有。",
        "Assets:F01:Bank 在 County 中余额为 -210.50 CNY，在 Bureau 中为 -107.50 CNY，相差 -103.00。",
        "Assets:F01:Dollars 在 County 中余额为 0.00 USD，在 Bureau 中为 10.00 USD，相差 -10.00。",
        "Expenses:Desk:Village [F03] 在 County 中余额为 3.00 CNY，在 Bureau 中为 0.00 CNY，相差 3.00。",
        "Expenses:F01:House 在 County 中余额为 1,207.50 CNY，在 Bureau 中为 7.00 CNY，相差 1,200.50。",
        "Expenses:F01:Road 在 County 中余额为 0.00 CNY，在 Bureau 中为 1,100.50 CNY，相差 -1,100.50。",
        "Income:F01:In 在 County 中余额为 0.00 USD，在 Bureau 中为 -10.00 USD，相差 10.00。",
    ],
}


def test_every_difference_is_said(hold: Hold) -> None:
    """By date; then the balances by account, with the fund where the name does not say it."""
    assert {language: said(differing(hold), language) for language in SAID} == SAID


VOUCHERS: Final = [
    ("differs", "V-2", "a.beancount:8", "2015-02-01", "F01", "1200.50 CNY", "1200.50", "1100.50", "100.00",
     "b.beancount:8: V-2"),
    ("differs", "V-3", "a.beancount:14", "2015-02-02", "F01", "7.00 CNY", "7.00", "7.00", "0.00",
     "b.beancount:13: V-9"),
    ("only-here", "V-4", "a.beancount:18", "2015-02-03", "F03", "3.00 CNY", "", "", "", ""),
    ("only-there", "V-5", "b.beancount:17", "2015-02-06", "F01", "10.00 USD", "", "", "", ""),
]  # fmt: skip

BALANCES: Final = [
    ("F01", "-103.00 CNY", "-210.50", "-107.50", "-103.00"),
    ("F01", "-10.00 USD", "0.00", "10.00", "-10.00"),
    ("F03", "3.00 CNY", "3.00", "0.00", "3.00"),
    ("F01", "1200.50 CNY", "1207.50", "7.00", "1200.50"),
    ("F01", "-1100.50 CNY", "0.00", "1100.50", "-1100.50"),
    ("F01", "10.00 USD", "0.00", "-10.00", "10.00"),
]

LONE: Final[dict[Language, str]] = {
    "en": "Find out which of the two is right, and why the other lacks it.",
    "zh": "请查明以哪一方为准，以及另一方缺少的原因。",
}
REMEDIES: Final[dict[str, dict[Language, str]]] = {
    "differs": {
        "en": "Compare with the voucher's documents; correct the one that is wrong by a reversal.",
        "zh": "请与原始凭证核对；错误的一方以红字冲销更正。",
    },
    "balance-differs": {
        "en": "The vouchers that differ account for it; settle these first.",
        "zh": "差额由上列不一致的凭证造成，请先逐笔查清。",
    },
    "only-here": LONE,
    "only-there": LONE,
}


def test_every_difference_is_recorded(hold: Hold, tmp_path: Path) -> None:
    """With its place on this side, the place on the other for evidence, and the arithmetic."""
    audit = differing(hold)
    found = [one.record("en") for one in audit.findings]
    compared = ("actual", "expected", "difference")
    vouchers = [
        (
            one["check"], one["voucher"], f"{one['file']}:{one['line']}", one["date"], one["fund"],
            f"{one['amount']} {one['unit']}", *(one[name] for name in compared), one["evidence"],
        )
        for one in found[:4]
    ]  # fmt: skip
    assert [tuple(text.replace(f"{tmp_path}/", "") for text in one) for one in vouchers] == VOUCHERS
    assert [
        (one["fund"], f"{one['amount']} {one['unit']}", *(one[name] for name in compared)) for one in found[4:]
    ] == BALANCES
    places = ("check", "file", "voucher", "date", "evidence")
    assert {tuple(one[name] for name in places) for one in found[4:]} == {("balance-differs", None, None, "", "")}
    assert {(one["severity"], one["use"], one["project"], *one["basis"]) for one in found} == {("error", "", "")}
    assert [one.remedies for one in audit.findings] == [REMEDIES[one.check] for one in audit.findings]
    assert [one.key for one in audit.findings[3:5]] == [(), ("Assets:F01:Bank", "F01", "CNY")]
    assert {(one.group, one.measure) for one in audit.findings} == {("", 0)}
    assert [one.voucher for one in audit.findings[:5]] == [2, 3, 4, 4, 0]
    assert len({one.fingerprint for one in audit.findings}) == len(audit.findings)


def test_what_was_compared_is_told(hold: Hold, tmp_path: Path) -> None:
    """The two sides with their days, and what only one of them says."""
    record = differing(hold).record("en")
    assert record["compared"] == {
        "here": {
            "title": "County", "path": str(tmp_path / "a.beancount"), "vouchers": 4, "first": "2015-01-05",
            "last": "2015-02-03",
        },
        "there": {
            "title": "Bureau", "path": str(tmp_path / "b.beancount"), "vouchers": 4, "first": "2015-01-05",
            "last": "2015-02-06",
        },
    }  # fmt: skip
    not_said = "only one of the two says it, so it was not compared: {}"
    assert record["cannot_prove"] == [
        {"kind": "not-said", "says": not_said.format(field), "checks": []} for field in ("bank reference", "project")
    ]
    assert record["checks_run"] == ["only-here", "only-there", "differs", "balance-differs", "record-differs"]
    assert (record["vouchers"], record["pages"], record["not_run"], record["files"]) == (8, [], [], [])
    in_chinese = differing(hold).record("zh")["cannot_prove"]
    assert [one["says"] for one in in_chinese] == ["仅一方载明，未作比对：银行流水号", "仅一方载明，未作比对：项目"]


def test_the_sides_in_print(hold: Hold) -> None:
    """With their titles, or their paths where both are called the same; one may be empty."""
    audit = differing(hold)
    assert (audit.title, audit.path.name) == ("County / Bureau", "a.beancount")
    assert audit.compared is not None
    assert audit.compared.here.line("en") == "County: 4 vouchers from 2015-01-05 to 2015-02-03"
    assert audit.compared.there.line("zh") == "Bureau：凭证 4 张，2015-01-05 至 2015-02-06"
    same = hold(SAME, "2015-01-01 open Assets:F01:Bank\n")
    assert same.compared is not None
    assert same.compared.there.line("en") == "b.beancount: no voucher"
    assert same.compared.there.line("zh") == "b.beancount：没有凭证"
    alike = hold(COUNTY + SAME, COUNTY + SAME)
    assert [part.rpartition("/")[2] for part in alike.title.split(" / ")] == ["a.beancount", "b.beancount"]
    assert alike.findings == ()


def test_what_differs_in_few_things_is_said_without_more(hold: Hold) -> None:
    """Four are told one by one; what one side does not say is a dash."""
    here, there = (
        SAME + f'2015-02-01 * {payee} "x"\n  voucher: "V-2"\n  doc: {doc}\n  Assets:F01:{one}  {amount} CNY\n'
        f"  Assets:F01:{other}\n"
        for payee, doc, one, other, amount in (('"甲"', '"1"', "A", "B", 1), ('""', '""', "A", "B", 2))
    )
    (differs, *_) = hold(here, there).findings
    assert differs.messages["en"] == (
        "Voucher V-2 is not the same in a.beancount and in b.beancount: payee 甲 ≠ –; document 1 ≠ –; "
        "Assets:F01:A 1.00 ≠ 2.00 CNY; Assets:F01:B -1.00 ≠ -2.00 CNY."
    )
    assert ": payee – ≠ 甲; document – ≠ 1; Assets" in hold(there, here).findings[0].messages["en"]


def test_an_account_is_called_as_its_own_side_calls_it(hold: Hold) -> None:
    """Where only one has it, by that one; where both have it, by this one; amounts at the decimals of the unit."""
    here, there = (
        f'2015-02-01 * "x"\n  voucher: "V-2"\n  Expenses:F01-{name}:0601-{name}  1.00{fen} CNY\n'
        f"  Assets:F01-{name}:{bank}-{name}\n"
        for name, bank, fen in (("Here", "1001", "1"), ("There", "1002", ""))
    )
    (differs, *balances) = hold(here, there + '2015-01-01 * "乙" "y"\n').findings[1:]
    assert differs.messages["en"].partition(": ")[2] == (
        "Assets:F01-Here:1001-Here -1.001 ≠ 0.000 CNY; Assets:F01-There:1002-There 0.000 ≠ -1.000 CNY; "
        "Expenses:F01-Here:0601-Here 1.001 ≠ 1.000 CNY."
    )
    assert [one.messages["zh"].partition(" ")[0] for one in balances] == [
        "Assets:F01-Here:1001-Here", "Assets:F01-There:1002-There", "Expenses:F01-Here:0601-Here",
    ]  # fmt: skip


def test_a_voucher_that_moves_nothing(hold: Hold) -> None:
    """Has no unit; held against one that moves something it has that one's."""
    nothing = '2015-02-01 * "甲" "x"\n  voucher: "V-2"\n'
    lone = hold(SAME + nothing, SAME).findings[0]
    assert lone.messages["en"] == "Voucher V-2 of 2015-02-01, 0.00, is in a.beancount and not in b.beancount."
    assert (lone.unit, lone.amount) == ("", 0)
    moves = nothing + "  Expenses:F01:House  7.00 USD\n  Assets:F01:Bank\n"
    for here, there, actual, expected in ((nothing, moves, "0.00", "7.00"), (moves, nothing, "7.00", "0.00")):
        differs = hold(SAME + here, SAME + there).findings[0]
        assert (differs.unit, differs.actual, differs.expected) == ("USD", actual, expected)


def test_one_kind_of_difference(hold: Hold) -> None:
    """Can be asked for, and what is none of the four cannot."""
    audit = hold(SAME + PAID, SAME + TOLD, only=("only-there", "differs"))
    assert [one.check for one in audit.findings] == ["differs", "differs", "only-there"]
    assert audit.checks_run == ("only-there", "differs")
    with pytest.raises(UsageError) as caught:
        hold(SAME, SAME, only=("differs", "unlike"))
    known = ", ".join(NAMES)
    assert (caught.value.key, caught.value.details) == ("difference-unknown", {"name": "unlike", "known": known})


def test_a_fund_or_days_of_two_ledgers(hold: Hold) -> None:
    """A fund that either has; the rest is counted, and a fund that neither has is named with those that there are."""
    audit = hold(SAME + PAID, SAME + TOLD, extent=Extent(("F03",), date(2015, 2, 3)))
    assert [one.check for one in audit.findings] == ["only-here", "balance-differs"]
    assert len(audit.left_out) == 8
    for here, there in ((SAME + PAID, SAME), (SAME, SAME + PAID)):
        assert len(hold(here, there, extent=Extent(("F03",))).findings) == 2
    with pytest.raises(UsageError) as caught:
        hold(SAME + PAID, SAME, extent=Extent(("F01", "F02")))
    assert (caught.value.key, caught.value.details) == ("check-fund", {"fund": "F02", "known": "F01, F03"})


def test_what_is_wrong_with_either_ledger_stands_first(hold: Hold) -> None:
    """Who was read in part cannot be compared as a whole."""
    audit = hold(SAME + BROKEN, SAME + BROKEN)
    assert [(one.check, one.subject.content) for one in audit.findings] == [
        ("ledger-problem", "a.beancount"), ("ledger-problem", "b.beancount"),
    ]  # fmt: skip


UNNUMBERED: Final = '2015-0{0}-01 * "x"\n  Expenses:F01:House  {1} CNY\n  Assets:F01:Bank\n'


def test_what_has_no_number_is_said_so(hold: Hold) -> None:
    """Under the voucher's place, of the ledgers that have none."""
    audit = hold(UNNUMBERED.format(1, 5) + UNNUMBERED.format(2, 6), UNNUMBERED.format(1, 5))
    (lone, *_) = audit.findings
    assert lone.messages == {
        "en": "Voucher without a number of 2015-02-01, 6.00 CNY, is in a.beancount and not in b.beancount.",
        "zh": "2015-02-01 的凭证 （无号）（6.00 CNY）在 a.beancount 中有，在 b.beancount 中没有。",
    }
    assert audit.limits == ()


def test_numbers_that_have_nothing_in_common(hold: Hold) -> None:
    """Are no difference, and that is told."""
    audit = hold(SAME, SAME.replace("V-1", "7"))
    assert audit.findings == ()
    assert [one.record("zh") for one in audit.limits] == [
        {"kind": "numbers", "says": "双方凭证编号方式不同，仅按日期、科目和金额比对", "checks": []}
    ]
    assert hold(SAME, SAME.replace("2015", "2016")).limits == ()


def test_a_number_that_changed(hold: Hold) -> None:
    """Is a difference where others agree by number, whatever stands between; where none is, none can change."""
    sand = '2015-02-02 * "乙" "sand"\n  voucher: "{}"\n  Expenses:F01:House  7.00 CNY\n  Assets:F01:Bank\n'
    for between in ("", UNNUMBERED.format(2, 6)):
        audit = hold(SAME + between + sand.format("V-3"), SAME + between + sand.format("V-9"))
        assert said(audit, "en") == ["Voucher V-3 is not the same in a.beancount and in b.beancount: number V-3 ≠ V-9."]
        assert audit.limits == ()
    unnumbered = sand.replace('  voucher: "{}"\n', "")
    assert hold(SAME + sand.format("V-3"), SAME + unnumbered).findings == ()
    strange = hold(UNNUMBERED.format(2, 6) + SAME, UNNUMBERED.format(2, 6) + SAME.replace("V-1", "7"))
    assert (strange.findings, [one.kind for one in strange.limits]) == ((), ["numbers"])


@pytest.mark.parametrize(
    ("only", "field"),
    [
        ('  doc: "桂1号"\n', "document"), ('"省厅" ', "payee"), ('  voucher: "V-1"\n', ""),
        ('  bank-ref: "R1"\n', "bank reference"), ('  project: "P1"\n', "project"),
    ],
)  # fmt: skip
def test_what_one_side_does_not_say_is_no_difference(hold: Hold, only: str, field: str) -> None:
    """Whichever of the two it is; it is told, but for the number, without which vouchers are compared as well."""
    full = SAME.replace("  Assets", '  bank-ref: "R1"\n  project: "P1"\n  Assets')
    for audit in (hold(full, full.replace(only, "")), hold(full.replace(only, ""), full)):
        assert audit.findings == ()
        assert [one.says["en"].partition(": ")[2] for one in audit.limits] == ([field] if field else [])


def test_a_ledger_that_holds_nothing(hold: Hold) -> None:
    """Lacks every voucher of the other; of two that hold nothing no fund is known."""
    empty = '2014-01-01 custom "fund" "F01"\n'
    assert [one.check for one in hold(empty, SAME).findings] == ["only-there", "balance-differs", "balance-differs"]
    assert hold(SAME, empty).findings[0].check == "only-here"
    for text, known in ((empty, "–"), (SAME + UNNUMBERED.format(2, 6).replace("F01:House", "Desk"), "F01")):
        with pytest.raises(UsageError) as caught:
            hold(text, text, extent=Extent(("F02",)))
        assert caught.value.details == {"fund": "F02", "known": known}


def test_what_a_voucher_moves_is_a_sum(hold: Hold) -> None:
    """By account: in how many lines it stands is no difference, nor what comes to nothing."""
    parts = "3.00 CNY\n  Expenses:F01:House  2.00 CNY\n  Expenses:F01:Road  1.00 CNY\n  Expenses:F01:Road  -1.00 CNY\n"
    one = UNNUMBERED.format(1, "5.00")
    assert hold(one, one.replace("5.00 CNY\n", parts)).findings == ()


def test_a_finer_unit_is_compared_exactly(hold: Hold) -> None:
    """At the finer scale of the two, whichever side writes it."""
    coarse, fine = (UNNUMBERED.format(1, amount) for amount in ("5.00", "5.0001"))
    for here, there, difference in ((coarse, fine, "-0.0001"), (fine, coarse, "0.0001")):
        found = hold(here, there).findings
        assert [one.check for one in found] == ["only-here", "only-there", "balance-differs", "balance-differs"]
        assert [one.difference for one in found if one.check == "balance-differs"][1] == difference
        assert {one.scale for one in found} == {4}
    told = "5.0000 CNY in a.beancount and at 5.0001 CNY in b.beancount: a difference of -0.0001."
    assert hold(coarse, fine).findings[3].messages["en"].endswith(told)

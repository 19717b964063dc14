"""Registers at the desk: what is replaced, restored, listed and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from books import small_book
from contracts import CARD, OLD_CARD, contract, enter, file_of, full
from fundtrack.errors import messages
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Say


def test_a_replaced_row_and_a_restored_one_are_said_at_the_desk(say: Say, tmp_path: Path) -> None:
    """In the language of the desk, with the bureau's names of columns; and an area with its decimals."""
    book = small_book(tmp_path / "book")
    enter(book, "a", contract())
    path = file_of(book, "b", [contract(amount="30,000.00")])
    row = ["H1", "韦某一", CARD, "危房改造", "否", "3", "98.5", "2015-03-10", "2015-03-10", ""]
    header = [
        "户编号",
        "姓名",
        "身份证号码",
        "补助类别",
        "是否建档立卡",
        "家庭人口",
        "住房面积",
        "审批日期",
        "享受起始日期",
        "一卡通账号",
    ]
    roster = file_of(book, "c", [row], header=header)
    book.engine.dispose()
    told = say("import", str(path), "--book", "book", "--lang", "zh").out
    assert "1 行替换了原来有效的记录" in told
    assert "contract 1 → contract 2: 金额: 300.00 → 30,000.00" in told
    assert say("register", "withdraw", "contract", "2", "--book", "book").code == 0
    again = say("import", str(path), "--book", "book", "--lang", "zh").out
    assert [line.split() for line in again.splitlines() if "不再有效" in line] == [["已不再有效", "1", "30,000.00"]]
    assert "contract 4" in say("register", "restore", "contract", "2", "--book", "book").out
    assert say("register", "restore", "contract", "2", "--book", "book").code == 2
    say("import", str(roster), "--book", "book")
    assert say("register", "show", "recipient", "--book", "book", "--format", "json").json[0]["area"] == "98.50"
    assert " 98.5 " in say("register", "show", "recipient", "--book", "book").out


def test_the_registers_are_listed_and_shown(say: Say, tmp_path: Path) -> None:
    """What holds, of one key, and with what holds no more; numbers of persons masked, in both languages."""
    book = small_book(tmp_path / "book")
    full(book)
    book.engine.dispose()
    listed = {one["name"]: one for one in say("register", "list", "--book", "book", "--format", "json").json}
    assert listed.keys() == REGISTERS.keys()
    assert max(len(one["title"]) for one in listed.values()) < 140
    assert [listed["contract"][name] for name in ("held", "entries", "file")] == [2, 5, ""]
    assert [listed["payroll"][name] for name in ("held", "entries", "file")] == [1, 1, "c.csv"]
    assert [listed["death"][name] for name in ("held", "entries", "recorded_at", "file")] == [0, 0, "", ""]
    shown = say("register", "show", "contract", "--book", "book", "--all", "--format", "json").json
    assert [(one["seq"], one["contract"], one["amount"], one["status"]) for one in shown] == [
        (1, "HT-1", "300.00", "held"), (2, "HT-2", "300.00", "replaced"), (3, 'HT"3\\', "300.00", "replaced"),
        (4, "HT-2", "-5.00", "held"), (5, 'HT"3\\', "300.00", "withdrawn"),
    ]  # fmt: skip
    table = say("register", "show", "contract", "--book", "book", "--key", "HT-2", "--lang", "zh").out
    assert "合同编号" in table
    assert "-5.00" in table
    assert "HT-1" not in table
    for key in (CARD, OLD_CARD, f"{CARD[:6]}********{CARD[-4:]}"):
        answer = say("register", "show", "payroll", "--book", "book", "--key", key)
        assert f"{CARD[:6]}********{CARD[-4:]}" in answer.out
        assert CARD not in answer.out
        assert "#" not in answer.out
    assert say("register", "show", "payroll", "--book", "book", "--key", "1", "--format", "json").json == []
    assert say("register", "show", "payroll", "--book", "book", "--format", "csv").out.startswith("seq,person,name,")
    assert say("register", "show", "people", "--book", "book").code == 2
    assert say("register", "withdraw", "contract", "1", "--book", "book", "--lang", "zh").out.startswith(
        "contract 1 已撤销"
    )
    assert say("register", "withdraw", "contract", "1", "--book", "book").code == 2


def test_every_column_is_named_in_both_languages() -> None:
    """For people; and none is called as what is shown beside it."""
    columns = {name for one in REGISTERS.values() for name in one.fields}
    assert not {f"column-{name}" for name in columns} - messages().keys()
    assert not columns & {"register", "seq", "unit", "status", "file", "sheet", "row", "recorded_at", "recorded_by"}

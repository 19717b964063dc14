"""What a clerk in China reads at a terminal: no English word left where the bureau has its own."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from books import CHART
from commands import PAYMENTS, payments_file
from quotas import controlled

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Say
    from shelf import Shelf

ENGLISH: Final = re.compile(
    r"\b(central|county|region|earmarked|pooled|cash|True|False|warn|error|disbursement|transfer|use)\b"
)


@pytest.mark.parametrize("order", [("chart", "show"), ("finding", "list"), ("sample", "--size", "2", "--seed", "s")])
def test_a_table_has_no_code_word(say: Say, book: Path, order: tuple[str, ...]) -> None:
    """Levels, regimes, kinds, severities, yes and no."""
    assert say("--book", book, "check", "--by", "审计").code in {0, 1}
    answer = say("--book", book, *order, "--lang", "zh")
    assert answer.code == 0, answer.err
    assert answer.out.strip()
    assert not ENGLISH.findall(answer.out)


def test_what_is_lacking_is_said_in_the_bureaus_words(say: Say, book: Path) -> None:
    """The kind of a voucher; an amount in 万元 is read as `sample` reads it."""
    lacking = say("--book", book, "post", "--fund", "F01", "--lang", "zh")
    assert lacking.code == 2
    assert "“支付”凭证还须给出" in lacking.err
    paid = say("--book", book, "post", "--fund", "F01", "--use", "0601", "--payee", "某公司", "--amount", "0.1万元",
               "--date", "2015-03-01", "--format", "json")  # fmt: skip
    assert paid.code == 0, paid.err
    assert say("--book", book, "show", *paid.json["vouchers"], "--format", "json").out.count("1000.00") > 0


def test_a_waiting_row_and_a_finding_are_called_so(say: Say, book: Path, tmp_path: Path) -> None:
    """The row of the quarantine by its number; amounts as people write them, none where there is none."""
    assert say("--book", book, "import", payments_file(tmp_path)).code == 1
    head = say("--book", book, "quarantine", "list", "--lang", "zh").out.splitlines()[0]
    assert head.split()[0] == "行编号"
    assert "name" in say("--book", book, "quarantine", "list", "--format", "json").json[0]
    listed = say("--book", book, "finding", "list", "--lang", "zh").out
    assert not re.search(r"\s0\.00\s|\d{4,}\.\d\d\b", listed)


def test_findings_of_several_imports_are_told_apart(say: Say, book: Path, tmp_path: Path) -> None:
    """By file and batch in the list; a written explanation settles one of them as its remedy says, confirmed or not."""
    for month in ("1", "2"):
        text = PAYMENTS.replace("2015-04-0", f"2015-0{month}-0").replace("1268000.00", "9999.00")
        (tmp_path / f"{month}月.csv").write_text(text, "gb18030")
        say("--book", book, "import", tmp_path / f"{month}月.csv")
    assert say("--book", book, "check", "--only", "import-total-differs", "--by", "审计").code == 1
    order = ("--book", book, "finding")
    listed = say(*order, "list", "--check", "import-total-differs", "--lang", "zh").out
    assert "1月.csv · 批次 1" in listed
    assert "2月.csv · 批次 2" in listed
    by = ("--reason", "原表合计写错", "--document", "情况说明1号", "--by", "王局长", "--side", "bureau")
    assert say(*order, "confirm", "1", *by).code == 0
    assert "finding dismiss" in say(*order, "show", "1", "--lang", "zh").out
    assert say(*order, "dismiss", "1", *by).code == 0


def test_what_is_asked_in_chinese_is_answered_in_it(say: Say, book: Path, tmp_path: Path) -> None:
    """Who does what is to be done, what a check lacks, the columns that were read; a refusal is Chinese first."""
    zh = ("--lang", "zh", "--book", book)
    limits = say(*zh, "check", "--by", "审计").out
    assert not re.search("没有一条记录载明[a-z]", limits)
    assert "处理方：财政部门" in say(*zh, "todo").out
    for language, first in (("zh", "没有"), ("en", "There is")):
        assert say("--lang", language, "--book", book, "show", "F01-2015-000099").err.startswith(first)
    page = tmp_path / "spend.csv"
    page.write_text("Cleared Date,Vendor,Doc No,Amount,Purpose\n14-Sep-15,Homes,1309-2,1.00,Rent\n", "utf-8")
    (tmp_path / "pounds.beancount").write_text(CHART.replace("CNY", "GBP"), "utf-8")
    made = say("init", tmp_path / "pounds", "--chart", tmp_path / "pounds.beancount", "--document", "1号", "--by", "li")
    assert made.code == 0, made.err
    zh = ("--lang", "zh", "--book", tmp_path / "pounds")
    read = say(*zh, "import", "--dry-run", page, "--fund", "F01", "--use", "0601")
    assert "所读各列：日期 = Cleared Date；" in read.out, read


WRITTEN: Final = """\
post --kind transfer-received --fund F01 --amount 3000 --date 2015-01-05
quota receive --fund F01 --amount 3000 --document 文1 --date 2015-01-05
quota allot F01-Q00001 --use 0601 --project P01 --amount 2500 --document 文2 --date 2015-01-10
post --fund F01 --use 0601 --project P01 --amount 100 --payee 甲公司 --quota F01-Q00002 --date 2015-02-01
return-payment F01-2015-000004 --amount 40 --reason 账号错 --date 2015-02-02
reverse F01-2015-000005 --reason 录错 --date 2015-02-02
commit F01-Q00002 --amount 10 --contract HT-1 --change 变1 --payee 甲公司 --document 文3 --date 2015-02-03
"""


def test_what_the_program_writes_is_in_the_language_of_the_book(shelf: Shelf, say: Say) -> None:
    """A chart whose accounts have English roots makes nothing of a Chinese book's record English; kinds are words."""
    with shelf.book("sqlite", controlled(date(2015, 1, 1))) as made:
        settings = made.folder / "fundtrack.toml"
        settings.write_text(settings.read_text("utf-8").replace('"en"', '"zh"'), "utf-8")
        for act in WRITTEN.splitlines():
            answer = say(*act.split(), "--by", "出纳", "--book", made.folder)
            assert answer.code == 0, (act, answer.err)
        shown = "".join(say("show", f"F01-2015-00000{at}", "--book", made.folder).out for at in (5, 6, 7))
        for said in ("F01-2015-000004 银行退票：账号错", "冲销 F01-2015-000005：录错", "HT-1 变更 变1"):
            assert said in shown, shown
        answer = say("rebook", "F01-2015-000007", "--wrong", "record", "--project", "P01", "--document", "文4",
                     "--by", "出纳", "--book", made.folder)  # fmt: skip
        assert "F01-2015-000007 的类型为“合同占用”，不能改列" in answer.err, answer.err

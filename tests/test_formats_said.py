"""What `formats new` says beside its page: a command that works as it stands, and nothing of a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import commands
from fundtrack.errors import FormatError
from unknown import INSTALLED, desk

if TYPE_CHECKING:
    from commands import Say


def test_what_is_advised_works_as_it_stands(book: Path, say: Say) -> None:
    """Where several pages recognise a file, the command names the one that fits; a list of payments is no budget."""
    commands.payments_file(Path.cwd())
    page = next(page for page in INSTALLED if page.name == "treasury-payment").path.read_text("utf-8")
    (book / "importers" / "another.md").write_text(page.replace("# treasury-payment", "# another"), "utf-8")
    after = say("formats", "new", "payments.csv", "--book", book, "--format", "json").json[0]["next"]
    assert after.startswith("fundtrack import --dry-run --as ")
    assert say(*after.split()[1:], "--book", book).code < 2
    Path("council.csv").write_text("id,paid_by,date,amount,paid_to\n1,A Council,2010-01-01,898.64,B plc\n", "utf-8")
    assert [one.page for one in desk("GBP").known(Path("council.csv"))] == ["uk-spend"]


def test_no_number_of_a_person_is_shown_to_choose_from(tmp_path: Path) -> None:
    """What may be chosen is shown by its cells; a telephone is masked, in a column of its own or in a text."""
    path = tmp_path / "list.csv"
    path.write_text("名,联系电话,邮箱,备注,金额\n甲,13800000001,wei@example.cn,找13900000002,5.00\n", "utf-8")
    shown = str([point.choices for point in desk().propose(path, {}).open])
    assert "*******0001" in shown
    assert not [one for one in ("13800000001", "13900000002", "wei@") if one in shown]


@pytest.mark.parametrize(
    ("header", "answers", "quota"),
    [
        ("文号,下达日期,资金名称,指标金额", {}, True),
        ("文号,下达日期,预算单位,下达金额（元）", {}, True),
        ("文号,下达日期,资金名称,指标金额", {"amount": "指标金额"}, False),
        ("指标文号,下达日期,收款单位,指标金额", {}, False),
        ("指标文号,下达日期,资金名称,金额", {}, False),
    ],
)
def test_a_list_of_quota_is_told_from_one_of_payments(
    tmp_path: Path,
    header: str,
    answers: dict[str, str],
    quota: bool,  # noqa: FBT001
) -> None:
    """By the name of its amounts where nobody is paid; the page that reads it is named, and a person knows better."""
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\n示例〔2015〕1号,2015-03-01,甲,1.50\n示例〔2015〕2号,2015-03-02,乙,2.00\n", "utf-8")
    if not quota:
        assert desk().propose(path, answers).value("date") == "下达日期"
        return
    with pytest.raises(FormatError, match="quota-documents") as refused:
        desk().propose(path, answers)
    assert refused.value.key == "new-quota"


@pytest.mark.parametrize(
    ("header", "became", "answers", "result"),
    [
        ("处理日期,收款方名称,收款账号,金额（元）,处理状态", "处理成功 处理失败", {}, True),
        ("处理日期,收款方名称,收款账号,金额（元）,代发结果", "成功 退票", {}, True),
        ("处理日期,收款方名称,收款账号,金额（元）,处理状态", "处理成功 处理成功", {}, True),
        ("处理日期,收款方名称,收款账号,金额（元）,处理状态", "处理成功 处理失败", {"status": "处理状态"}, False),
        ("付款日期,收款方名称,收款账号,金额（元）,支付状态", "已支付 已作废", {}, False),
        ("付款日期,收款方名称,用途,金额（元）,支付状态", "支付成功 支付失败", {}, False),
        ("付款日期,收款方名称,收款账号,金额（元）,处理状态,余额", "处理成功 处理失败", {}, False),
    ],
)
def test_what_a_bank_answers_for_a_batch_is_told_from_payments(
    tmp_path: Path,
    header: str,
    became: str,
    answers: dict[str, str],
    result: bool,  # noqa: FBT001
) -> None:
    """By words of success and failure beside accounts: a page of payments would pay the batch again."""
    path, (one, other) = tmp_path / "list.csv", became.split()
    rows = f"2015-07-12,甲,示例甲,1.50,{one},9.00\n2015-07-12,乙,示例乙,2.00,{other},7.00\n"
    path.write_text(f"{header}\n{rows}", "utf-8")
    if not result:
        assert desk().propose(path, answers).value("status") == header.split(",")[4]
        return
    with pytest.raises(FormatError, match="one-card-result") as refused:
        desk().propose(path, answers)
    assert refused.value.key == "new-result"


@pytest.mark.parametrize(
    ("title", "column", "currency"),
    [
        ("", "Net (GBP)", "GBP"),
        ("", "Amount in EUR", "EUR"),
        ("", "金额（港币）", "HKD"),
        ("境外采购付款表（单位：美元）", "金额", "USD"),
        ("", "Amount (CNY)", "CNY"),
        ("单位：田东县财政局", "金额", "book"),
    ],
)
def test_the_currency_that_a_name_or_a_title_says_is_the_files(
    tmp_path: Path, title: str, column: str, currency: str
) -> None:
    """Taken for the book's, pounds would be posted as yuan; where it is the book's, it says the unit."""
    path = tmp_path / "list.csv"
    lines = [f"Date,Supplier,{column}", "2015-06-01,A plc,12500.00", "2015-06-02,B plc,99.10"]
    path.write_text("\n".join([title, *lines] if title else lines), "utf-8")
    proposal = desk().propose(path, {})
    assert proposal.value("currency") == currency
    assert ("unit" in {point.topic for point in proposal.open}) == (currency == "book")

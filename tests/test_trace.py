"""Lineage: each payment up to the root document of its money, each document down to what was paid of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from clerk import after, before_a_book, run
from fundtrack.book.documents import papers
from fundtrack.posting.documents import entered
from quotas import CHART, controlled
from shelf import ENGINES
from test_pooling import POOL, prepare
from test_pooling import TEXT as POOLS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from fundtrack.book import Book
    from shelf import Shelf

OWNER: Final = """
2014-01-01 custom "intermediary" "安居公司"
  project: "P01"
  role: "owner"
2014-01-01 custom "fund" "F05"
  name: "Plain"
  name-zh: "未控"
  department: "财政局"
  level: "county"
  regime: "earmarked"
  authority: "县5号"
2014-01-01 open Assets:F05-Plain:1001-Bank CNY
  bank: "B01"
2014-01-01 open Equity:F05-Plain:3001-Balance CNY
2014-01-01 open Income:F05-Plain:4001-Transfers-received CNY
2014-01-01 open Expenses:F05-Plain:0501-Office CNY
  authority: "县5号"
"""
"""A company to which money is advanced, and a fund that is under no quota control."""

CYCLE: Final = r"""
document enter 财农1号 --level central --date 2014-12-20 --amount 1500
document receive 县1号 --fund F01 --amount 1000 --level county --date 2015-01-10 --upper 财农1号 --use 0601=700 \
    --project P01
post --kind transfer-received --fund F01 --amount 1000 --date 2015-01-12 --document 县1号
quota supplement F01-Q00001 --amount 50 --document 县2号 --date 2015-01-20
quota allot F01-Q00001 --use 0602 --amount 200 --document 县3号 --date 2015-01-21
quota adjust F01-Q00003 --to F01-Q00002 --amount 30 --document 县4号 --date 2015-01-22
commit F01-Q00002 --amount 500 --contract HT-1 --payee 甲<b>公司 --date 2015-02-01
apply F01-Q00002 --amount 300 --payee 甲<b>公司 --contract HT-1 --date 2015-03-01
approve 1 --date 2015-03-01 --by wang
pay F01-2015-000008 --amount 180 --date 2015-03-05
pay F01-2015-000008 --amount 100 --date 2015-03-06
post --kind refund --original F01-2015-000009 --amount 40 --date 2015-03-20
reverse F01-2015-000010 --reason 退票 --date 2015-03-21
post --fund F01 --amount 60 --payee 安居公司 --project P01 --quota F01-Q00002 --date 2015-04-01
post --kind verification --original F01-2015-000013 --use 0601 --amount 25 --date 2015-04-02
quota cut F01-Q00001 --amount 20 --document 县6号 --date 2015-05-01
"""
PAID: Final = "F01-2015-000009"


@pytest.fixture(params=ENGINES)
def book(shelf: Shelf, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, say: Say) -> Iterator[Book]:
    """Give a book in which money went all the ways there are within a year, on each engine."""
    with after(CYCLE, shelf, request.param, controlled(date(2015, 1, 1), CHART + OWNER), monkeypatch, say) as made:
        yield made


def traced(say: Say, subject: str) -> dict[str, Any]:
    """Return the lineage of a subject."""
    found = say("trace", subject, "--format", "json")
    assert found.code == 0, found
    return dict(found.json)


def paths(nodes: list[dict[str, Any]], direction: str, way: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return every way through a tree to its ends, by the names of its nodes."""
    found = []
    for node in nodes:
        here = (*way, node["name"])
        found += paths(node[direction], direction, here) or [here]
    return found


def every(nodes: list[dict[str, Any]], direction: str) -> Iterator[dict[str, Any]]:
    """Yield every node of a tree."""
    for node in nodes:
        yield node
        yield from every(node[direction], direction)


def figures(found: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Return amount and left of each node below, by its name."""
    return {node["name"]: (node["amount"], node["left"]) for node in every(found["below"], "below")}


def test_a_payment_leads_up_to_the_root_document(book: Book, say: Say) -> None:
    """By its application, contract, line and document; what was adjusted or supplemented came by others, once."""
    found = traced(say, PAID)
    assert paths(found["above"], "above") == [
        ("F01-2015-000008", "HT-1", "F01-Q00002", "F01-Q00001", "县1号", "财农1号"),
        ("F01-2015-000008", "HT-1", "F01-Q00002", "F01-Q00001", "县2号"),
        ("F01-2015-000008", "HT-1", "F01-Q00002", "F01-Q00003", "F01-Q00001"),
    ]
    assert (found["resolved"], found["roots"]) == (False, ["财农1号", "县2号"])
    assert (found["subject"]["amount"], found["subject"]["left"]) == ("180.00", "140.00")
    assert [(node["name"], node["kind"], node["amount"]) for node in found["below"]] == [
        ("F01-2015-000011", "refund", "-40.00")
    ]
    assert say("document", "enter", "县2号", "--level", "central", "--date", "2015-01-19").code == 0
    assert traced(say, PAID)["resolved"]
    for follows, original in (("F01-2015-000011", PAID), ("F01-2015-000012", "F01-2015-000010"),
                              ("F01-2015-000014", "F01-2015-000013")):  # fmt: skip
        above = traced(say, follows)
        assert (above["above"][0]["name"], above["resolved"]) == (original, True)
    with book.reading() as connection:
        payments = connection.exec_driver_sql("SELECT COUNT(*) FROM voucher WHERE kind IN ('disbursement', 'advance')")
        assert payments.scalar_one() == 4


def test_a_document_leads_down_to_what_was_paid(book: Book, say: Say) -> None:
    """Every sum is that of the book, and nothing that came of it is left out."""
    found = traced(say, "财农1号")
    below = figures(found)
    assert below == {
        "县1号": ("1000.00", "0.00"),
        "F01-Q00001": ("1030.00", "130.00"),
        "F01-Q00002": ("730.00", "170.00"),
        "F01-Q00003": ("170.00", "170.00"),
        "HT-1": ("500.00", "240.00"),
        "F01-2015-000008": ("300.00", "120.00"),
        PAID: ("180.00", "140.00"),
        "F01-2015-000010": ("100.00", "0.00"),
        "F01-2015-000011": ("-40.00", None),
        "F01-2015-000012": ("-100.00", None),
        "F01-2015-000013": ("60.00", "35.00"),
        "F01-2015-000014": ("25.00", None),
        "F01-2015-000006": ("30.00", None),
        "F01-2015-000003": ("1000.00", None),
    }
    lines = {one["quota"]: one for one in say("quota", "list", "--format", "json").json}
    assert lines["F01-Q00001"]["unallotted"] == below["F01-Q00001"][1]
    assert lines["F01-Q00002"]["committed"] == below["HT-1"][1]
    with book.reading() as connection:
        spent = connection.exec_driver_sql(
            "SELECT SUM((1 - 2 * e.red) * e.amount) FROM entry AS e WHERE e.credit = '1001' AND e.unit = 'CNY'"
        ).scalar_one()
    paid = [node for node in every(found["below"], "below") if node["kind"] in {"disbursement", "advance"}]
    reds = [node for node in every(found["below"], "below") if node["amount"].startswith("-")]
    assert round(sum(float(node["amount"]) for node in (*paid, *reds)) * 100) == spent
    (share,) = [node for node in found["below"][0]["below"] if node["name"] == "F01-Q00001"]
    assert (share["amount"], share["left"], share["fed"], len(share["below"])) == ("1000.00", None, True, 1)
    for document, amount in (("县2号", "50.00"), ("县6号", "-20.00")):  # the line has more givers: no tree of one
        assert figures(traced(say, document)) == {"F01-Q00001": (amount, None)}


@pytest.mark.usefixtures("book")
def test_a_year_later_it_is_still_the_same_money(say: Say) -> None:
    """What was carried over leads up to the same root, and its commitments are those of the old line no more."""
    run(say, "pay F01-2015-000008 --date 2015-06-01\nquota carry F01-Q00002 --document 县9号\n"
             "quota reclaim F01-Q00003 --amount 170 --document 县10号 --date 2015-12-31")  # fmt: skip
    below = traced(say, "县1号")
    names = [node["name"] for node in every(below["below"], "below")]
    assert names.count("F01-Q00004") == 1
    contracts = {(node["left"], node.get("share")) for node in every(below["below"], "below") if node["name"] == "HT-1"}
    assert contracts == {("0.00", True), ("240.00", True)}  # of each line its own part, and said to be that
    assert "share" not in traced(say, "HT-1")["subject"]
    for language, told in (("en", "this line's part"), ("zh", "仅本指标")):
        assert told in say("trace", PAID, "--lang", language).out
        assert told not in say("trace", "HT-1", "--lang", language).out.splitlines()[2]
    assert ("F01-Q00004", "F01-Q00002", "F01-Q00001", "县1号", "财农1号") in paths(
        [{**traced(say, "F01-Q00004")["subject"], "above": traced(say, "F01-Q00004")["above"]}], "above"
    )
    assert traced(say, "F01-2016-000001")["above"][0]["name"] == "F01-Q00002"
    reclaimed = [node for node in every(below["below"], "below") if node["kind"] == "reclaim"]
    assert [node["amount"] for node in reclaimed] == ["170.00"]


@pytest.mark.usefixtures("book")
def test_a_contract_leads_to_all_that_is_under_it(say: Say, tmp_path: Path) -> None:
    """By line: what was bound, with changes, applied for, approved, paid, returned, carried over, and what waits."""
    run(say, "commit F01-Q00002 --amount 10 --contract HT-1 --change 2 --payee 甲<b>公司 --date 2015-05-02\n"
             "pay F01-2015-000008 --date 2015-06-01\nreturn-payment F01-2015-000017 --reason 退票 --date 2015-06-02\n"
             "pay F01-2015-000018 --date 2015-06-03\n"
             "post --fund F01 --use 0602 --amount 3 --payee 乙 --quota F01-Q00003 --contract HT-1 --date 2015-06-04\n"
             "quota carry F01-Q00002 --document 县9号\n"
             "post --kind refund --original F01-2015-000020 --payee 乙 --amount 1 --date 2016-01-20\n"
             "apply F01-Q00004 --amount 5 --payee 甲<b>公司 --contract HT-1 --date 2016-02-01")  # fmt: skip
    found = traced(say, "HT-1")
    assert (found["subject"]["node"], found["subject"]["amount"], found["subject"]["left"]) == (
        "contract", "510.00", "250.00",
    )  # fmt: skip
    lines = {line["name"]: (line["amount"], line["left"], line.get("unbound")) for line in found["below"]}
    assert lines == {"F01-Q00002": ("510.00", "0.00", None), "F01-Q00003": (None, None, True),
                     "F01-Q00004": ("250.00", "250.00", None)}  # fmt: skip
    assert [(node["name"], node["kind"] or node["node"], node["amount"], node.get("said"))
            for node in every(found["below"], "below") if node["node"] != "quota"] == [
        ("F01-2015-000007", "commitment", "500.00", None),
        ("F01-2015-000008", "application", "300.00", None),
        ("F01-2015-000009", "disbursement", "180.00", None),
        ("F01-2015-000011", "refund", "-40.00", None),
        ("F01-2015-000010", "disbursement", "100.00", None),
        ("F01-2015-000012", "reversal", "-100.00", None),
        ("F01-2015-000017", "disbursement", "120.00", None),
        ("F01-2015-000018", "returned-payment", "-120.00", None),
        ("F01-2015-000019", "disbursement", "120.00", None),
        ("F01-2015-000016", "commitment", "10.00", "Change 2 of HT-1"),
        ("F01-2015-000022", "carry-over", "250.00", None),
        ("F01-2015-000020", "disbursement", "3.00", None),
        ("F01-2016-000003", "refund", "-1.00", None),
        ("F01-2016-000002", "carry-over", "250.00", None),
        ("2", "application", "5.00", None),
    ]  # fmt: skip
    assert {"财农1号", "县2号"} == {*found["roots"]}
    page = tmp_path / "HT-1.html"
    assert say("trace", "HT-1", "-o", page, "--lang", "zh").code == 0
    for word in ("待审批的支付申请", "未为该合同占用，由可用指标支付", "Change 2 of HT-1"):
        assert word in page.read_text("utf-8")
        assert word in say("trace", "HT-1", "--lang", "zh").out


@pytest.mark.usefixtures("book")
def test_quota_that_went_to_and_fro_is_followed_once(say: Say) -> None:
    """A circle of adjustments ends."""
    run(say, "quota adjust F01-Q00003 --to F01-Q00002 --amount 10 --document a --date 2015-06-01\n"
             "quota adjust F01-Q00002 --to F01-Q00001 --amount 90 --document b --date 2015-06-02\n"
             "quota adjust F01-Q00001 --to F01-Q00003 --amount 60 --document c --date 2015-06-03")  # fmt: skip
    for subject in ("F01-Q00001", "F01-Q00002", "F01-Q00003", PAID, "财农1号"):
        assert {*traced(say, subject)["roots"]} <= {"财农1号", "县2号"}
    assert "Perhaps one of F01-Q00002, F01-Q00001" in say("trace", "F01-Q002").err  # a number of another length


def test_documents_in_a_circle_have_no_root(book: Book, say: Say) -> None:
    """What follows from itself is not followed for ever, and proves nothing."""
    book.act(lambda one: entered(one, papers(one), replace(papers(one).of("财农1号"), parent="县1号"), "li"))
    found = traced(say, "县1号")
    assert (found["roots"], found["resolved"]) == ([], False)
    assert [(node["name"], node.get("again", False)) for node in every(found["below"], "below")][:2] == [
        ("财农1号", False), ("县1号", True),
    ]  # fmt: skip


@pytest.mark.usefixtures("book")
def test_a_fund_without_quota_leads_to_its_document(say: Say) -> None:
    """What it received, to the document that the voucher names; what it pays, to that of the fund."""
    run(say, "post --kind transfer-received --fund F05 --amount 9 --date 2015-01-12 --document 县7号\n"
             "post --fund F05 --use 0501 --amount 4 --payee 乙 --date 2015-01-13")  # fmt: skip
    assert traced(say, "F05-2015-000001")["roots"] == ["县7号"]
    paid = traced(say, "F05-2015-000002")
    assert (paid["roots"], paid["resolved"]) == (["县5号"], False)
    assert (paid["above"][0]["assumed"], "assumed" in traced(say, "F05-2015-000001")["above"][0]) == (True, False)
    ends = (
        "县5号 (the fund's by the chart, not named by the voucher).",
        "县5号（科目表中该资金的批准文件，凭证未载明）。",
    )
    for language, end in zip(("en", "zh"), ends, strict=True):
        assert end in say("trace", "F05-2015-000002", "--lang", language).out
    assert say("document", "enter", "县5号", "--level", "county").code == 0
    assert traced(say, "F05-2015-000002")["resolved"]


@pytest.mark.usefixtures("book")
def test_what_the_bank_returned_is_paid_once_more(say: Say) -> None:
    """Nothing is left of what was paid again, and the second payment tells which returned payment it replaces."""
    run(
        say,
        """
apply F01-Q00002 --amount 90 --payee 甲 --date 2015-06-01
approve 2 --date 2015-06-01 --by wang
pay F01-2015-000016 --date 2015-06-02
return-payment F01-2015-000017 --reason 户名不符 --date 2015-06-03
""",
    )
    assert traced(say, "F01-2015-000016")["subject"]["left"] == "90.00"
    run(say, "pay F01-2015-000018 --amount 70 --date 2015-06-04\npay F01-2015-000018 --date 2015-06-05")
    below = traced(say, "F01-2015-000016")
    assert (below["subject"]["amount"], below["subject"]["left"]) == ("90.00", "0.00")
    assert figures(below) == {
        "F01-2015-000017": ("90.00", "0.00"), "F01-2015-000018": ("-90.00", None),
        "F01-2015-000019": ("70.00", "70.00"), "F01-2015-000020": ("20.00", "20.00"),
    }  # fmt: skip
    assert len(traced(say, "F01-2015-000017")["above"]) == 1
    for again in ("F01-2015-000019", "F01-2015-000020"):
        above = traced(say, again)
        assert paths(above["above"], "above")[-1] == ("F01-2015-000018", "F01-2015-000017")
        assert above["above"][0]["name"] == "F01-2015-000016"
        assert "F01-2015-000017" not in above["roots"]


@pytest.mark.usefixtures("book")
def test_an_application_is_paid_by_its_own_number(say: Say) -> None:
    """The list of the applications says which voucher approved each, and either number pays it."""
    run(say, "apply F01-Q00002 --amount 90 --payee 甲 --date 2015-06-01\napprove 2 --date 2015-06-01 --by wang\n"
             "apply F01-Q00002 --amount 10 --payee 甲 --date 2015-06-01")  # fmt: skip
    listed = say("applications", "--format", "json").json
    assert [one["voucher"] for one in listed] == ["F01-2015-000008", "F01-2015-000016", ""]
    assert "F01-2015-000016" in say("applications").out
    assert [(one["payment"], one["payments"]) for one in listed] == [
        ("partly-paid", ["F01-2015-000009"]), ("unpaid", []), ("", []),
    ]  # fmt: skip
    run(say, "pay 2 --date 2015-06-02")
    assert "paid         F01-2015-000017" in say("applications", "--lang", "en").out
    assert "已支付    F01-2015-000017" in say("applications", "--lang", "zh").out
    assert traced(say, "F01-2015-000017")["above"][0]["name"] == "F01-2015-000016"
    for unpaid in ("3", "4"):
        assert say("pay", unpaid, "--date", "2015-06-02").code == 2
    run(say, "return-payment F01-2015-000017 --reason 已销户 --date 2015-06-03")
    assert "returned     F01-2015-000018" in say("applications").out
    for number in ("18", "17", "16"):
        run(say, f"reverse F01-2015-0000{number} --reason 记错 --date 2015-06-04")
    assert [one["payment"] for one in say("applications", "--format", "json").json] == ["partly-paid", "reversed", ""]


@pytest.mark.usefixtures("book")
def test_what_the_bank_returned_is_owed_by_its_own_voucher(say: Say) -> None:
    """Of a payment without application nothing is left, and of the return what is not yet paid again.

    What came back is below zero, so that the tree comes to what is paid; what takes that back is not.
    """
    run(
        say,
        """
post --fund F01 --use 0601 --amount 20 --payee 乙 --project P01 --quota F01-Q00002 --date 2015-06-01
return-payment F01-2015-000016 --reason 已销户 --date 2015-06-03
pay F01-2015-000017 --amount 5 --date 2015-06-04
""",
    )
    found = traced(say, "F01-2015-000016")
    assert found["subject"]["left"] == "0.00"
    assert figures(found) == {"F01-2015-000017": ("-20.00", "15.00"), "F01-2015-000018": ("5.00", "5.00")}
    assert paths(traced(say, "F01-2015-000018")["above"], "above")[0][:2] == ("F01-2015-000017", "F01-2015-000016")
    run(say, "\n".join(f"reverse F01-2015-0000{number} --reason 记错 --date 2015-06-05" for number in (18, 17)))
    undone = figures(traced(say, "F01-2015-000016"))
    assert [undone[f"F01-2015-0000{number}"][0] for number in (17, 18, 19, 20)] == ["-20.00", "5.00", "-5.00", "20.00"]


@pytest.mark.usefixtures("book")
def test_it_is_drawn_for_people(say: Say, tmp_path: Path) -> None:
    """A table, rows, and a page that asks the network for nothing and lets no text in as HTML, in both languages."""
    table = say("trace", PAID)
    assert "        ↑ 县1号" in table.out
    assert "Not all of it came by registered documents; what did not ends at 县2号." in table.out
    assert "县2号。" in say("trace", PAID, "--lang", "zh").out
    csv = say("trace", PAID, "--format", "csv").out.splitlines()
    assert csv[0].startswith("direction,depth,node,name,kind")
    assert csv[1].startswith("subject,0,voucher,F01-2015-000009,disbursement,2015-03-05,F01")
    for language, word in (("en", "What came of it"), ("zh", "去向")):
        page = tmp_path / f"{language}.html"
        assert say("trace", "财农1号", "-o", page, "--lang", language).code == 0
        text = page.read_text("utf-8")
        assert word in text
        assert "甲&lt;b&gt;公司" in text
        assert "甲<b>" not in text
        assert not [asked for asked in ("http:", "https:", "src=", "url(", "<script", "@import") if asked in text]
        assert text.count("<li>") == text.count("</li>") == len(figures(traced(say, "财农1号"))) + 3
    for words in (("trace", PAID, "-o", tmp_path / "a.pdf"), ("trace", "F01-2015-000099"), ("trace", "F01-Q00099"),
                  ("trace", "没有1号"), ("document", "show", "没有1号")):  # fmt: skip
        assert say(*words).code == 2, words


@pytest.mark.parametrize("engine", ENGINES)
def test_pooled_money_leads_back_to_the_root_of_the_giver(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, say: Say, engine: str
) -> None:
    """From a payment of the pooled fund to the document of the earmarked one, and down again."""
    chart = controlled(date(2015, 1, 1), controlled(date(2015, 1, 1), POOLS), "F09")
    with before_a_book(shelf, engine, chart, monkeypatch):
        prepare(say)
        assert say(*POOL, "250").code == 0
        run(say, "quota allot F09-Q00001 --use 0701 --amount 240 --document 县1号 --date 2016-07-02\n"
                 "post --fund F09 --use 0701 --amount 200 --payee 路桥 --date 2016-07-03")  # fmt: skip
        found = traced(say, "F09-2016-000003")
        assert paths(found["above"], "above") == [
            ("F09-Q00002", "F09-Q00001", "F09-2016-000001", "F01-2016-000004", "F01-Q00001", "财农1号")
        ]
        assert (found["resolved"], found["roots"]) == (True, ["财农1号"])
        below = figures(traced(say, "财农1号"))
        assert below["F01-Q00001"] == ("1000.00", "150.00")  # what was pooled was received all the same
        assert (below["F01-2016-000004"], below["F09-Q00001"], below["F09-2016-000003"]) == (
            ("250.00", None), ("250.00", "10.00"), ("200.00", "200.00"),
        )  # fmt: skip
        assert {"F01-2016-000004", "F09-Q00001", "F09-2016-000003"} <= {*figures(traced(say, "整合1号"))}

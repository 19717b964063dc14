"""Real files: what an import says of each equals what others counted, or the page says why.

The table of all of them is `docs/reference/formats.md`.
"""

from __future__ import annotations

import csv
import hashlib
import json
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import commands
import realfiles
from clerk import let_go
from conftest import ROOT
from fundtrack import money, pages
from generated import assert_generated
from newpages import TRUTH, proposed
from realfiles import CHART, COPIES, NOTES, Control, Outcome, controls, currency_of, differing, imported, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from newpages import Proposed
    from realfiles import Run
    from shelf import Shelf

    Opened = Callable[[str, str], AbstractContextManager[Run]]

FILES: Final = list(controls(COPIES))
LIGHT: Final = [one for one in FILES if one[1].startswith(("alipay", "cabinet", "hsbc", "spdb", "wechat_merged"))]
PAGE: Final = ROOT / "docs" / "reference" / "formats.md"
IMPORTERS: Final = pages.catalogue("importers")


@pytest.fixture
def opened(shelf: Shelf, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Return what makes a book on an engine in a currency, and gives commands to it."""

    @contextmanager
    def make(engine: str, currency: str) -> Iterator[Run]:
        with shelf.book(engine, CHART.format(currency=currency)) as book, monkeypatch.context() as patch, let_go(patch):
            say = commands.commands(book.folder, capsys, monkeypatch)
            (book.folder / "opening.csv").write_text(realfiles.OPENING, "utf-8")

            def run(*args: str | Path) -> tuple[int, str, str]:
                answer = say(*args)
                return answer.code, answer.out, answer.err

            code, _, err = run("opening", "opening.csv", "--as-of", "1990-01-01")
            assert code == 0, err
            yield run

    return make


def explained(name: str, found: Outcome) -> bool:
    """Say whether the page of a file says why its counts differ from those of others."""
    said = " ".join(IMPORTERS[found.page].path.read_text("utf-8").split())
    return NOTES[name]["page-says"] in said


def judged(kind: str, name: str, control: Control | None, found: Outcome) -> str:
    """Return the file's line of the table; fail where it differs from what others counted, unexplained."""
    note = NOTES.get(name, {})
    if "no-list" in note:
        assert found.refusal, name
        return f"| {name} | {kind} | refused | | | | | no list of payments: {note['no-list']} |\n"
    assert control is not None
    assert not found.refusal, (name, found.refusal)
    differs = differing(found.control, control)
    assert sorted(differs) == note.get("differs", []), (name, differs)
    assert not differs or explained(name, found)
    whole = found.total("rows", "posted") + found.total("rows", "quarantined") + found.total("rows", "not_data")
    assert whole == found.total("rows", "read")
    ours, agrees = found.control, "; ".join(f"{what}: {theirs} by others" for what, (_, theirs) in differs.items())
    dates = " – ".join(dict.fromkeys(ours.dates)) if any(ours.dates) else "none"
    page, told = f"[{found.page}](../../importers/{found.page}.md)", "; ".join([agrees or "agrees", *_note(note)])
    return f"| {name} | {kind} | {page} | {ours.rows} | {ours.amount:,} | {dates} | {ours.duplicates} | {told} |\n"


def _note(note: Mapping[str, str]) -> list[str]:
    """Return what else is to be said of a file."""
    return [note["note"]] if "note" in note else []


def test_formats_reference(tmp_path: Path, opened: Opened) -> None:
    """Every real file, in the table that this makes."""
    lines, asked = list[str](), list[int]()
    for kind, name, control in FILES:
        path = unpacked(name, tmp_path)
        with opened("sqlite", currency_of(kind, name)) as run:
            found = imported(run, path)
        new = proposed(path, currency_of(kind, name), TRUTH.get(name, {}))
        lines.append(f"{judged(kind, name, control, found).rstrip()} {anew(name, found, new)} |\n")
        asked += [len(new.asked)] if new.fit else []
    head = "| file | kind | page | rows | amount | dates | copies | against the control totals | asked for a page |\n"
    assert_generated(PAGE, f"\n{head}|---|---|---|--:|--:|---|--:|---|---|\n{''.join(lines)}\n{told(asked)}")


def anew(name: str, found: Outcome, new: Proposed) -> str:
    """Say what was asked before a page was proposed for a file; fail where it reads otherwise than its own page."""
    assert not new.wrong, (name, new.wrong)
    if found.refusal or not found.control.rows:
        assert new.fit is None, name
        return "no page: " + (", ".join(new.asked) or new.refusal.rstrip("."))
    assert new.fit, (name, new.asked, new.refusal)
    assert new.hidden == found.page
    rows = found.control.rows // (2 if name.startswith("wechat_merged") else 1)
    assert (new.fit.rows // len(found.reports), rows) == (rows, rows), name
    amount, span = Decimal(money.plain(new.fit.amount)), found.control.dates
    assert (amount, new.fit.dates) == (found.control.amount, span), name
    return ", ".join(new.asked) or "nothing"


def told(asked: list[int]) -> str:
    """Return what the last column comes to."""
    free, most = asked.count(0), max(asked)
    more = f"{len(asked) - free} after one to {most}"
    return (
        f"Of {len(asked)} lists, {free} get a page without a question and {more}. Read through it, each has the rows, "
        "the amount and the dates that its own page reads. Nothing is wrong in silence: what was not asked agrees, "
        "point by point, with what a person wrote down of the file.\n"
    )


@pytest.mark.parametrize(("kind", "name", "control"), LIGHT, ids=[one[1] for one in LIGHT])
def test_postgresql_says_the_same(
    kind: str,
    name: str,
    control: Control | None,
    tmp_path: Path,
    opened: Opened,
) -> None:
    """The smaller ones on the other engine."""
    with opened("postgresql", currency_of(kind, name)) as run:
        judged(kind, name, control, imported(run, unpacked(name, tmp_path)))


@pytest.mark.parametrize(("kind", "name", "control"), LIGHT, ids=[one[1] for one in LIGHT])
def test_a_proposed_page_imports_as_the_installed_one(
    kind: str,
    name: str,
    control: Control | None,
    tmp_path: Path,
    opened: Opened,
) -> None:
    """Written into the book's own folder, its example holds, and the import through it ends in the same sums."""
    path = unpacked(name, tmp_path)
    new = proposed(path, currency_of(kind, name), TRUTH[name])
    with opened("sqlite", currency_of(kind, name)) as run:
        own = Path("importers") / "proposed.md"
        own.parent.mkdir(exist_ok=True)
        own.write_text(new.text, "utf-8")
        assert run("formats", "test")[0] == 0, run("formats", "test")[1]
        code, out, error = run("import", "--as", "proposed", "--format", "json", path)
    assert code in {0, 1}, error
    found = Outcome(json.loads(out))
    assert control is None or differing(found.control, control) == {}


def test_the_copies_are_the_files_that_were_counted(tmp_path: Path) -> None:
    """Unpacked, each has the hash that stands beside its control totals, and its source and licence are said."""
    with (COPIES / "control_totals.csv").open(encoding="utf-8", newline="") as file:
        hashes = {one["file"]: one["sha256"] for one in csv.DictReader(file)}
    said = (COPIES / "README.md").read_text("utf-8")
    for _, name, _ in FILES:
        found = hashlib.sha256(unpacked(name, tmp_path).read_bytes()).hexdigest()
        assert hashes.get(name, found) == found
        assert f"| {name} |" in said


HEADER: Final = "Body name,Date paid,Transaction number,Net amount,Supplier name,Expense type\n"
SOUND: Final = "Exampleton,{},T{},{},Example Ltd,Repairs\n"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_a_spreadsheet_destroyed_waits_and_the_sums_tie(engine: str, tmp_path: Path, opened: Opened) -> None:
    """Lost dates and amounts, faults of formulas, a short row: each with its reason, and nothing of them posted."""
    rows = [("26/09/2013", "10.00"), ("########", "20.00"), ("#N/A", "30.00"), ("00:00:00", "40.00"),
            ("41543", "50.00"), ("31/02/2013", "60.00"), ("27/09/2013", "#REF!"), ("27/09/2013", "1.5E+3")]  # fmt: skip
    path = tmp_path / "harmed.csv"
    lines = [SOUND.format(date, nth, amount) for nth, (date, amount) in enumerate(rows)]
    path.write_text(HEADER + "".join(lines) + "Exampleton,28/09/2013,T8,70.00\nTotal,,,280.00,,\n", "utf-8")
    with opened(engine, "GBP") as run:
        found = imported(run, path)
    assert found.reasons == {
        "amount-unreadable": 1, "amount-rounded": 1, "date-impossible": 1, "date-serial": 1, "date-unreadable": 3,
        "fund-by-default": 1, "row-ragged": 1,
    }  # fmt: skip
    assert found.control == Control(9, Decimal(280), ("2013-09-26", "2013-09-28"), 0)
    (report,) = found.reports
    assert (report["unreadable_rows"], report["printed_total"], report["rows"]["posted"]) == (2, "280.00", 0)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (HEADER + SOUND.format("26/09/2013", 1, "1\0.00"), "U+0000"),
        (HEADER + SOUND.format("26/09/2013", 1, '"1.00'), "quot"),
        (HEADER + SOUND.format("26/09/2013", 1, 1) + SOUND.format("09/26/2013", 2, 1), "day first"),
        (HEADER + SOUND.format("09/26/2013", 1, 1), "another order"),
        (HEADER.replace("Net amount", "Supplier name"), "lacks"),
        ("\n", "No importer page"),
        ("", "empty"),
    ],
    ids=["nul", "quote", "both orders", "month first", "no amount", "blank", "empty"],
)
def test_a_malformed_file_is_refused_with_its_reason(
    content: str, refusal: str, tmp_path: Path, opened: Opened
) -> None:
    """As a whole, and nothing of it is kept."""
    path = tmp_path / "bad.csv"
    path.write_text(content, "utf-8")
    with opened("sqlite", "GBP") as run:
        found = imported(run, path)
        assert refusal in found.refusal, found.refusal
        assert run("quarantine", "list", "--format", "json")[1].strip() == "[]"


def test_what_is_confirmed_and_refused_says_why_it_is_refused(tmp_path: Path, opened: Opened) -> None:
    """To a program too: not that it waits for somebody who confirms it."""
    path = tmp_path / "council.csv"
    path.write_text(HEADER + SOUND.format("26/09/2013", 1, "9999999999999.00"), "utf-8")
    with opened("sqlite", "GBP") as run:
        assert imported(run, path).reasons == {"fund-by-default": 1}
        code, out, _ = run("quarantine", "confirm", "1", "--by", "li", "--format", "json")
        assert (code, "overdrawn" in out, "fund-by-default" in out) == (1, True, False), out
        for asked in (("retry",), ("groups", "--now")):
            out = run("quarantine", *asked, "--by", "li", "--format", "json")[1]
            assert ("overdrawn" in out, "fund-by-default" in out) == (True, True), "what refused it is told again"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_fund_that_only_the_import_says_waits_for_another_person(engine: str, tmp_path: Path, opened: Opened) -> None:
    """Who said it cannot confirm it; who confirms it posts; the voucher, the ledger and the report say so."""
    path = tmp_path / "council.csv"
    path.write_text(HEADER + "".join(SOUND.format("26/09/2013", nth, "10.00") for nth in (1, 2)), "utf-8")
    with opened(engine, "GBP") as run:
        tried = run("import", "--dry-run", path, "--fund", "F01", "--use", "0601")[1]
        assert ("would wait" in tried, "quarantine confirm 1`" in tried) == (True, False), tried
        assert run("import", "--format", "json", path)[0] == 1
        code, _, error = run("quarantine", "confirm", "1", "--by", "li")
        assert (code, "Nobody has said a fund" in error) == (2, True)
        assert imported(run, path).reasons  # the same bytes are the same batch, and now somebody says its fund
        for args, told in (
            (("quarantine", "confirm", "1", "--by", "wang"), "cannot confirm it"),
            (("import", path, "--use", "0601"), "no fund"),
            (("import", path, "--fund", "F77"), "F77"),
            (("import", path, "--fund", "F01", "--use", "601"), "nearest: 0601"),
            (("import", path, "--fund", "F01", "--use", "0601", "--project", "P1"), "no project P1"),
        ):
            code, _, error = run(*args)
            assert (code, told in error) == (2, True), error
        assert run("quarantine", "retry", "--by", "li")[0] == 1
        assert run("balance", "--format", "json")[1].count('"0.00"')
        code, out, _ = run("quarantine", "confirm", "1", "--by", "li")
        assert (code, out.count("posted as F01-2013-")) == (0, 2)
        code, _, error = run("import", path, "--fund", "F01", "--by", "zhao")
        assert (code, "wang has said F01 and 0601" in error) == (2, True), error
        assert "wang for the whole file, confirmed by li" in run("show", "F01-2013-000001")[1]
        assert '"20.00"' in run("balance", "--format", "json")[1]
        assert run("publish")[0] == 0
        assert 'default-by: "wang"' in "".join(one.read_text("utf-8") for one in Path("ledger").glob("batches*"))
        assert run("check", "ledger")[0] in {0, 1}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_was_said_of_a_file_is_said_anew_until_it_is_posted(engine: str, tmp_path: Path, opened: Opened) -> None:
    """Rows wait by what is said now, and whoever said that cannot confirm it."""
    path = tmp_path / "council.csv"
    path.write_text(HEADER + SOUND.format("26/09/2013", 1, "10.00"), "utf-8")
    with opened(engine, "GBP") as run:
        for use in ((), ("--use", "0601")):
            code, out, _ = run("import", path, "--fund", "F01", *use)
            assert (code, "use-missing" in out, "says F01, 0601" in out) == (1, not use, bool(use)), out
            assert run("quarantine", "confirm", "1", "--by", "li")[0] == int(not use)
        assert run("doctor")[0] == 0
        assert run("import", path, "--fund", "F01", "--use", "0601", "--by", "zhao")[0] == 0  # it says the same
        assert run("import", path, "--fund", "F01", "--by", "zhao")[0] == 2


def test_a_book_of_another_currency_takes_no_file_of_yuan(tmp_path: Path, opened: Opened) -> None:
    """The page says the currency of its files, or a row does; what is in another is refused, or waits."""
    with opened("sqlite", "GBP") as run:
        found = imported(run, unpacked("bocom_debit.csv", tmp_path))
        assert "The file is in CNY, and the book in GBP." in found.refusal
    with opened("sqlite", "HKD") as run:
        assert imported(run, unpacked("hsbc_hk_debit.csv", tmp_path)).reasons["currency-other"] == 1


def test_a_payee_called_total_or_source_is_paid(tmp_path: Path, opened: Opened) -> None:
    """A word of the page tells a total or a note only of a row without a date and an amount."""
    path = tmp_path / "names.csv"
    payees = ("Total - Energy", "Source: Systems Ltd", "Note", "Sum", "Grand Total")
    rows = "".join(f"{payee},26/09/2013,10.00\n" for payee in payees)
    path.write_text(f"Supplier,Date,Amount\n{rows}Grand Total,,50.00\nNote: unaudited,,\n", "utf-8")
    with opened("sqlite", "GBP") as run:
        found = imported(run, path)
    assert found.control.rows == len(payees)
    assert (found.reports[0]["printed_total_agrees"], found.reports[0]["rows"]["not_data"]) == (True, 3)


def test_of_several_amounts_the_first_of_the_page_is_read_and_told(tmp_path: Path, opened: Opened) -> None:
    """Net before gross; nobody has to trust that, for the report says it."""
    path = tmp_path / "both.csv"
    path.write_text("Date,Gross,VAT,Net,Supplier\n26/09/2013,12.00,2.00,10.00,Example Ltd\n", "utf-8")
    with opened("sqlite", "GBP") as run:
        found = imported(run, path)
    assert found.control.amount == Decimal(10)
    assert found.reports[0]["columns"]["amount"] == "Net"

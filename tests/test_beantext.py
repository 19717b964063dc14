"""Beancount text: how it is parsed and booked, and what is refused in a sentence instead of a traceback."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from fundtrack.beantext.booking import book, residual, tolerances, weight
from fundtrack.beantext.directives import Balance, Open, Transaction
from fundtrack.beantext.loading import BEANCOUNTS, book_if_needed
from fundtrack.beantext.parse import Plugin, parse_ledger, parse_text
from fundtrack.errors import UsageError

DATA = Path(__file__).parent / "data"
LEDGERS = sorted((DATA / "ledgers").glob("*.beancount")) + sorted((DATA / "domain-examples").glob("*.beancount"))


@pytest.mark.parametrize("path", LEDGERS, ids=lambda path: path.name)
def test_ledgers_of_others_are_read_and_booked(path: Path) -> None:
    """Without a traceback, and without a posting left incomplete."""
    if path.name == "fava_invalid-unicode.beancount":
        with pytest.raises(UsageError, match="C2"):
            parse_ledger(path)
        return
    booked = book(parse_ledger(path))
    for entry in booked.entries:
        if isinstance(entry, Transaction):
            assert all(isinstance(weight(posting).number, Decimal) for posting in entry.postings)
            residual(entry.postings)
            tolerances(entry.postings, booked.options)


def test_control_totals_of_a_long_ledger() -> None:
    """The counts that the source of the ledger gives."""
    booked = book(parse_ledger(DATA / "ledgers" / "fava_query-example.beancount"))
    kinds = [type(entry) for entry in booked.entries]
    assert (kinds.count(Transaction), kinds.count(Open), kinds.count(Balance)) == (350, 46, 29)
    assert booked.errors == ()


def test_booking_errors_have_file_and_line() -> None:
    """As bean-check reports them."""
    path = DATA / "ledgers" / "fava_errors.beancount"
    (error,) = book(parse_ledger(path)).errors
    assert (error.path, error.line) == (str(path), 11)
    assert error.message.startswith("Not enough lots to reduce")


def test_elided_amounts_costs_and_prices_are_beancounts() -> None:
    """Units, cost, price and the missing leg."""
    booked = book(
        parse_text(
            "2015-01-01 open Assets:Stock\n2015-01-01 open Assets:Cash\n"
            '2015-01-02 * "buy"\n  Assets:Stock  10 HOOL {5.00 USD}\n  Assets:Cash\n'
            '2015-01-03 * "change"\n  Assets:Cash  100.00 EUR @ 1.25 USD\n  Assets:Cash  -125.004 USD\n',
            "test.beancount",
        )
    )
    buy, change = (entry for entry in booked.entries if isinstance(entry, Transaction))
    assert [str(weight(posting)) for posting in buy.postings] == ["50.00 USD", "-50.00 USD"]
    assert residual(buy.postings) == {}
    assert residual(change.postings) == {"USD": Decimal("-0.004")}
    assert tolerances(change.postings, booked.options)["EUR"] == Decimal("0.005")


def test_pad_is_applied() -> None:
    """And nothing else that a loader would do."""
    booked = book(
        parse_text(
            "2015-01-01 open Assets:Cash CNY\n2015-01-01 open Equity:Opening CNY\n"
            "2015-01-01 pad Assets:Cash Equity:Opening\n2015-02-01 balance Assets:Cash 7.00 CNY\n",
            "test.beancount",
        )
    )
    (padding,) = (entry for entry in booked.entries if isinstance(entry, Transaction))
    assert [str(posting.units) for posting in padding.postings] == ["7.00 CNY", "-7.00 CNY"]


def ledger(folder: Path, files: dict[str, str]) -> Path:
    """Write files and return the first."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder / next(iter(files))


def test_includes_are_merged_as_beancount_does(tmp_path: Path) -> None:
    """Globs, folders, order of dates, operating currencies of all, roots of each file, other options of the first."""
    top = ledger(
        tmp_path,
        {
            "main.beancount": 'option "title" "top"\noption "operating_currency" "CNY"\ninclude "years/*.beancount"\n'
            '2015-06-01 open Assets:Late\nplugin "os"\n',
            "years/2014.beancount": 'option "title" "part"\noption "operating_currency" "USD"\n'
            'include "../zh.beancount"\n2014-01-01 open Assets:Early\nplugin "antigravity" "config"\n',
            "years/2015.beancount": 'option "operating_currency" "CNY"\n2015-01-01 open Assets:Middle\n',
            "zh.beancount": 'option "name_assets" "A资产"\n2014-06-01 open A资产:1期\n',
        },
    )
    parsed = parse_ledger(top)
    opened = [entry.account for entry in parsed.entries if isinstance(entry, Open)]
    assert opened == ["Assets:Early", "A资产:1期", "Assets:Middle", "Assets:Late"]
    assert parsed.options["title"] == "top"
    assert parsed.options["operating_currency"] == ["CNY", "USD"]
    assert parsed.plugins == (Plugin("os", None), Plugin("antigravity", "config"))
    assert [file.name for file in parsed.files] == [
        "main.beancount",
        "2014.beancount",
        "2015.beancount",
        "zh.beancount",
    ]
    assert parsed.errors == ()


def test_an_include_of_nothing_and_a_circle_are_errors(tmp_path: Path) -> None:
    """The book would be incomplete, or endless."""
    (tmp_path / "folder").symlink_to(tmp_path)
    top = ledger(tmp_path, {"main.beancount": 'include "gone"\ninclude "folder/main.beancount"\n'})
    messages = sorted(error.message.split('"')[0] for error in parse_ledger(top).errors)
    assert messages == ["Duplicate filename parsed: ", "File glob "]


@pytest.mark.parametrize(
    "include",
    [
        "/etc/passwd",
        "/gone",
        "../outside.beancount",
        "../*.beancount",
        "../gone*",
        "*/../../*",
        "*/../../gone*",
        "link.beancount",
        "link*",
        "up/*",
        "up/gone",
    ],
)
def test_an_include_outside_the_folder_is_refused(tmp_path: Path, include: str) -> None:
    """By path, by pattern or by link; whether there is such a file is not told."""
    ledger(tmp_path, {"outside.beancount": "2015-01-01 open Assets:Secret\n"})
    top = ledger(tmp_path / "book", {"main.beancount": f'include "{include}"\n', "sub/a.beancount": ""})
    (tmp_path / "book" / "link.beancount").symlink_to(tmp_path / "outside.beancount")
    (tmp_path / "book" / "up").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="outside its folder") as refusal:
        parse_ledger(top)
    assert refusal.value.key == "include-outside"


def test_no_plugin_is_run_and_no_path_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the ledger asks for both."""
    monkeypatch.chdir(tmp_path)
    top = ledger(
        tmp_path,
        {
            "main.beancount": 'option "insert_pythonpath" "TRUE"\nplugin "evil"\n',
            "evil.py": "import pathlib\npathlib.Path('ran').touch()\n__plugins__ = ()\n",
        },
    )
    book(parse_ledger(top))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "ledger-encoding"),
        (b"2015-01-01 open Assets:A\0a\n", "ledger-binary"),
        ("2015-01-01 open Assets:银行\n".encode("gb18030"), "ledger-encoding"),
        (b'2015-01-01 custom "x" ' + b"(" * 20_000, "ledger-unreadable"),
        (b"pushmeta key: 7\n", "ledger-unreadable"),
    ],
)
def test_what_is_no_ledger_is_refused_in_a_sentence(tmp_path: Path, data: bytes, key: str) -> None:
    """Not with a traceback."""
    (tmp_path / "main.beancount").write_bytes(data)
    with pytest.raises(UsageError) as refusal:
        parse_ledger(tmp_path / "main.beancount")
    assert refusal.value.key == key


def test_files_that_cannot_be_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, a folder, a device, a pipe or too large."""
    for path in (tmp_path, Path("/dev/null"), tmp_path / "pipe"):
        if path.name == "pipe":
            os.mkfifo(path)
        with pytest.raises(UsageError, match="not a file"):
            parse_ledger(path)
    with pytest.raises(UsageError, match="no such file"):
        parse_ledger(tmp_path / "gone.beancount")
    monkeypatch.setattr("fundtrack.beantext.parse.BYTES_MAX", 3)
    with pytest.raises(UsageError, match="has 4 bytes"):
        parse_ledger(ledger(tmp_path, {"main.beancount": "; 12"}))


@pytest.mark.parametrize("number", ["1/0", "0/0", "1/(1-1)"])
def test_a_division_by_zero_is_an_error_and_kills_nothing(number: str) -> None:
    """Beancount 3.2.3's own parser ends the process with a segmentation fault on these."""
    parsed = parse_text(
        f'2015-01-01 * "x"\n  Assets:Cash  {number} CNY\n2015-01-02 open Assets:Cash\n', "test.beancount"
    )
    assert [type(entry) for entry in parsed.entries] == [Open]
    (error,) = parsed.errors
    assert error.path == "test.beancount"
    assert "grammar.py" not in error.message


def test_metadata_cannot_move_a_directive_to_another_place() -> None:
    """`filename` and `lineno` are Beancount's own keys, but a ledger may write them."""
    (entry,) = parse_text(
        '2015-01-01 open Assets:Cash\n  filename: "innocent"\n  lineno: TRUE\n', "a.beancount"
    ).entries
    assert entry.meta["filename"] == "a.beancount"


def test_a_byte_order_mark_is_not_text() -> None:
    """Windows editors write one."""
    assert parse_text("\ufeff2015-01-01 open Assets:Cash\n", "test.beancount").errors == ()


@pytest.mark.parametrize(
    "postings",
    [
        "  Assets:Cash  CNY @ 0 USD\n  Assets:Bank  5 USD\n",
        "  Assets:Cash  0 CNY {{5 USD}}\n  Assets:Bank  5 USD\n",
        "  Assets:Cash  99999999999999999999999999999.01 CNY\n  Assets:Bank\n",
    ],
)
def test_an_amount_beancount_cannot_complete_is_refused_in_a_sentence(postings: str) -> None:
    """Where its booking raises."""
    with pytest.raises(UsageError, match="complete the amounts"):
        book(parse_text(f'2015-01-01 * "x"\n{postings}', "test.beancount"))


def test_a_transaction_left_incomplete_is_an_error_and_left_out() -> None:
    """Nobody above can do anything with a missing number."""
    booked = book(parse_text('2015-01-01 * "x"\n  Assets:A1  X {0 CNY}\n  Assets:B1  3 CNY\n', "test.beancount"))
    assert booked.entries == []
    assert "Transaction has incomplete elements" in [error.message for error in booked.errors]


PLAIN = '2015-01-02 * "plain"\n  Assets:A  1.00 CNY\n  Assets:B  -1.00 CNY\n'
GROUPED = f"{PLAIN}  Assets:A  2.00 CNY.Q\n  Assets:B  -2.00 CNY.Q\n"
NEEDY = {
    "an amount is left out": '2015-01-03 * "x"\n  Assets:A  1.00 CNY\n  Assets:B\n',
    "a unit is left out": '2015-01-03 * "x"\n  Assets:A  1.00\n  Assets:B  -1.00 CNY\n',
    "a number is left out": '2015-01-03 * "x"\n  Assets:A  CNY\n  Assets:B  -1.00 CNY\n',
    "a lot": '2015-01-03 * "x"\n  Assets:A  1 HOOL {5.00 CNY}\n  Assets:B  -5.00 CNY\n',
    "a price": '2015-01-03 * "x"\n  Assets:A  1 HOOL @ 5.00 CNY\n  Assets:B  -5.00 CNY\n',
    "units in turn": f"{GROUPED}  Assets:A  0.00 CNY\n",
}


@pytest.mark.parametrize("text", [PLAIN, GROUPED, '2015-01-02 * "no postings"\n', "2015-01-01 open Assets:A\n"])
def test_what_booking_would_leave_alone_is_not_booked(text: str) -> None:
    """Postings that are complete stay the very same, and Beancount would not have changed them."""
    parsed = parse_text(text, "test.beancount")
    booked, errors = book_if_needed(parsed.entries, parsed.options)
    assert (booked, errors) == (parsed.entries, [])
    stock, _ = BEANCOUNTS(parsed.entries, parsed.options)
    assert [getattr(entry, "postings", None) for entry in booked] == [
        getattr(entry, "postings", None) for entry in stock
    ]


@pytest.mark.parametrize("needy", NEEDY.values(), ids=NEEDY)
def test_what_needs_booking_is_booked_by_beancount(needy: str) -> None:
    """All of the ledger, for a lot may depend on any posting before it."""
    parsed = parse_text(PLAIN + needy, "test.beancount")
    assert book_if_needed(parsed.entries, parsed.options) == BEANCOUNTS(parsed.entries, parsed.options)

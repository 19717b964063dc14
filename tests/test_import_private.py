"""Numbers of persons: in whatever cell they stand they are held, masked, and told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from books import small_book
from contracts import PAYROLL, contract, enter
from contracts import file_of as file_of_register
from fundtrack.errors import LANGUAGES, FormatError
from fundtrack.identifier import covered, kept, normal
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.quarantine import reject, waiting
from fundtrack.ledger.publish import publish
from treasury import asked, bring, counts, everything, file_of, held, pay, rejected, waits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commands import Say
    from copies import Template
    from fundtrack.book import Book

PERSON, OTHER, ALIKE = "451021197001010015", "451021198803030047", "451021198801060015"
"""Three persons; the first and the last are alike where their numbers are masked."""

CARD: Final = "6231330000000000011"


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def person(number: str = PERSON, name: str = "韦某一", card: str = CARD, day: str = "2010-01-01") -> list[str]:
    """Return the row of somebody on the payroll."""
    return [name, number, card, "镇政府", day, ""]


def everywhere(book: Book) -> str:
    """Return all that the database and the published ledger say."""
    publish(book)
    files = "".join(path.read_text("utf-8") for path in (book.folder / "ledger").rglob("*.beancount"))
    return f"{everything(book)}{files}"


@pytest.mark.parametrize(
    ("row", "checks"),
    [
        (person("韦某一", name=PERSON), {"identity-unsound", "private-misplaced"}),
        (person(OTHER, f"罗某五(身份证{PERSON})"), {"private-misplaced"}),
        (person(day=PERSON), {"date-unreadable"}),
        (person(OTHER, card=PERSON[:-1] + "x0"), {"account-unsound"}),
        ([*person(OTHER)[:3], f"镇政府 {PERSON}", "2010-01-01", ""], {"private-misplaced"}),
        ([PERSON, PERSON, PERSON, PERSON], {"row-ragged"}),
    ],
)
def test_a_number_in_the_wrong_column_is_held_and_nowhere_whole(book: Book, row: list[str], checks: set[str]) -> None:
    """Neither in what is kept nor in what is said."""
    report = enter(book, "a", person(ALIKE), row, header=PAYROLL)
    assert held(report) == {3: checks}
    assert PERSON not in f"{report}"
    assert PERSON not in everywhere(book)


def test_a_payment_with_a_number_in_its_texts_is_held_or_masked(book: Book) -> None:
    """As a payee it is held, in the words of what was paid it is masked; a bank's own number stays."""
    report = bring(
        book, "a", pay("1", payee=PERSON), pay(f"补助 {PERSON}", reference="201504020000000016"),
        pay("4", amount=PERSON), pay("5", fund=PERSON), pay("6", date=PERSON),
    )  # fmt: skip
    assert [*held(report)] == [2, 4, 5, 6]
    assert held(report)[2] == {"private-misplaced"}
    assert asked(book, "SELECT narration, bank_ref FROM voucher WHERE batch = 1") == [
        ("补助 451021********0015", "201504020000000016")
    ]
    assert PERSON not in f"{report}{everywhere(book)}"


def test_a_name_of_a_file_is_kept_masked(book: Book) -> None:
    """It is published with every row; that of a sheet refuses the file."""
    path = file_of_register(book, f"{PERSON}韦某", [person()], PAYROLL)
    (report,) = import_file(book, path, by="clerk")
    assert report.file == "451021********0015韦某.csv"
    assert PERSON not in everywhere(book)


@pytest.mark.parametrize("row", [person(PERSON[:-1] + "6"), person("123"), person("452624198013010014"),
                                 person("黄某二"), person(card="12345"), person(card="卡丢失")])  # fmt: skip
def test_what_is_nobodys_number_is_held(book: Book, row: list[str]) -> None:
    """A check digit that does not fit, a month that does not exist, a name; a card that is too short or none."""
    (why,) = held(enter(book, "a", row, header=PAYROLL)).values()
    assert why <= {"identity-unsound", "account-unsound"}
    assert asked(book, "SELECT COUNT(*) FROM payroll") == [(0,)]


@pytest.mark.parametrize("written", ["４５１０２１１９７００１０１００１５", f"'{PERSON}", f"“{PERSON}”",
                                     "451021-19700101-0015",
                                     "451021—19700101—0015", "451021700101001"])  # fmt: skip
def test_a_number_is_one_however_it_is_written(book: Book, written: str) -> None:
    """Full-width digits, quotation marks and dashes make nobody another person, nor does the old form."""
    enter(book, "a", person(written), header=PAYROLL)
    assert asked(book, "SELECT person FROM payroll") == [(kept(PERSON, book.key),)]
    assert normal(written) == PERSON


def test_what_says_that_there_is_no_number_is_none(book: Book) -> None:
    """Nobody is accused for two lists that both say 不详; without a key there is no entry."""
    for at, word in enumerate(("不详", "无", "空", "—")):
        assert held(enter(book, f"a{at}", person(word), header=PAYROLL)) == {2: {"cell-empty"}}
        enter(book, f"b{at}", person(card=word), header=PAYROLL)
    assert asked(book, "SELECT DISTINCT card FROM payroll") == [("",)]


def test_two_persons_are_two_rows_that_wait(book: Book) -> None:
    """Though their masked numbers are equal; rejecting one decides nothing about the other."""
    first, second = person(day="2010-02-30"), person(ALIKE, day="2010-02-30")
    enter(book, "a", first, header=PAYROLL)
    enter(book, "b", second, header=PAYROLL)
    with book.reading() as connection:
        rows = {row.name: row.cells for row in waiting(connection)}
    assert [*rows] == ["1:2", "2:2"]
    assert rows["1:2"] == rows["2:2"]
    reject(book, "1:2", by="manager", reason=f"nobody: {PERSON}")
    assert waits(book) == ["2:2"]
    report = enter(book, "c", first, second, header=PAYROLL)
    assert ([*rejected(report)], [*held(report)]) == ([2], [3])
    assert PERSON not in everywhere(book)


def test_two_entries_that_look_alike_are_rejected_apart(book: Book) -> None:
    """A row that contradicts another of its file and was rejected is one person's."""
    enter(book, "a", person(), person(name="韦某二"), header=PAYROLL)
    reject(book, "1:3", by="manager", reason="a slip")
    report = enter(book, "b", person(ALIKE, name="韦某二"), header=PAYROLL)
    assert (counts(report), held(report)) == ((1, 0, 0, 1), {})


def test_nothing_is_kept_of_a_file_that_cannot_be_read(book: Book) -> None:
    """Not its bytes either: they hold whole numbers. Those of one that was imported are kept."""
    bad = file_of(book, "a", [pay("1")])
    bad.write_bytes(bad.read_bytes() + b'"x')
    with pytest.raises(FormatError):
        import_file(book, bad, by="clerk")
    strange = bad.with_name("b.csv")
    strange.write_text(f"x,y\n{PERSON},1\n", "utf-8")
    with pytest.raises(FormatError):
        import_file(book, strange, by="clerk")
    assert [path for path in (book.folder / "originals").rglob("*") if path.is_file()] == []
    report = enter(book, "c", contract())
    originals = [path.name for path in (book.folder / "originals").rglob("*") if path.is_file()]
    assert originals == [f"{report.sha256}.csv"]


def test_every_reason_is_told_in_both_languages() -> None:
    """With the number masked."""
    for key in ("identity-unsound", "account-unsound", "private-misplaced"):
        error = FormatError(key, text=covered(PERSON))
        assert all(covered(PERSON) in error.text(language) and error.remedy(language) for language in LANGUAGES)


def test_the_key_may_stand_elsewhere(tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the settings or the environment; persons stay who they are, and doctor looks where it stands."""
    book = small_book(tmp_path / "book")
    rows = file_of_register(book, "a", [person()], PAYROLL)
    book.engine.dispose()
    assert say("import", str(rows), "--book", "book").code == 0
    vault = tmp_path / "vault" / "county.key"
    vault.parent.mkdir()
    (tmp_path / "book" / "natural.key").rename(vault)
    lost = say("register", "show", "payroll", "--key", PERSON, "--book", "book")
    assert (lost.code, "natural.key" in lost.err) == (2, True)
    monkeypatch.setenv("FUNDTRACK_KEY", str(vault))
    assert "韦某一" in say("register", "show", "payroll", "--key", PERSON, "--book", "book").out
    monkeypatch.delenv("FUNDTRACK_KEY")
    settings = tmp_path / "book" / "fundtrack.toml"
    settings.write_text(f'key = "../vault/county.key"\n{settings.read_text("utf-8")}', "utf-8")
    assert "韦某一" in say("register", "show", "payroll", "--key", PERSON, "--book", "book").out
    assert "county.key" not in say("doctor", "--book", "book").out
    vault.chmod(0o644)
    assert "county.key" in say("doctor", "--book", "book").out
    monkeypatch.setenv("FUNDTRACK_KEY", str(vault))
    assert say("init", "other").code == 0
    assert not (tmp_path / "other" / "natural.key").exists()

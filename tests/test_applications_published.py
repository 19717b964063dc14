"""Payment applications in a published ledger: read back, and found when a forger alters them."""

from __future__ import annotations

import re
import shutil
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from beancount import loader

from fundtrack.checking.audit import audit_ledger
from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting.application import apply_for, reject
from quotas import CHART, CLERK, controlled, run_a_year
from shelf import ENGINES
from stock import tamper
from test_doctor import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fundtrack.book import Book
    from fundtrack.errors import Language
    from shelf import Shelf

CHIEF: Final = "王局长"
DAY: Final = date(2015, 3, 6)
BLOCK: Final = re.compile(r'\n\d{4}-\d\d-\d\d custom "application" .*\n(?:  .*\n)+')
RESERVATION: Final = "F01-2015-000005"


@pytest.fixture(params=ENGINES)
def book(shelf: Shelf, request: pytest.FixtureRequest) -> Iterator[Book]:
    """Give a book with an application that was approved and paid, one that was rejected, and one that waits."""
    with shelf.book(request.param, controlled(date(2015, 1, 1), CHART)) as book:
        run_a_year(book)
        payee = '乙"公司\\'
        refused = apply_for(
            book, "F01-Q00002", 1_234, date=DAY, by=CLERK, payee=payee, document="6号", narration="尾款"
        )
        reject(book, refused, reason="发票不符", by=CHIEF)
        apply_for(book, "F01-Q00002", 500, date=DAY, by=CLERK, payee="丙")
        yield book


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Return a published ledger of that book, to be copied."""
    shelf: Shelf = request.getfixturevalue("shelf")
    folder = tmp_path_factory.mktemp("applications")
    with shelf.book("sqlite", controlled(date(2015, 1, 1), CHART)) as book:
        run_a_year(book)
        apply_for(book, "F01-Q00002", 500, date=DAY, by=CLERK, payee="丙")
        return Path(shutil.copytree(publish(book).main.parent, folder / "ledger"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_applied_for_reads_back(book: Book, language: Language) -> None:
    """Each with what was decided, by whom and when; what is published twice is written once."""
    main = publish(book, language).main
    says = read(main)
    assert says == canonical(book)
    assert [(one.number, one.state, one.voucher, one.reason, one.decided_by) for one in says.applications] == [
        (1, "approved", RESERVATION, "", CHIEF), (2, "rejected", "", "发票不符", CHIEF), (3, "waiting", "", "", ""),
    ]  # fmt: skip
    assert loader.load_file(str(main))[1] == []
    assert not [one for one in audit_ledger(main).findings if one.check.startswith("published")]
    assert publish(book, language).written == ()


def forge(folder: Path, stem: str, text: str) -> None:
    """Give a file of a ledger another text, and the name that this has, wherever it is named; without text, none."""
    (path,) = folder.glob(f"{stem}.*.beancount")
    path.unlink()
    name = f"{path.name.split('.')[0]}.{sha256(text.encode()).hexdigest()[:16]}.beancount"
    for other in (folder / "main.beancount", folder / "published.json"):
        said = other.read_text("utf-8")
        gone = said.replace(f'include "{path.name}"\n', "").replace(f'"{path.name}", ', "")
        other.write_text(said.replace(path.name, name) if text else gone, "utf-8")
    if text:
        (folder / name).write_text(text, "utf-8")


FORGED: Final = {
    "another amount": (("amount: 300.00", "amount: 299.00"), "published-application-unlike"),
    "another payee": (("甲公司", "丁公司"), "published-application-unlike"),
    "another line": (('quota: "F01-Q00002"', 'quota: "F01-Q00001"'), "published-application-unlike"),
    "another fund": (('quota: "F01-Q00002"', 'quota: "F02-Q00002"'), "published-application-unlike"),
    "another contract": (('contract: "HT-1"', 'contract: "HT-2"'), "published-application-unlike"),
    "another document": (('payee: "甲公司"', 'payee: "甲公司"\n  doc: "X"'), "published-application-unlike"),
    "asked by another": ((f'recorded-by: "{CLERK}"', 'recorded-by: "张会计"'), "published-application-unlike"),
    "approved by another": ((CHIEF, "张局长"), "published-application-unlike"),
    "approved by who asked": ((CHIEF, CLERK), "published-application-unlike"),
    "approved by no voucher": ((f'  voucher: "{RESERVATION}"\n', ""), "published-application-unlike"),
    "approved by a voucher that is none": ((RESERVATION, "F01-2015-000004"), "published-application-unlike"),
    "not approved any more": (('"1" "approved"', '"1" "waiting"'), "published-application-unlike"),
    "another number": (('"application" "2"', '"application" "3"'), "published-application-number"),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_a_forger_altered_contradicts_its_voucher(published: Path, tmp_path: Path, what: str) -> None:
    """Though every file is named by what it holds, and the manifest names it."""
    folder = Path(shutil.copytree(published, tmp_path / "ledger"))
    (path,) = folder.glob("applications.*")
    (was, becomes), key = FORGED[what]
    text = path.read_text("utf-8")
    assert was in text
    forge(folder, "applications", text.replace(was, becomes, 1))
    assert key in {one.check for one in audit_ledger(folder).findings}


def test_what_is_left_out_or_added_is_found(published: Path, tmp_path: Path) -> None:
    """One application, all of them, one twice, and the voucher that approved one."""
    (path,) = published.glob("applications.*")
    text = path.read_text("utf-8")
    first = BLOCK.findall(text)[0]
    found: dict[str, set[str]] = {}
    for what, becomes in {"one": text.replace(first, ""), "all": "", "twice": text + first}.items():
        folder = Path(shutil.copytree(published, tmp_path / what))
        forge(folder, "applications", becomes)
        found[what] = {one.check for one in audit_ledger(folder).findings if one.check.startswith("published")}
    assert found == {
        "one": {"published-application-number", "published-approval-unasked"},
        "all": {"published-approval-unasked"},
        "twice": {"published-application-number", "published-application-unlike"},
    }
    (other,) = published.glob("2015-02.*")
    folder = Path(shutil.copytree(published, tmp_path / "voucher"))
    forge(folder, "2015-02", other.read_text("utf-8").replace(" #application", " #commitment"))
    assert "published-application-unlike" in {one.check for one in audit_ledger(folder).findings}


def test_an_altered_file_is_found(published: Path, tmp_path: Path) -> None:
    """By its name, and by reading it back."""
    folder = Path(shutil.copytree(published, tmp_path / "ledger"))
    (path,) = folder.glob("applications.*")
    path.write_text(path.read_text("utf-8").replace("occurrence", "x") + "\n; a comment\n", "utf-8")
    assert "published-altered" in {one.check for one in audit_ledger(folder).findings}
    with pytest.raises(UsageError, match="comment"):
        read(folder / "main.beancount")


@pytest.mark.parametrize(
    ("guard", "statement", "name", "told"),
    [
        ("application_never_deleted", "DELETE FROM application WHERE application = 2", "record-gap", "application"),
        ("application_never_updated", "UPDATE application SET amount = 1 WHERE application = 1", "approval-unlawful",
         "application 1 "),
        ("application_decision_never_updated",
         f"UPDATE application_decision SET decided_by = '{CLERK}' WHERE application = 1", "approval-unlawful",
         "application 1 "),
        ("application_decision_never_deleted", "DELETE FROM application_decision WHERE application = 1",
         "approval-unasked", RESERVATION),
    ],
)  # fmt: skip
def test_the_doctor_names_what_was_written_past_the_program(
    book: Book, guard: str, statement: str, name: str, told: str
) -> None:
    """Though only the guard that was taken away is missing."""
    assert found(book) == {}
    table = guard.partition("_never")[0]
    of = f" ON {table}" if book.engine.dialect.name == "postgresql" else ""
    tamper(book, f"DROP TRIGGER {guard}{of}", statement)
    assert told in found(book)[name]

"""Imports in a published ledger: read back, found when altered, and asked of as in the book."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from beancount import loader

from contracts import contract, enter
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.ledger import canonical, publish, read
from fundtrack.ledger.batches import BATCH
from treasury import bring, pay, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commands import Say
    from copies import Template
    from fundtrack.book import Book
    from fundtrack.checking.audit import Audit
    from fundtrack.errors import Language


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book into which four files were imported: a wrong total, a right one, nothing to post, a contract."""
    with template.copy() as book:
        bring(book, "wrong", pay("甲"), pay("乙", 250), total("9999.00"))
        bring(book, "right", pay("丙", 999_900), total("9999.00"))
        bring(book, "waits", pay("丁", fund="F77"))
        enter(book, "contracts", contract())
        yield book


def told(audit: Audit) -> set[tuple[str, str, str, int | None]]:
    """Return what was found, each by its fingerprint."""
    return {(one.check, one.fingerprint, one.severity, one.amount) for one in audit.findings}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_imported_reads_back(book: Book, language: Language) -> None:
    """Every import with its counts, sums and hashes; no printed total is not one of nought."""
    published = publish(book, language)
    says = read(published.main)
    assert says == canonical(book)
    said = [dict(zip(BATCH.fields, one.said, strict=True)) for one in says.batches]
    assert [(one["file"], one["rows_read"], one["printed_total"]) for one in said] == [
        ("wrong.csv", 4, 999_900), ("right.csv", 3, 999_900), ("waits.csv", 2, None), ("contracts.csv", 2, None),
    ]  # fmt: skip
    assert loader.load_file(str(published.main))[1] == []
    (shown,) = loader.load_file(str(published.fava))[1]  # the wrong total, on the line of its import
    assert "wrong.csv" in shown.message
    assert publish(book, language).written == ()
    bring(book, "nought", pay("戊"), total("0.00"))
    assert read(publish(book, language).main) == canonical(book)


def test_a_published_ledger_is_asked_about_its_imports(book: Book) -> None:
    """The same findings under the same fingerprints, that of the wrong total among them."""
    of_book, of_ledger = audit_book(book), audit_ledger(publish(book).main)
    assert [one.check for one in of_book.findings].count("import-total-differs") == 1
    assert told(of_book) == told(of_ledger)
    assert of_book.checks_run == of_ledger.checks_run
    assert [one.says for one in of_book.limits] == [one.says for one in of_ledger.limits]


def test_an_altered_import_is_found(book: Book) -> None:
    """By the name of its file and by reading it back; and where its file is left out."""
    main = publish(book).main
    (path,) = main.parent.glob("batches.*.beancount")
    text = path.read_text("utf-8")
    for was, becomes in (("9999.00 CNY", "3.50 CNY"), ("\n\n", "\n; a comment\n"), ("rows-read: 4", "rows-read: 04")):
        assert was in text
        path.write_text(text.replace(was, becomes, 1), "utf-8")
        assert "published-altered" in {one.check for one in audit_ledger(main).findings}
        if becomes != "3.50 CNY":
            with pytest.raises(UsageError) as caught:
                read(main)
            assert (caught.value.key, caught.value.details["path"]) == ("ledger-foreign", path)
    path.write_text(text, "utf-8")
    main.write_text(main.read_text("utf-8").replace(f'include "{path.name}"\n', ""), "utf-8")
    assert "published-left-out" in {one.check for one in audit_ledger(main).findings}


def test_without_imports_nothing_is_published(template: Template) -> None:
    """A set is as it was before there were any."""
    with template.copy() as book:
        folder = publish(book).main.parent
        assert not [*folder.glob("batches.*")]
        assert canonical(book).batches == ()


@pytest.mark.parametrize("sample", ["tianyang", "pingshan"])
def test_the_sample_and_what_it_publishes_are_asked_the_same(say: Say, sample: str) -> None:
    """Whoever has the ledger alone finds exactly what the book finds."""
    assert say("demo", "sample", "--sample", sample, "--no-browse").code == 0
    os.chdir("sample")
    asked = ("--no-record", "--format", "json")
    of_book, of_ledger = (say("check", *path, *asked).json for path in ([], ["ledger"]))
    found = [
        {(one["check"], one["fingerprint"], one["message"]) for one in said["findings"]}
        for said in (of_book, of_ledger)
    ]
    assert found[0]
    assert found[0] == found[1]
    assert of_book["checks_run"] == of_ledger["checks_run"]
    assert of_book["cannot_prove"] == of_ledger["cannot_prove"]

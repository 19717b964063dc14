"""The history of a chart in the published ledger: written, read back, and refused where it is not of our making."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from beancount import loader

from fundtrack.book.policy import apply_chart
from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.ledger import canonical, publish, read
from rawbook import TEXT, book_in

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL

    from fundtrack.book import Book
    from fundtrack.errors import Language

LATER: Final = {
    "an end": '2014-06-01 custom "use" Expenses:F01-Relocation:0602-Roads "ended"\n  authority: "桂[2015]1号"\n',
    "a grant": '2016-01-01 custom "use" Expenses:F01-Relocation:0602-Roads "granted"\n  authority: "桂[2016]1号"\n',
}
"""What later versions of the chart add, one after the other."""


def changed_book(folder: Path, url: URL | None = None) -> Book:
    """Return a book whose chart changed four times: an end, the terms of a fund, a name only, a grant and terms."""
    book = book_in(folder, url)
    renamed = TEXT.replace('name-zh: "老乡家园"', 'name-zh: "老乡"')
    ended, granted = LATER["an end"], LATER["a grant"]
    for text in (
        TEXT + ended,
        TEXT.replace('level: "central"', 'level: "central"\n  valid-to: 2016-01-01') + ended,
        renamed.replace('level: "central"', 'level: "central"\n  valid-to: 2016-01-01') + ended,
        renamed.replace("may-advance: TRUE", 'group: "F09"').replace("regime: ", "valid-from: 2014-02-01\n  regime: ")
        + ended
        + granted,
    ):
        apply_chart(book, text, by="manager", document="桂[2015]1号")
    return book


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_history_of_a_chart_reads_back(tmp_path: Path, database_url: URL, language: Language) -> None:
    """Which version brought an act, and which terms of a fund held until when; what only has a new name has none."""
    book = changed_book(tmp_path / "book", database_url)
    published = publish(book, language)
    says = read(published.main)
    assert says == canonical(book)
    assert [(act.date, act.granted, act.since) for act in says.history.decided] == [
        ("2014-06-01", False, 2), ("2016-01-01", True, 5),
    ]  # fmt: skip
    assert [(one.fund, one.until, one.said[4:7]) for one in says.history.terms] == [
        ("F01", 2, ("", "", "")), ("F01", 4, ("", "2016-01-01", "")), ("F02A", 4, ("", "", "TRUE")),
    ]  # fmt: skip
    assert loader.load_file(str(published.main))[1] == []
    book.engine.dispose()


def test_a_chart_that_never_changed_has_no_history(tmp_path: Path) -> None:
    """And its ledger says nothing of it."""
    book = book_in(tmp_path / "book")
    publish(book)
    (accounts,) = (book.folder / "ledger").glob("accounts.*")
    assert "科目表的历次版本" not in accounts.read_text("utf-8")
    book.engine.dispose()


FORGED: Final = {
    "another version": ('"ended" 2', '"ended" 3'),
    "no version": ('"ended" 2', '"ended"'),
    "half a version": ('"ended" 2', '"ended" 2.5'),
    "an unknown fund": ('"fund-until" "F01" 2', '"fund-until" "F77" 2'),
    "something else": ('custom "fund-until"', 'custom "fund-unless"'),
    "a directive": ("2014-06-01 custom", "2014-06-01 open Expenses:F01-Relocation:0777-Evil\n2014-06-01 custom"),
    "more terms": ('  group: "F01"', '  group: "F01"\n  note: "x"'),
}


@pytest.mark.parametrize("edit", FORGED.values(), ids=list(FORGED))
def test_a_history_that_is_not_ours_is_refused(tmp_path: Path, edit: tuple[str, str]) -> None:
    """All but a version that could have been: that one reads back, and is not what the book says."""
    book = changed_book(tmp_path / "book")
    main = publish(book).main
    (accounts,) = main.parent.glob("accounts.*")
    in_force, heading, past = accounts.read_text("utf-8").partition("\n;; 科目表的历次版本")
    assert edit[0] in past
    accounts.write_text(in_force + heading + past.replace(*edit, 1), "utf-8")
    if edit[1] == '"ended" 3':
        assert read(main) != canonical(book)
    else:
        with pytest.raises(UsageError) as error:
            read(main)
        assert error.value.details["path"] == accounts
        assert int(str(error.value.details["line"])) > in_force.count("\n")
    book.engine.dispose()

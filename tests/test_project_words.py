"""Words of files for projects: one that the chart has not waits, as an unknown fund does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from books import CHART
from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from fundtrack.importing.later.groups import grouped
from fundtrack.importing.later.quarantine import retry, waiting
from fundtrack.importing.words.aliases import Said, say
from treasury import asked, bring, held, pay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from copies import Template
    from fundtrack.book import Book
    from fundtrack.importing.later.groups import Group

WHY: Final = "县里的叫法"


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def groups(book: Book) -> list[Group]:
    """Return the groups of the rows that wait."""
    with book.reading() as connection:
        return grouped(connection, book.chart(connection), waiting(connection))


def test_a_project_that_the_chart_has_not_waits_for_what_it_means(book: Book) -> None:
    """It had become a project of its own; its rows are one group, and one alias releases them."""
    report = bring(book, "a", pay("1", project="老乡家圆"), pay("2", project="老乡家圆"), pay("3", project="老乡家园"),
                   pay("4", project="乡村"), pay("5"))  # fmt: skip
    assert held(report) == {2: {"project-word-unknown"}, 3: {"project-word-unknown"}, 5: {"project-word-unknown"}}
    first, _ = groups(book)
    assert (first.field, first.word, len(first.rows), first.suggestions[0].meaning) == ("project", "老乡家圆", 2, "P01")
    assert "'老乡家圆' --project P01 --reason" in first.remedy("zh")
    say(book, [Said("project", "老乡家圆", "P01", "", WHY)], by="ann")
    assert [row.reasons[0]["remedy-en"][:14] for row in groups(book)[0].rows] == 2 * ["alias 1 stands"]
    assert [bool(one.voucher) for one in retry(book, [], by="ann")] == [True, True, False]
    assert asked(book, "SELECT row, project FROM voucher WHERE batch IS NOT NULL ORDER BY row") == [
        (2, "P01"), (3, "P01"), (4, "P01"), (6, ""),
    ]  # fmt: skip


def test_a_chart_without_projects_knows_none_of_the_names_that_files_write(tmp_path: Path) -> None:
    """A bureau that keeps no list of projects may still read by project what its files say."""
    before, project, after = CHART.partition('2014-01-01 custom "project" "P01"')
    book = create_book(tmp_path / "book", title="No projects", language="en")
    apply_chart(book, before + after.partition('老乡家园"\n')[2], by="founder", document="原文未载")
    assert project
    assert held(bring(book, "a", pay("1", project="老乡家圆"))) == {2: {"overdrawn"}}

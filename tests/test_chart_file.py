"""The file of the chart and the chart in force: whenever the program is stopped, they come together again."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

import books
from commands import CHART, in_both_languages
from fundtrack.book import chartfile, create_book
from fundtrack.book.doctor import diagnose
from fundtrack.errors import ChartError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL

    from commands import Say
    from conftest import RunCli

GRANT: Final = ("chart", "grant", "F01:0612", "--date", "2016-01-01", "--document", "桂[2016]1号")
GRANT_ANOTHER: Final = ("chart", "grant", "F01:0613", "--date", "2017-01-01", "--document", "桂[2017]1号")
END: Final = ("chart", "end", "F01:0613", "--date", "2016-06-01", "--document", "桂[2016]2号")
RENAMED: Final = books.CHART.replace('name: "Relocation"', 'name: "Moving"').replace("F01-Relocation", "F01-Moving")
EDITED: Final = books.CHART + "\n; a remark\n2014-01-01 open Expenses:F03-Houses:0699-Repair CNY\n"


@pytest.fixture(autouse=True)
def meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command be about the book in the test's folder."""
    monkeypatch.setenv("FUNDTRACK_BOOK", str(tmp_path / "book"))


def granted(say: Say) -> set[str]:
    """Return the uses of F01 that are granted today, as the book has them."""
    accounts = say("chart", "show", "--format", "json").json["accounts"]
    return {row["account"][-4:] for row in accounts if row["granted"] and row["account"].startswith("Expenses:F01")}


def files(book: Path) -> set[str]:
    """Return the names of what stands in the folder of the ledger."""
    return {path.name for path in (book / "ledger").iterdir()}


KILLED: Final = """
import os, sys
from fundtrack import cli

os.replace = os.rename = lambda *_paths: os._exit(9)
sys.argv[0] = "fundtrack"
cli.main()
"""


def killed(book: Path, *args: str | Path) -> None:
    """Give a command to a process that is killed when a file should take its place."""
    command = [sys.executable, "-c", KILLED, *map(str, args)]
    environment = os.environ | {"FUNDTRACK_BOOK": str(book)}
    finished = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment)
    assert finished.returncode == 9, finished.stderr


@pytest.mark.parametrize("old", [books.CHART, books.CHART + "; a remark that is no change\n"])
def test_an_act_follows_one_that_was_killed(say: Say, book: Path, old: str) -> None:
    """It was in force and its file was not written: the next act says so, and both acts stand in both places."""
    (book / CHART).write_text(old, "utf-8")
    say(*END)
    before = (book / CHART).read_text("utf-8")
    killed(book, *GRANT)
    assert ((book / CHART).read_text("utf-8"), "0612" in granted(say)) == (before, True)
    answer = say(*GRANT_ANOTHER)
    assert answer.code == 0, answer
    assert f"{book / CHART}" in answer.out
    assert "earlier version" in answer.out
    assert granted(say) >= {"0612", "0613"}
    assert "Nothing differs" in say("chart", "diff").out
    text = (book / CHART).read_text("utf-8")
    assert text.startswith(before.rstrip())
    assert [document in text for document in ("桂[2016]1号", "桂[2016]2号", "桂[2017]1号")] == [True] * 3
    assert (
        "earlier version"
        not in say(*(word.replace("2017", "2018").replace("grant", "end") for word in GRANT_ANOTHER)).out
    )


def test_a_remark_that_no_version_has_is_kept(say: Say, book: Path) -> None:
    """The file of the last act that was killed may say more than the chart it came from: nothing is thrown away."""
    remarked = books.CHART + "; a remark that is no change\n"
    (book / CHART).write_text(remarked, "utf-8")
    (book.parent / "new.beancount").write_text(RENAMED, "utf-8")
    killed(book, "chart", "apply", book.parent / "new.beancount", "--document", "桂[2016]1号")
    refused = say(*GRANT)
    assert (refused.code, "chart restore" in refused.err) == (2, True)
    answer = say("chart", "restore")
    assert answer.code == 0, answer
    kept = book / "ledger" / "chart-kept-1.beancount"
    assert str(kept) in answer.out
    assert kept.read_text("utf-8") == remarked
    assert (book / CHART).read_text("utf-8") == RENAMED


@pytest.mark.parametrize("words", ["chart diff", "chart apply --document 桂[2016]9号"])
def test_an_old_chart_is_not_put_in_force_by_mistake(say: Say, book: Path, words: str) -> None:
    """A name that was changed would change back; whoever wants that names the file."""
    (book.parent / "new.beancount").write_text(RENAMED, "utf-8")
    killed(book, "chart", "apply", book.parent / "new.beancount", "--document", "桂[2016]1号")
    refused = say(*words.split())
    assert refused.code == 2
    assert "version 2" in refused.err
    assert "chart restore" in refused.err
    assert in_both_languages(refused.err)
    assert [one["name"] for one in say("doctor", "--format", "json").json] == ["chart-behind"]
    assert str(book / CHART) in say("chart", "restore").out
    assert (book / CHART).read_text("utf-8") == RENAMED
    assert "Nothing differs" in say(*words.split()).out
    assert "Nothing differs" in say("chart", "restore").out
    assert "Wrong: 0" in say("doctor").out
    (book / CHART).write_text(books.CHART, "utf-8")
    again = say("chart", "apply", book / CHART, "--document", "桂[2016]3号")
    assert (again.code, "Moving becomes Relocation" in again.out) == (0, True)


def test_a_file_that_is_gone_is_written_again(say: Say, book: Path, run_cli: RunCli) -> None:
    """By the next act, as after a book was made and killed before its first chart had its file."""
    (book.parent / "first.beancount").write_text(books.CHART, "utf-8")
    made = book.with_name("made")
    killed(book, "init", made, "--chart", book.parent / "first.beancount", "--document", "x")
    assert not (made / CHART).exists()
    assert "chart restore" in say("--book", made, "chart", "apply", "--document", "x").err
    assert run_cli("--book", made, *GRANT).returncode == 0
    assert (made / CHART).read_text("utf-8").startswith(books.CHART.rstrip())
    (book / CHART).unlink()
    (book / "ledger").rmdir()
    assert say("chart", "restore").code == 0
    assert (book / CHART).read_text("utf-8") == books.CHART


def no_room(_file: int) -> None:
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_refuses_first(say: Say, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 means that nothing was changed: neither the file nor what is in force; and nothing is left behind."""
    before = files(book)
    monkeypatch.setattr(os, "fsync", no_room)
    answer = say(*GRANT)
    assert answer.code == 2
    assert in_both_languages(answer.err)
    assert ("0612" in granted(say), (book / CHART).read_text("utf-8"), files(book)) == (False, books.CHART, before)


def test_a_folder_that_cannot_be_written_refuses_first(say: Say, book: Path) -> None:
    """Also where a chart comes from another file."""
    (book.parent / "new.beancount").write_text(RENAMED, "utf-8")
    shutil.rmtree(book / "ledger")
    (book / "ledger").write_text("no folder")
    answer = say("chart", "apply", book.parent / "new.beancount", "--document", "x")
    assert (answer.code, in_both_languages(answer.err)) == (2, True)
    assert say("chart", "show", "--format", "json").json["funds"][0]["name"] == "Relocation"


def test_an_act_whose_file_cannot_take_its_place_is_done(say: Say, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in force, which its exit code says; what the file lacks is told, and how to mend it."""
    before = files(book)

    def not_permitted(*_paths: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", not_permitted)
        answer = say(*GRANT)
    assert (answer.code, "0612" in answer.out, "0612" in granted(say)) == (0, True, True)
    assert "chart restore" in answer.err
    assert in_both_languages(answer.err)
    assert files(book) == before
    assert say("chart", "restore").code == 0
    assert "桂[2016]1号" in (book / CHART).read_text("utf-8")


def test_what_somebody_edited_is_never_written_over(say: Say, book: Path) -> None:
    """An act refuses to go past it; another chart and the one in force take its place, and it is kept beside."""
    (book / CHART).write_text(EDITED, "utf-8")
    refused = say(*GRANT)
    assert (refused.code, "chart restore" in refused.err) == (2, True)
    (book.parent / "new.beancount").write_text(RENAMED, "utf-8")
    applied = say("chart", "apply", book.parent / "new.beancount", "--document", "x")
    assert (applied.code, "chart-kept-1.beancount" in applied.out) == (0, True)
    (book / CHART).write_bytes(b"\xff no text")
    restored = say("chart", "restore")
    assert (restored.code, "chart-kept-2.beancount" in restored.out) == (0, True)
    assert (book / "ledger" / "chart-kept-1.beancount").read_text("utf-8") == EDITED
    assert (book / "ledger" / "chart-kept-2.beancount").read_bytes() == b"\xff no text"
    assert (book / CHART).read_text("utf-8") == RENAMED
    assert files(book) == {"chart.beancount", "chart-kept-1.beancount", "chart-kept-2.beancount"}


def test_a_file_keeps_its_place_and_its_rights(say: Say, book: Path) -> None:
    """Where it is a link, for example into a folder under version control, the link stays one."""
    elsewhere = book.parent / "policy" / "chart.beancount"
    elsewhere.parent.mkdir()
    (book / CHART).rename(elsewhere)
    elsewhere.chmod(0o640)
    (book / CHART).symlink_to(elsewhere)
    assert say(*GRANT).code == 0
    assert (book / CHART).is_symlink()
    assert "桂[2016]1号" in elsewhere.read_text("utf-8")
    assert elsewhere.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in elsewhere.parent.iterdir()] == ["chart.beancount"]


def test_the_file_follows_the_book_on_each_database(tmp_path: Path, database_url: URL) -> None:
    """Applied, behind, and written again."""
    url = database_url.render_as_string(hide_password=False)
    book = create_book(tmp_path / "book", title="Small", language="en", database=url)
    assert chartfile.enact(book, books.CHART, by="founder", document="x").kept is None
    assert len(chartfile.enact(book, RENAMED, by="founder", document="y").changes) == 1
    assert book.chart_file.read_text("utf-8") == RENAMED
    book.chart_file.write_text(books.CHART, "utf-8")
    assert chartfile.text_to_change(book) == (RENAMED, 2, True)
    assert [(one.name, one.message("zh") != "") for one in diagnose(book)] == [("chart-behind", True)]
    chartfile.restore(book)
    assert chartfile.text_to_change(book) == (RENAMED, 2, False)
    assert diagnose(book) == []
    with pytest.raises(ChartError) as meanwhile:  # made from the first version, while the second came into force
        chartfile.enact(book, EDITED, by="founder", document="z", after=1)
    assert meanwhile.value.key == "chart-meanwhile"
    assert book.chart_file.read_text("utf-8") == RENAMED
    book.engine.dispose()

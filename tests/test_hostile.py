"""Hostile files: each is refused with its reason in both languages, soon and within memory, and nothing has changed."""

from __future__ import annotations

import os
import re
import resource
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

import hostile
import hostilerows
from commands import closed_book, commands, in_both_languages
from conftest import ROOT
from fundtrack.errors import messages

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Say
    from hostile import Hostile

FILES: Final = [*hostile.files()]
SECONDS: Final = 5
MEGABYTES: Final = 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a book, which no hostile file changes."""
    return closed_book(tmp_path_factory.mktemp("hostile") / "book")


@pytest.fixture
def say(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Return the command line in the book."""
    return commands(folder, capsys, monkeypatch)


def everything(folder: Path) -> dict[str, bytes]:
    """Return every file of a book but its log of what is not yet in it."""
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def used() -> tuple[float, int]:
    """Return the processor seconds of this process and its children, and the megabytes of whichever was the larger."""
    spent = os.times()
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(spent[:4]), max(peaks) // 1024


@pytest.mark.parametrize("one", FILES, ids=[one.name for one in FILES])
def test_a_hostile_file_is_refused(one: Hostile, folder: Path, say: Say, tmp_path: Path) -> None:
    """It is refused whole: exit 2, the reason in both languages, soon, within memory, and nothing is kept."""
    path = tmp_path / one.name
    one.build(path)
    kept, (spent, peak) = everything(folder), used()
    answer = say("import", path, "--by", "ann")
    took, most = used()[0] - spent, used()[1]
    assert answer.code == 2, answer
    said = messages()[one.key]
    for language in ("en", "zh"):
        assert said[f"remedy-{language}"].replace("{known}", "")[:12] in answer.err, answer.err
    assert in_both_languages(answer.err)
    assert answer.err.count(one.name) >= 2, "a person knows the file they gave"
    assert took < SECONDS
    assert most < max(MEGABYTES, peak + 1)
    assert everything(folder) == kept


def test_rows_that_wait_say_why_and_the_sums_tie(say: Say, tmp_path: Path) -> None:
    """Each waits for its one reason and says it; every row and every fen that can be read is accounted for."""
    path = tmp_path / "waiting.csv"
    path.write_text(hostilerows.waiting(), "utf-8")
    (report,) = say("import", path, "--dry-run", "--format", "json", "--by", "ann").json
    rows, amounts = report["rows"], report["amounts"]
    assert rows["read"] == len(hostilerows.WAITING) + 2 == rows["quarantined"] + rows["posted"] + rows["not_data"]
    assert (rows["posted"], rows["not_data"]) == (1, 1)
    fen = {name: Decimal(amount) for name, amount in amounts.items()}
    assert fen["read"] == sum(fen.values()) - fen["read"]
    told = say("import", path, "--dry-run", "--by", "ann").out
    for row, (_, _, _, key) in enumerate(hostilerows.WAITING, 2):
        lines = [line for line in told.splitlines() if re.match(rf"waiting.csv row {row}\b", line)]
        assert [key in line for line in lines] == [True], (row, key, lines)
    page = (ROOT / "docs" / "reference" / "hostile.md").read_text("utf-8")
    assert [line for line in page.splitlines() if line.startswith("| ") and line.count("|") == 3][1:] == [
        f"| {what} | `{key}` |" for what, _, _, key in hostilerows.WAITING
    ]


def test_the_page_tells_of_each(tmp_path: Path) -> None:
    """The table of the reference has every one of them and its answer; the measures beside them are of one machine."""
    told = [
        line.split(" | ")[:3] for line in (ROOT / "docs" / "reference" / "hostile.md").read_text("utf-8").splitlines()
    ]
    assert [of for of in told if len(of) > 2 and of[0] != "| file"] == [
        [f"| {one.name}", one.what, f"`{one.key}`"] for one in FILES
    ]
    code, _, processor, peak = hostile.measured(tmp_path, ROOT / "README.md")
    assert (code, processor < SECONDS, 0 < peak < MEGABYTES) == (2, True, True)

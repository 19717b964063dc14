"""A published ledger that was changed afterwards is told from one that was not, by its own text."""

from __future__ import annotations

import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from books import small_book
from fundtrack.checking.audit import audit_ledger
from fundtrack.ledger import publish
from ledgers import BROKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from commands import Say
    from fundtrack.errors import Language

pytestmark = pytest.mark.usefixtures("only_at_posting")

VOUCHER: Final = re.compile(r"\n\d{4}-\d\d-\d\d \* .*\n(?:[ \t]+\S.*\n)+")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    """Return the published ledger of a small book in both languages."""
    folders: dict[Language, Path] = {}
    for language in ("en", "zh"):
        book = small_book(tmp_path_factory.mktemp(language) / "book")
        folders[language] = publish(book, language).main.parent
        book.engine.dispose()
    return folders


def journal(folder: Path, change: Callable[[str], str], *, renamed: bool = False) -> None:
    """Change a journal, and if asked for give it the name that its new content has, wherever it is named."""
    changed = {path: change(path.read_text("utf-8")) for path in folder.glob("2015-*.beancount")}
    ((path, text),) = ((path, text) for path, text in changed.items() if text != path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    if renamed:
        name = f"{path.name.split('.')[0]}.{sha256(text.encode()).hexdigest()[:16]}.beancount"
        for other in (folder / "main.beancount", folder / "published.json"):
            other.write_text(other.read_text("utf-8").replace(path.name, name), "utf-8")
        path.rename(path.with_name(name))


def without_the_first(text: str) -> str:
    """Leave out the first voucher of F01, which another follows."""
    return VOUCHER.sub(lambda found: "" if "F01-2015-000001" in found[0] else found[0], text)


def unnamed(folder: Path) -> None:
    """Include a month no longer."""
    main = folder / "main.beancount"
    kept = [line for line in main.read_text("utf-8").splitlines(keepends=True) if "2015-" not in line]
    main.write_text("".join(kept), "utf-8")


def unlisted(folder: Path) -> None:
    """Include a month no longer, and take away the list that names it."""
    unnamed(folder)
    (folder / "published.json").unlink()


TAMPERED: Final[dict[str, tuple[Callable[[Path], None], set[str]]]] = {
    "amounts on both sides": (
        lambda folder: journal(folder, lambda text: text.replace("600.00 CNY", "500.00 CNY")),
        {"published-altered"},
    ),
    "a payee": (
        lambda folder: journal(folder, lambda text: text.replace("#disbursement", "#disbursement #x")),
        {"published-altered"},
    ),
    "a voucher left out": (
        lambda folder: journal(folder, without_the_first),
        {"published-altered", "published-number-missing", "overdrawn"},
    ),
    "a voucher left out, and the file named anew": (
        lambda folder: journal(folder, without_the_first, renamed=True),
        {"published-number-missing", "overdrawn"},
    ),
    "the number of another fund": (
        lambda folder: journal(
            folder, lambda text: text.replace('"F03-2015-000001"', '"F01-2015-000003"'), renamed=True
        ),
        {"published-number-of-another"},
    ),
    "a number twice": (
        lambda folder: journal(folder, lambda text: text.replace("F01-2015-000002", "F01-2015-000001"), renamed=True),
        {"published-number-twice"},
    ),
    "no number": (
        lambda folder: journal(
            folder, lambda text: text.replace('voucher: "F01-2015-000002"', 'note: "x"'), renamed=True
        ),
        {"published-unnumbered"},
    ),
    "a month not included": (unnamed, {"published-left-out"}),
    "a month not included, and no list": (
        unlisted,
        {"published-unlisted"},
    ),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_published_is_whole(published: dict[Language, Path], language: Language) -> None:
    """Nothing is said of a ledger as it was written."""
    assert audit_ledger(published[language] / "main.beancount").findings == ()
    assert audit_ledger(published[language]).findings == ()


def test_a_ledger_that_includes_ours_is_its_own_matter(published: dict[Language, Path], tmp_path: Path) -> None:
    """Under any name, and beside another of ours: only what stands in a published folder must be as published."""
    for county in ("north", "south"):
        shutil.copytree(published["en"], tmp_path / county)
    both = tmp_path / "main.beancount"
    own = '2015-03-01 * "Mine"\n  Assets:F01-Relocation:1001-Treasury  0.00 CNY\n'
    both.write_text(f'include "north/main.beancount"\ninclude "south/main.beancount"\n{own}', "utf-8")
    assert not {f.check for f in audit_ledger(both).findings if f.check.startswith("published-")}
    journal(tmp_path / "south", lambda text: text.replace("600.00 CNY", "500.00 CNY"))
    assert "published-altered" in {finding.check for finding in audit_ledger(both).findings}
    fava = tmp_path / "south" / "fava.beancount"
    assert "published-altered" in {finding.check for finding in audit_ledger(fava).findings}


def test_that_it_was_changed_is_told_first(published: dict[Language, Path], tmp_path: Path, say: Say) -> None:
    """Before whatever else is found, in whichever file that stands."""
    folder = Path(shutil.copytree(published["en"], tmp_path / "ledger"))
    unnamed(folder)
    with (folder / "main.beancount").open("a", encoding="utf-8") as main:
        main.write(BROKEN)
    found = [finding.check for finding in audit_ledger(folder).findings]
    assert found == ["published-main-altered", "published-left-out", "published-left-out", "ledger-problem"]
    assert say("check", folder).out.index("published-left-out") < say("check", folder).out.index("ledger-problem")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_is_told(
    published: dict[Language, Path], tmp_path: Path, language: Language, what: str
) -> None:
    """By the file's name, by what else was published, and by the numbers."""
    folder = Path(shutil.copytree(published[language], tmp_path / "ledger"))
    tamper, expected = TAMPERED[what]
    tamper(folder)
    found = audit_ledger(folder / "main.beancount").findings
    assert {finding.check for finding in found} == expected
    assert all(finding.messages["zh"] and finding.remedies["zh"] and finding.subject.file for finding in found)

"""What the main file of a published ledger reads and says is its last publication, no more, no less and no older."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import pytest

from books import post_payment, small_book
from fundtrack.checking.audit import audit_ledger
from fundtrack.ledger import publish
from fundtrack.ledger.agreeing import disagreements

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL

    from commands import Say
    from fundtrack.checking.finding import Finding

pytestmark = pytest.mark.usefixtures("only_at_posting")

FORGED: Final = """\
2015-06-01 * "百色示例路桥工程有限公司" "安置房" #disbursement
  voucher: "F03-2015-000003"
  chart: 1
  Expenses:F03-House-reconstruction:0603-House-reconstruction   500000.00 CNY
  Assets:F03-House-reconstruction:1001-Treasury                -500000.00 CNY
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a ledger that was published twice; the main file of the first publication lies beside it as `older`."""
    book = small_book(tmp_path_factory.mktemp("last") / "book")
    main = publish(book).main
    older = main.read_text("utf-8")
    post_payment(book, "F03", "0603", 100, on=date(2015, 6, 1))
    publish(book)
    (main.parent.parent / "older").write_text(older, "utf-8")
    book.engine.dispose()
    return main.parent


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """Return a copy of that ledger."""
    return shutil.copytree(published, tmp_path / "ledger")


def found(folder: Path) -> dict[str, list[Finding]]:
    """Return what is said of a ledger as it lies there, by its key."""
    by_key: dict[str, list[Finding]] = {}
    for one in audit_ledger(folder).findings:
        if one.check.startswith("published-"):
            by_key.setdefault(one.check, []).append(one)
    return by_key


def added(folder: Path, text: str) -> None:
    """Write a text behind the main file."""
    with (folder / "main.beancount").open("a", encoding="utf-8") as main:
        main.write(text)


@pytest.mark.parametrize("text", [FORGED, 'plugin "os"\n', 'option "title" "Mine"\n', "; a note\n"])
def test_what_somebody_wrote_into_the_main_file_is_told(folder: Path, text: str, say: Say) -> None:
    """With its line; `check` fails, and `--ledger` refuses."""
    lines = (folder / "main.beancount").read_text("utf-8").count("\n")
    added(folder, text)
    (one,) = found(folder)["published-main-altered"]
    assert (one.severity, one.subject.file, one.subject.line) == ("error", str(folder / "main.beancount"), lines + 1)
    assert say("check", folder, "--only", "overdrawn").code == 1
    refused = say("balance", "--ledger", folder)
    assert (refused.code, "main.beancount" in refused.err) == (2, True)


def test_what_is_included_and_not_published_is_an_error(folder: Path) -> None:
    """It is read, and nobody says that it is not; one that nothing includes stays a lead."""
    (folder / "x.beancount").write_text(FORGED, "utf-8")
    assert [one.severity for one in found(folder)["published-stranger"]] == ["warn"]
    added(folder, 'include "x.beancount"\n')
    said = found(folder)
    assert [(one.severity, one.subject.file) for one in said["published-included"]] == [
        ("error", str(folder / "x.beancount"))
    ]
    assert set(said) == {"published-included"}
    added(folder, "; a note\n")
    assert set(found(folder)) == {"published-included", "published-main-altered"}


def test_a_month_altered_and_named_anew_is_told(folder: Path, say: Say) -> None:
    """As what is read and was not published, and as what was published and is not read; by every reader."""
    (old,) = folder.glob("2015-06.*")
    text = old.read_text("utf-8").replace("1.00 CNY", "2.00 CNY")
    new = old.with_name(f"2015-06.{sha256(text.encode()).hexdigest()[:16]}.beancount")
    new.write_text(text, "utf-8")
    old.unlink()
    main = folder / "main.beancount"
    main.write_text(main.read_text("utf-8").replace(old.name, new.name), "utf-8")
    said = found(folder)
    assert {key: [one.key[0] for one in of] for key, of in said.items()} == {
        "published-included": [new.name],
        "published-left-out": [old.name],
    }
    err = say("balance", "--ledger", folder).err
    assert old.name in err
    assert new.name in err


def test_an_older_publication_in_place_of_the_last_is_told(folder: Path, published: Path, say: Say) -> None:
    """Though all its files are there, and as they were published."""
    shutil.copy(published.parent / "older", folder / "main.beancount")
    (left,) = found(folder)["published-left-out"]
    assert left.key[0].startswith("2015-06.")
    assert say("check", folder, "--only", "overdrawn").code == 1
    assert left.key[0] in say("balance", "--ledger", folder).err


def test_a_view_that_is_read_is_no_lead(folder: Path) -> None:
    """What somebody wrote into the file that was asked for is what is checked."""
    view = folder / "fava.beancount"
    view.write_text(view.read_text("utf-8") + "; a note\n", "utf-8")
    assert [one.severity for one in found(folder)["published-view-altered"]] == ["warn"]
    said = [one for one in audit_ledger(view).findings if one.check == "published-view-altered"]
    assert [one.severity for one in said] == ["error"]


def test_a_folder_that_is_reached_by_a_link_is_judged_alike(folder: Path, tmp_path: Path) -> None:
    """Its vouchers are those of the folder, whatever it is called."""
    (month,) = folder.glob("2015-06.*")
    month.write_text(month.read_text("utf-8").replace("F03-2015-00000", "F03-2015-00001"), "utf-8")
    (tmp_path / "link").symlink_to(folder)
    assert set(found(tmp_path / "link")) == set(found(folder)) == {"published-altered", "published-number-missing"}


def test_stopped_behind_the_main_file_it_is_the_last_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list says which one was under way; that one and the one before are ours, and none older."""
    book = small_book(tmp_path / "book")
    main = publish(book).main
    first = main.read_bytes()
    post_payment(book, "F03", "0603", 100, on=date(2015, 6, 1))
    with monkeypatch.context() as stopped:
        stopped.setattr(sys.modules["fundtrack.ledger.publish"], "_remember", _stopped)
        with pytest.raises(KeyboardInterrupt):
            publish(book)
    assert main.read_bytes() != first
    assert set(found(main.parent)) <= {"published-view-altered", "published-stranger"}
    publish(book)
    assert found(main.parent) == {}
    assert "under_way" not in json.loads((main.parent / "published.json").read_text("utf-8"))
    book.engine.dispose()


def test_a_voucher_that_was_changed_since_is_told_with_its_month(tmp_path: Path, database_url: URL) -> None:
    """With what was published and what the entries give; what was posted since is not, on each engine."""
    book = small_book(tmp_path / "book", database_url)
    folder = publish(book).main.parent
    post_payment(book, "F03", "0603", 100, on=date(2015, 6, 1))
    with book.reading() as connection:
        assert [*disagreements(connection, folder)] == []
    listed = folder / "published.json"
    listed.write_text(listed.read_text("utf-8").replace("169200000]", "169300000]"), "utf-8")
    with book.reading() as connection:
        (one,) = disagreements(connection, folder)
    details = {name: one.details[name] for name in ("month", "published", "found")}
    assert details == {"month": "2015-01", "published": "1693000.00", "found": "1692000.00"}
    book.engine.dispose()


def _stopped(*_: object) -> None:
    raise KeyboardInterrupt

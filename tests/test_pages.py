"""Pages: what is read from a page, what is refused, and that a book's page never replaces an installed one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from fundtrack import pages
from fundtrack.errors import PageError

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """\
---
catalogue: US-01
severity: fatal
from: 2014-01-01
basis: [财政专项扶贫资金管理办法, GAO purpose]
title-zh: 用途不符
message-zh: 资金 {fund} 不得用于 {use}。
remedy-zh: 改列允许的用途。
parameters: {days: 30}
---
# use-not-permitted

Fund {fund} may not pay for {use}:
{amount} is not posted.

Money given for one purpose would pay for another.

The total still looks right.

**Remedy.** Charge a permitted use.

```sql scope=voucher
SELECT voucher FROM postings
-- ## not a heading
```

## A permitted payment

Some words.

```beancount
2015-04-02 * "a"
```

```csv encoding=gb18030
a,b
```
"""


def write(path: Path, text: str) -> Path:
    """Write a page and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_page_is_read_whole(tmp_path: Path) -> None:
    """Every part of the page is where its readers look for it, with the line it stands on."""
    page = pages.load(write(tmp_path / "use-not-permitted.md", PAGE))
    assert (page.name, page.title) == ("use-not-permitted", "use-not-permitted")
    assert page.message == "Fund {fund} may not pay for {use}: {amount} is not posted."
    assert page.reason == "Money given for one purpose would pay for another.\n\nThe total still looks right."
    assert page.remedy == "Charge a permitted use."
    assert page.text("message", "zh") == "资金 {fund} 不得用于 {use}。"
    assert page.text("remedy", "en") == page.remedy
    assert page.front["from"] == dt.date(2014, 1, 1)
    assert page.front["parameters"] == {"days": 30}
    assert page.definition.language == "sql"
    assert page.definition.options == {"scope": "voucher"}
    assert page.definition.text == "SELECT voucher FROM postings\n-- ## not a heading\n"
    (example,) = page.examples
    assert (example.title, example.prose) == ("A permitted payment", "Some words.")
    assert [fence.language for fence in example.fences] == ["beancount", "csv"]
    assert example.fences[1].options == {"encoding": "gb18030"}
    lines = PAGE.splitlines()
    for section in page.sections:
        assert lines[section.line - 1].endswith(section.title)
        for fence in section.fences:
            assert lines[fence.line - 1] == fence.text.splitlines()[0]


@pytest.mark.parametrize(
    ("name", "text", "key", "line"),
    [
        ("a.md", "# b\n", "page-title", 1),
        ("a.md", "no title\n", "page-title", 1),
        ("a.md", "", "page-title", 1),
        ("a.md", "## a\n", "page-title", 1),
        ("a.md", "words first\n\n# a\n", "page-title", 1),
        ("a.md", "---\nx: 1\n---\n\n# a\n\n# a\n", "page-title", 7),
        ("a.md", "---\nx: [1\ny: 2\n---\n# a\n", "page-front", 3),
        ("a.md", "---\n- x\n---\n# a\n", "page-front", 1),
        ("a.md", "# a\n\n```sql scope\nSELECT 1\n```\n", "page-fence", 3),
        ("a.md", "# a\n\n```sql x=1 x=2\nSELECT 1\n```\n", "page-fence", 3),
        ("A_b.md", "# A_b\n", "page-name", None),
    ],
)
def test_a_broken_page_says_where(tmp_path: Path, name: str, text: str, key: str, line: int | None) -> None:
    """What is wrong is named with its file and line, in both languages."""
    with pytest.raises(PageError) as caught:
        pages.load(write(tmp_path / name, text))
    assert caught.value.key == key
    assert caught.value.details.get("line") == line
    assert name in str(caught.value)
    assert "页" in str(caught.value) or "代码块" in str(caught.value)


def test_a_page_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """A page in another encoding is refused, not guessed."""
    path = tmp_path / "a.md"
    path.write_bytes("# a\n\n用途不符\n".encode("gb18030"))
    with pytest.raises(PageError, match="UTF-8"):
        pages.load(path)


def test_a_page_without_a_definition_says_so_when_it_is_asked_for(tmp_path: Path) -> None:
    """Prose alone is a page, but it defines nothing."""
    page = pages.load(write(tmp_path / "a.md", "# a\n\nWords.\n\n## Example\n\n```sql\nSELECT 1\n```\n"))
    with pytest.raises(PageError, match="page defines nothing"):
        _ = page.definition


def test_the_digest_is_of_the_text(tmp_path: Path) -> None:
    """One changed character changes the digest; the place of the file does not."""
    one = pages.load(write(tmp_path / "one" / "a.md", "# a\n"))
    same = pages.load(write(tmp_path / "two" / "a.md", "# a\n"))
    other = pages.load(write(tmp_path / "three" / "a.md", "# a\n\n"))
    assert one.digest == same.digest != other.digest


def test_a_catalogue_is_the_installed_pages_and_the_books_own(tmp_path: Path) -> None:
    """Pages come by name; a folder that is not there holds none; a copy of an installed page is no harm."""
    write(tmp_path / "ours" / "b.md", "# b\n")
    write(tmp_path / "book" / "a.md", "# a\n")
    write(tmp_path / "book" / "b.md", "# b\n")
    found = pages.catalogue("checks", tmp_path / "ours", tmp_path / "book")
    assert list(found) == ["a", "b"]
    assert found["b"].path.parent.name == "ours"
    assert list(pages.catalogue("checks", tmp_path / "ours", tmp_path / "nowhere")) == ["b"]


def test_a_local_page_never_replaces_an_installed_one(tmp_path: Path) -> None:
    """A book's page under an installed name stops the program: the audited cannot disarm the audit."""
    write(tmp_path / "ours" / "a.md", "# a\n")
    write(tmp_path / "book" / "a.md", "# a\n\nLooser.\n")
    with pytest.raises(PageError) as caught:
        pages.catalogue("checks", tmp_path / "ours", tmp_path / "book")
    assert caught.value.key == "page-shadows"
    assert caught.value.details["path"] == tmp_path / "book" / "a.md"


@pytest.mark.parametrize("kind", ["checks", "importers", "reports"])
def test_the_installed_pages_can_all_be_read(kind: pages.Kind) -> None:
    """What comes with fundtrack is found and sound."""
    assert pages.installed(kind).name == kind
    for page in pages.catalogue(kind).values():
        assert page.definition.text

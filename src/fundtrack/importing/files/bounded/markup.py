"""HTML or the XML of Excel 2003 as tables, for many a system calls that XLS: each table is a sheet.

A merged cell has its text once. What stands before a table are rows above it, a cell each: a title often says the unit
there. What follows the last table is a sheet of its own. An amount above zero in red is told to be so, as is what is
not shown.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .bounds import CELLS, COLUMNS, DEPTH, ROWS, Unusable, fits, head, say, short
from .ink import Ink, Red, Styles
from .unseen import Unseen, add

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = list[str]

HIDDEN: Final = re.compile(r"\bdisplay\s*:\s*none\b", re.IGNORECASE)
"""How a style says that something is not shown."""

SILENT: Final = frozenset({"script", "style", "title", "head", "documentproperties", "styles", "worksheetoptions"})
SAME: Final = {"row": "tr", "cell": "td", "ss:row": "tr", "ss:cell": "td", "ss:table": "table", "ss:style": "style"}
"""What Excel 2003 calls a row, a cell and a style of its XML."""

ENDS: Final = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "br", "caption", "li", "center"})
"""What ends a line of text outside of tables."""


class Tables(HTMLParser):
    """The tables of a page, and the text between them."""

    def __init__(self) -> None:
        """Begin outside of any table."""
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[list[Row], Unseen]] = []
        self.before: list[Row] = []
        self._open: list[Table] = []
        self._text: list[str] = []
        self._silent = 0
        self._styles, self._style = Styles(), dict[str, str | None]()
        self._rules: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row or a cell; HTML lets a writer forget to close them."""
        tag, said = SAME.get(tag, tag), self._styles.said(dict(attrs)) if attrs else None
        if self._open and self._open[-1].text is not None:
            self._open[-1].ink.begin(tag, red=said)
        if tag in SILENT:
            self._silent += 1
            self._style, self._rules = dict(attrs), [] if tag == "style" else None
        elif self._rules is not None:
            self._rules.append(self.get_starttag_text() or "")
        elif tag in ENDS and not (tag == "caption" and self._open):
            self._end_line()
        else:
            self._begin(tag, dict(attrs), red=said)

    def _begin(self, tag: str, attrs: Mapping[str, str | None], *, red: bool | None) -> None:
        """Open a table, a row or a cell, or say how a column is."""
        if tag == "table":
            self._end_line()
            self._open.append(Table(self.before, red=red))
            self.before = []
            if len(self._open) > DEPTH:
                raise Unusable("file-deep", {"limit": DEPTH})
        elif not self._open:
            return
        elif tag == "caption":
            self._open[-1].close()
        elif tag == "tr":
            self._open[-1].close()
            self._open[-1].begin_row(attrs, red=red)
        elif tag in {"td", "th"}:
            self._open[-1].begin(attrs, red=red)
        elif tag in {"column", "ss:column"}:
            self._open[-1].column(attrs, red=red)

    def handle_endtag(self, tag: str) -> None:
        """Close a cell, a row or a table."""
        tag = SAME.get(tag, tag)
        if self._open and self._open[-1].text is not None:
            self._open[-1].ink.end(tag)
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
            if self._rules is not None:
                self._styles.learn(self._style, "".join(self._rules))
                self._rules = None
        elif self._open and tag == "table":
            table = self._open.pop()
            table.close()
            if any(any(row) for row in table.rows):
                above = len(table.before)
                hidden = [[above + first, above + last] for first, last in table.unseen.rows]
                self.tables.append(([*table.before, *table.rows], Unseen(hidden, table.unseen.columns)))
            else:
                self.before = [*table.before, *self.before]
        elif self._open and tag in {"td", "th", "tr"}:
            self._open[-1].close()
        elif tag in ENDS:
            self._end_line()

    def handle_data(self, data: str) -> None:
        """Keep text where it stands."""
        if self._silent:
            if self._rules is not None:
                self._rules.append(data)
        elif self._open and self._open[-1].text is not None:
            self._open[-1].text.append(data)
            self._open[-1].ink.write(data)
        else:
            self._text.append(data)

    def _end_line(self) -> None:
        """Keep a line of text outside of tables; within a cell it is a blank."""
        if self._open and self._open[-1].text is not None:
            self._open[-1].text.append(" ")
            return
        line = " ".join("".join(self._text).split())
        self._text = []
        if line:
            self.before.append([short(line)])

    def close(self) -> None:
        """End the page, and the tables that it left open."""
        super().close()
        while self._open:
            self.handle_endtag("table")
        self._end_line()


class Table:
    """A table that is open: its rows so far, and the text of its cell, if one is open."""

    def __init__(self, before: list[Row], *, red: bool | None) -> None:
        """Begin without rows, below the text before it; in red or not."""
        self.before = before
        self.rows: list[Row] = []
        self.unseen = Unseen([], [])
        self.text: list[str] | None = None
        self.ink = Ink(red=False)
        self._red, self._row, self._columns = red, red, dict[int, bool | None]()
        self._span = 1
        self._below: dict[int, int] = {}

    def column(self, attrs: Mapping[str, str | None], *, red: bool | None) -> None:
        """Note how a column of Excel 2003 is, which may say where it stands and how many are like it."""
        at = _number(attrs.get("ss:index"), COLUMNS, max(self._columns, default=-1) + 2) - 1
        for place in range(at, min(at + _number(attrs.get("ss:span"), COLUMNS, 0) + 1, COLUMNS)):
            self._columns[place] = red
            if hides(attrs):
                add(self.unseen.columns, place + 1, place + 1, COLUMNS)

    def begin_row(self, attrs: Mapping[str, str | None], *, red: bool | None) -> None:
        """Begin a row, which may say how many there are with it."""
        up_to = _number(attrs.get("ss:index"), ROWS) - 1
        self.rows += [[] for _ in range(len(self.rows), up_to)]
        self.rows.append([])
        if hides(attrs):
            add(self.unseen.rows, len(self.rows), len(self.rows), ROWS)
        self._row = red

    def begin(self, attrs: Mapping[str, str | None], *, red: bool | None) -> None:
        """Open a cell, which may take several columns and rows."""
        self.close()
        if not self.rows:
            self.rows.append([])
        row = self.rows[-1]
        merged = _number(attrs.get("ss:mergeacross"), COLUMNS, 0) + 1
        self._span = max(_number(attrs.get("colspan"), COLUMNS), merged)
        row += [""] * (_number(attrs.get("ss:index"), COLUMNS) - 1 - len(row))
        while self._below.get(len(row), 0) >= len(self.rows):
            row.append("")  # a cell above reaches down to here
        down = max(_number(attrs.get("rowspan"), ROWS), _number(attrs.get("ss:mergedown"), ROWS, 0) + 1)
        if down > 1:
            for at in range(len(row), len(row) + self._span):
                self._below[at] = len(self.rows) + down - 1
        self.text = []
        said = (red, self._row, self._columns.get(len(row)), self._red)
        self.ink = Ink(red=next((one for one in said if one is not None), False))

    def close(self) -> None:
        """Close the open cell."""
        if self.text is not None:
            said = self.ink.dry(short(" ".join("".join(self.text).split())))
            self.rows[-1] += [said, *[""] * (self._span - 1)]
            self.text = None


def hides(attrs: Mapping[str, str | None]) -> bool:
    """Say whether a row or a column is not shown."""
    return attrs.get("ss:hidden") == "1" or "hidden" in attrs or bool(HIDDEN.search(attrs.get("style") or ""))


def _number(said: str | None, most: int, least: int = 1) -> int:
    """Return how many columns or rows something takes. Raises Unusable beyond those of a sheet."""
    digits = (said or "").strip()
    if not (digits.isascii() and digits.isdigit()):
        return least
    if len(digits) > len(str(most)) or int(digits) > most:
        raise Unusable("workbook-too-far", {"member": "span", "at": digits[:20]})
    return max(int(digits), least)


def tell(path: str, encoding: str) -> None:
    """Write every table of a page."""
    page = Tables()
    page.feed(Path(path).read_text(encoding))
    page.close()
    if not page.tables:
        raise Unusable("html-no-table", {})
    for nth, (rows, unseen) in enumerate(page.tables, 1):
        _sheet("" if len(page.tables) == 1 else str(nth), rows, unseen)
    if page.before:
        _sheet("…", page.before, Unseen([], []))


def _sheet(name: str, rows: list[Row], unseen: Unseen) -> None:
    """Write a table; rows that end early are filled up, as in a sheet."""
    width = max(map(len, rows))
    fits(name, len(rows), width)
    if len(rows) * width > CELLS:
        raise Unusable("workbook-too-far", {"member": name or "–", "at": f"{len(rows)} x {width}"})
    head(name, len(rows), unseen=unseen)
    for number, row in enumerate(rows, 1):
        told = [{"red": cell} if isinstance(cell, Red) else cell for cell in row] if Red in map(type, row) else row
        say([number, told + [""] * (width - len(row))])
    sys.stdout.flush()

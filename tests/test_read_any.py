"""Whatever is in a file: each record and each row of a table comes out once, or the file is refused with a reason."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given
from hypothesis import strategies as st

from fundtrack.errors import messages
from fundtrack.importing.files.bounded import ledger, markup, records
from fundtrack.importing.files.bounded.bounds import Unusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

SCALARS: Final = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES: Final = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)
SOUP: Final = st.lists(
    st.sampled_from(["<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td rowspan=3>", "<td colspan=2>", "<p>",
                     "<row ss:index=4>", "<cell ss:index=3>", "<!--", "<!", "&#0;", "&lt;", "<script>", "<", "x", "甲"])
    | st.text(max_size=6),
    max_size=60,
).map("".join)  # fmt: skip


def lines(read: Callable[[], object]) -> list[Any] | None:
    """Return the lines of JSON that a reader writes; nothing where it refuses the file, by a message there is."""
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            read()
    except Unusable as error:
        key, details = error.args
        assert messages()[key]["en"].format(**{"member": "", "at": "", **details})
        return None
    return [json.loads(line) for line in said.getvalue().splitlines()]


def sound(told: list[Any]) -> dict[str, int]:
    """Return how many rows each sheet has: so many follow it, counted from 1, of texts and numbers."""
    counts: dict[str, int] = {}
    rest = iter(told)
    for sheet in rest:
        rows = [next(rest) for _ in range(sheet["rows"])]
        assert [number for number, _ in rows] == [*range(1, sheet["rows"] + 1)]
        assert all(isinstance(cell, str | int | float) for _, cells in rows for cell in cells)
        counts[sheet["sheet"]] = sheet["rows"]
    return counts


@given(VALUES)
def test_every_record_comes_out_once(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:  # noqa: ANN401
    """Any JSON: its outermost lists of records have a row for each of them, below the names of their fields."""
    path: Path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(value), "utf-8")
    told = lines(lambda: records.tell(str(path), "utf-8", ""))
    if told is not None:
        expected = [len(rows) + 1 for _, rows in records._lists(value, "")]
        assert sum(sound(told).values()) == sum(expected) if len(expected) > 1 else [*sound(told).values()] == expected


@given(st.lists(st.dictionaries(st.text("abc", min_size=1), st.text("甲乙1.", max_size=5), min_size=1), min_size=1))
def test_a_plain_list_is_its_table(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]) -> None:
    """A list of flat records reads back as it was."""
    path: Path = tmp_path_factory.getbasetemp() / "plain.json"
    path.write_text(json.dumps(rows), "utf-8")
    told = lines(lambda: records.tell(str(path), "utf-8", ""))
    assert told is not None
    _, (_, names), *found = told
    assert [{name: cell for name, cell in zip(names, cells, strict=True) if cell} for _, cells in found] == [
        {name: cell for name, cell in row.items() if cell} for row in rows
    ]


@given(SOUP)
def test_any_soup_of_tags_is_tables_or_a_reason(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Tags that do not end, that end what never began, cells that reach over others: rows as wide as their table."""
    path: Path = tmp_path_factory.getbasetemp() / "any.html"
    path.write_text(text, "utf-8", errors="replace")
    told = lines(lambda: markup.tell(str(path), "utf-8"))
    if told is not None:
        sound(told)
        rest = iter(told)
        for sheet in rest:
            assert len({len(next(rest)[1]) for _ in range(sheet["rows"])}) == 1


@given(SOUP)
def test_any_text_is_a_ledger_or_a_reason(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever stands behind a transaction."""
    path: Path = tmp_path_factory.getbasetemp() / "any.beancount"
    path.write_text(f'2015-03-01 * "a" "b"\n  Assets:A  5 CNY\n  Assets:B\n{text}', "utf-8", errors="replace")
    with suppress(UnicodeError):
        told = lines(lambda: ledger.parsed(str(path)))
        assert told is None or sound(told)[""] >= 2

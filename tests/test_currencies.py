"""What a file says of its currency counts also on pages that do not read it: other money is not the book's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.importing import Importer
from fundtrack.importing.example import sample_of
from test_importers import PAGES

if TYPE_CHECKING:
    from pathlib import Path

IN_YUAN: Final = {
    name: fence.text
    for name, page in PAGES.items()
    for fence in [sample_of(page.examples[0])]
    if fence.language == "csv" and not {"as", "tabs"} & {*fence.options}
    if not (of := Importer(page).layout).currency_column and {"amount", "amount-in"} & {*of.columns}
}
"""The first samples of the pages whose files say no currency."""


@pytest.mark.parametrize("said", ["Invoice Currency Unit", "入账币种", ""])
def test_what_is_in_another_currency_is_never_taken_for_the_pages(tmp_path: Path, said: str) -> None:
    """A column of currencies, or one above the table, counts on whatever page does not know of it."""
    assert {"uk-spend", "treasury-payment", "payment-applications", "fiscal-package"} <= {*IN_YUAN}
    path = tmp_path / "a.csv"
    for name, text in IN_YUAN.items():
        path.write_text(text, "utf-8")
        importer = Importer(PAGES[name], currency="GBP" if name == "uk-spend" else "CNY")
        rows = [*importer.candidates(path)]
        (header,) = (row.number for row in rows if row.why == "header")
        lines = text.splitlines()
        if said:
            lines[header - 1 :] = [f"{line},{'' if nth else said}" for nth, line in enumerate(lines[header - 1 :])]
        path.write_text("\n".join(lines), "utf-8")
        assert [row.candidate for row in importer.candidates(path)] == [row.candidate for row in rows], name
        if said:
            lines[header:] = [f"{line}EUR" for line in lines[header:]]
        else:
            lines[:0] = ["账户明细 币种：美元(现汇)"]
        path.write_text("\n".join(lines), "utf-8")
        found = [row for row in importer.candidates(path) if row.state == "data"]
        assert found, name
        assert all("currency-other" in {error.key for error in row.problems} for row in found), name

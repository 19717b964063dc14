"""What is traced by the number of a document that gave no quota: the vouchers that name it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from clerk import after, run
from quotas import CHART, controlled
from shelf import ENGINES
from test_trace import CYCLE, OWNER, every, paths, traced

if TYPE_CHECKING:
    from commands import Say
    from shelf import Shelf


@pytest.mark.parametrize("engine", ENGINES)
def test_a_document_that_only_vouchers_name(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, say: Say, engine: str
) -> None:
    """Shows them, and what follows from them; not what stands below a line that the document gave."""
    with after(CYCLE, shelf, engine, controlled(date(2015, 1, 1), CHART + OWNER), monkeypatch, say):
        run(say, "quota reclaim F01-Q00001 --amount 5 --document 收1号 --date 2015-06-01\n"
                 "quota supplement F01-Q00001 --amount 9 --document 县7号 --date 2015-06-02\n"
                 "reverse F01-2015-000017 --reason 误录 --date 2015-06-03\n"
                 "quota reclaim F01-Q00001 --amount 3 --document 县1号 --date 2015-06-04")  # fmt: skip
        for document, below in {
            "收1号": [("F01-2015-000016",)], "县7号": [("F01-2015-000017", "F01-2015-000018")],
            "县4号": [("F01-2015-000006",)], "县3号": [("F01-2015-000005", "F01-Q00003", "F01-2015-000006")],
        }.items():  # fmt: skip
            assert paths(traced(say, document)["below"], "below") == below
        whole = [node["name"] for node in every(traced(say, "县1号")["below"], "below")]
        assert whole.count("F01-2015-000019") == 1
        assert "收1号" in say("trace", "收2号").err

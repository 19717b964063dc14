"""The end of a year at the desk: what keeps it open, a preview, and the close, for people and for programs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quotas import controlled
from test_year_close import CLERK, given

if TYPE_CHECKING:
    from commands import Say
    from shelf import Shelf


def test_at_the_desk(shelf: Shelf, say: Say) -> None:
    """What keeps the year open ends with 1; a preview and the close print the same lines, for people and programs."""
    with shelf.book("sqlite", controlled(date(2015, 1, 1))) as book:
        given(book, 2015, 1000, first=1)
        at = ("--document", "本级90号", "--book", book.folder)
        blocked = say("year-close", "2015", "--format", "json", *at)
        assert (blocked.code, [group["kind"] for group in blocked.json]) == (1, ["month-open"])
        earlier = "fundtrack period close 2015-11 --earlier"
        assert blocked.json[0]["command"] == earlier
        year, kept = ("--book", book.folder), ("period", "close", "2015-12", "--earlier", "--format", "json")
        assert [one["command"] for one in say(*kept, *year).json] == [
            earlier, "fundtrack year-close 2015 --document NUMBER --preview"
        ]  # fmt: skip
        assert say(*earlier.split()[1:], "--by", CLERK, *year).code == 0
        zh = say(*kept, "--lang", "zh", *year).json
        assert [one["command"] for one in zh] == ["fundtrack year-close 2015 --document 文号 --preview"]
        seen = say("year-close", "2015", "--preview", "--format", "json", *at)
        assert say("year-close", "2015", "--format", "json", "--by", CLERK, *at).json == seen.json
        assert [(one["quota"], one["became"], one["amount"], one["into"]) for one in seen.json] == [
            ("F01-Q00001", "carried", "4.00", "F01-Q00003"), ("F01-Q00002", "carried", "5.00", "F01-Q00004"),
        ]  # fmt: skip
        assert say("year-close", "2015", "--lang", "zh", *at).code == 2

"""Nothing from outside can say more in a ledger than it should: strings and names, against Beancount's own parser."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from beancount.core import account
from beancount.parser import parser
from hypothesis import given, settings
from hypothesis import strategies as st

from fundtrack.beantext import escape
from fundtrack.beantext.directives import Custom, Event, Note, Query, Transaction
from fundtrack.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

INJECTIONS = (
    *'"\\;:#^*!{}@~|,.-_/ \t\n\r\x00\x07\x85\u200b\u200d\u202e\u2028\ue000\ufeff\ud800',
    *"aZ019中é一（）１Ａ㈱",
    "e\u0301",
    "Assets:",
    "Aa",
    "b-1",
    "TRUE",
    "CNY",
    '"\n2014-01-01 open Equity:Evil\n',
    "  999 CNY\n  Equity:Evil",
    "\n2014-01-01 open Equity:Evil\n",
)
"""What an attacker, a bank's export or a spreadsheet puts into a cell."""


def joined(data: bytes) -> str:
    """Return pieces chosen by bytes: one draw, where a list of draws would take most of the time of the tests."""
    return "".join(INJECTIONS[byte % len(INJECTIONS)] for byte in data)


hostile = st.binary(max_size=8).map(joined) | st.text(max_size=4)
hostile_names = st.binary(max_size=4).map(joined)


def invisible(text: str) -> bool:
    """Return whether a text has a character that may not be stored."""
    return any(unicodedata.category(one) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} for one in set(text) - set("\t\n\r"))


def reread(text: str) -> list[Any]:
    """Return what Beancount's own parser makes of a text, which must be free of errors."""
    entries, errors, _ = parser.parse_string(text)
    assert errors == [], text
    return entries


def refused(action: Callable[[], object]) -> FormatError | None:
    """Return the error with which a text is refused, or None."""
    try:
        action()
    except FormatError as error:
        return error
    return None


@given(hostile)
@settings(max_examples=4_000, deadline=None)
def test_a_string_from_outside_comes_back_exactly_or_is_refused(text: str) -> None:
    """In every directive that takes a string."""
    if invisible(text):
        with pytest.raises(FormatError):
            escape.string(text)
        return
    quoted, kept = escape.string(text), unicodedata.normalize("NFC", text)
    assert not {"\n", "\r"} & set(quoted)
    custom, event, note, query, transaction = reread(
        f"2015-01-01 custom {quoted} {quoted}\n  key: {quoted}\n"
        f"2015-01-02 event {quoted} {quoted}\n"
        f"2015-01-03 note Assets:Cash {quoted}\n"
        f"2015-01-04 query {quoted} {quoted}\n"
        f"2015-01-05 * {quoted} {quoted}\n  key: {quoted}\n  Assets:Cash  1 CNY\n    key: {quoted}\n"
    )
    assert isinstance(custom, Custom)
    assert (custom.type, [value.value for value in custom.values], custom.meta["key"]) == (kept, [kept], kept)
    assert isinstance(event, Event)
    assert (event.type, event.description) == (kept, kept)
    assert isinstance(note, Note)
    assert note.comment == kept
    assert isinstance(query, Query)
    assert (query.name, query.query_string) == (kept, kept)
    assert isinstance(transaction, Transaction)
    assert (transaction.payee, transaction.narration, transaction.meta["key"]) == (kept, kept, kept)
    assert [(leg.account, leg.meta["key"]) for leg in transaction.postings if leg.meta] == [("Assets:Cash", kept)]


@given(hostile_names)
@settings(max_examples=4_000, deadline=None)
def test_a_name_from_outside_comes_back_exactly_or_is_refused(name: str) -> None:
    """As account, unit, tag, link and metadata key."""
    if not refused(lambda: escape.account(name)):
        root = name.partition(":")[0]
        assert account.is_valid(name)
        (opened,) = reread(f'option "name_assets" "{root}"\n2015-01-01 open {name} CNY\n')
        assert opened.account == name
    if not refused(lambda: escape.currency(name)):
        (opened,) = reread(f"2015-01-01 open Assets:Cash {name}\n")
        assert opened.currencies == [name]
    if not refused(lambda: escape.tag(name)):
        (note,) = reread(f'2015-01-01 note Assets:Cash "text" #{name} ^x\n')
        assert note.tags == {name}
    if not refused(lambda: escape.link(name)):
        (note,) = reread(f'2015-01-01 note Assets:Cash "text" ^{name} #x\n')
        assert note.links == {name}
    if not refused(lambda: escape.key(name)):
        (opened,) = reread(f"2015-01-01 open Assets:Cash\n  {name}: 7\n")
        assert {name: 7}.items() <= opened.meta.items()


@pytest.mark.parametrize(
    ("allow", "names"),
    [
        (escape.account, ["Expenses:F01-Relocation:0601-Housing", "E支出:F01-中央易地搬迁:0601-住房建设"]),
        (escape.currency, ["CNY", "CNY.Q"]),
        (escape.tag, ["red", "2015/01"]),
        (escape.link, ["P01"]),
        (escape.key, ["voucher", "bank-ref", "open"]),
    ],
)
def test_names_in_use_are_allowed(allow: Callable[[str], str], names: list[str]) -> None:
    """A validator that refused everything would pass the property test."""
    assert [allow(name) for name in names] == names


@pytest.mark.parametrize(
    "name",
    [
        "Assets",
        "Assets:银行存款",
        "Assets:02-住房（一期）",
        "Assets:Ｂank",
        "Assets:Bank\u200b",
        "Assets:Bank\u3000",
        "Assets:Bank\n",
        "Assets::Bank",
        "assets:Bank",
        "1Assets:Bank",
    ],
)
def test_account_names_that_beancount_lets_pass_are_refused(name: str) -> None:
    """Some of these Beancount's own lexer accepts."""
    assert not escape.is_valid_account(name)
    with pytest.raises(FormatError, match="account"):
        escape.account(name)


@pytest.mark.parametrize(
    ("allow", "name"),
    [
        (escape.tag, "a b"),
        (escape.tag, "标签"),
        (escape.link, "a^b"),
        (escape.currency, "cny"),
        (escape.currency, "CNY\n"),
        (escape.currency, "TRUE"),
        (escape.key, "lineno"),
        (escape.key, "filename"),
        (escape.key, "键"),
    ],
)
def test_names_that_would_be_read_as_something_else_are_refused(allow: Callable[[str], str], name: str) -> None:
    """Or lost without a word, as metadata with Beancount's own keys."""
    with pytest.raises(FormatError):
        allow(name)


def test_a_refused_character_is_named() -> None:
    """The clerk must be able to find what cannot be seen."""
    with pytest.raises(FormatError, match=r"Character 3 .* U\+202E RIGHT-TO-LEFT OVERRIDE"):
        escape.stored("ab\u202ec")


def test_text_is_stored_composed() -> None:
    """Two spellings of one letter are one text."""
    assert escape.stored("e\u0301") == "é"

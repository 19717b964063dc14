"""Whether the vouchers of a published ledger rest on what it says they do, and its aliases on somebody else's word."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fundtrack.book.aliases import Alias, Basis
from fundtrack.book.grounds import gives
from fundtrack.ledger.aliases import FORMS, read_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fundtrack.beantext.directives import Custom, Transaction


class Objection(NamedTuple):
    """What is not as it was published: the key of a message, its details, and where; line 0 is the whole file."""

    key: str
    path: str
    line: int
    details: Mapping[str, object]


def rested(vouchers: Iterable[Transaction], said: Sequence[Custom]) -> Iterator[Objection]:
    """Yield vouchers of another fund than their basis gives, and bases by a word that nobody else confirmed in time."""
    aliases: dict[int, Alias] = {}
    bases: dict[str, Basis] = {}
    for directive in (one for one in said if one.type in FORMS):
        try:
            one = read_one(directive)
        except (ValueError, LookupError, TypeError, AttributeError):
            continue  # that it is none of ours is told of its file
        if isinstance(one, Alias):
            aliases[one.alias] = one
            continue
        if not isinstance(one, Basis):
            continue
        bases[str(one.fund_basis)] = one
        if one.alias is not None and not ((alias := aliases.get(one.alias)) and gives(alias, one)):
            details = {"alias": one.alias, "word": one.word, "fund": one.fund}
            yield Objection("published-alias-unconfirmed", *_place(directive), details)
    for voucher in vouchers:
        number, rests_on = str(voucher.meta.get("voucher", "")), voucher.meta.get("fund-basis")
        basis = None if rests_on is None else bases.get(str(rests_on))
        if rests_on is not None and (basis is None or not number.startswith(f"{basis.fund}-")):
            details = {"voucher": number, "basis": rests_on, "fund": basis.fund if basis else "–"}
            yield Objection("published-fund-without-basis", *_place(voucher), details)


def _place(directive: Transaction | Custom) -> tuple[str, int]:
    return str(directive.meta["filename"]), int(directive.meta["lineno"])

"""Nobody reconciles what he prepared or approved: asked before an entry of `bank_match` goes in, whoever brings it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fundtrack.book.person import same_person
from fundtrack.errors import UsageError
from fundtrack.posting.standing import NUMBER
from fundtrack.schema import dialect
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

REGISTER: Final = "bank_match"
HANDS: Final = "SELECT prepared_by, approved_by FROM voucher WHERE fund = :fund AND year = :year AND number = :number"


def assert_apart(connection: Connection, rows: Iterable[Sequence[Any]], by: str) -> None:
    """Refuse matches of vouchers by who had a part in them. Raises UsageError (`match-own`).

    `by` is who brings the entries; who made the match may be another.
    """
    at = {name: REGISTERS[REGISTER].columns.index(name) for name in ("voucher_number", "matched_by")}
    for row in rows:
        number, matched_by = row[at["voucher_number"]], row[at["matched_by"]]
        form = NUMBER.fullmatch(str(number))
        if form is None:
            continue  # a line, or what is no voucher's number
        given = {"fund": form[1], "year": int(form[2]), "number": int(form[3])}
        for hands in dialect.rows_of(connection, HANDS, given):
            for who in (by, matched_by):
                if any(hand and same_person(hand, who) for hand in hands):
                    raise UsageError("match-own", who=who, voucher=number)

"""One bill over several funds: a voucher in each, linked, that stand or fall together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack import money
from fundtrack.errors import FormatError, UsageError
from fundtrack.posting.vouchers import draft

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Unpack

    from fundtrack.chart.model import Chart
    from fundtrack.posting.draft import Draft
    from fundtrack.posting.vouchers import Details


def split(
    chart: Chart,
    shares: Mapping[str, int],
    total: int,
    *,
    uses: Mapping[str, str],
    date: date,
    **details: Unpack[Details],
) -> list[Draft]:
    """Return the linked payments of a bill of `total` fen: what each fund pays, and from which of its uses.

    Raises UsageError (`split-difference`) unless the shares are the bill to the fen.
    """
    if sum(shares.values()) != total:
        raise UsageError(
            "split-difference",
            shares=money.grouped(sum(shares.values())),
            total=money.grouped(total),
            difference=money.grouped(total - sum(shares.values())),
        )
    details.setdefault("bill", 1)
    return [
        draft(chart, "disbursement", share, fund=fund, date=date, use=uses.get(fund, ""), **details)
        for fund, share in shares.items()
    ]


def parse_shares(words: str) -> dict[str, int]:
    """Return the fen of each fund from `F01=60000.00,F03=40000.00`. Raises UsageError (`split-form`)."""
    shares: dict[str, int] = {}
    for word in words.replace("，", ",").split(","):
        fund, equals, amount = (part.strip() for part in word.partition("="))
        try:
            share = money.parse(amount)
        except FormatError as error:
            raise UsageError("split-form", word=word) from error
        if not fund or not equals or fund in shares:
            raise UsageError("split-form", word=word)
        shares[fund] = share
    return shares

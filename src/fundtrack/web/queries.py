"""The queries that run for everybody, literally: those the ledger itself publishes and those behind Fava's own pages.

Nothing of a query is left open, not a column and not a condition: BQL reads the folders of this machine, and one
regular expression in it holds the interpreter for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection


def collapsed(query: str) -> str:
    """Return a query on one line; no query of Fava's has blanks that mean something."""
    return " ".join(query.split())


PROFIT: Final = (
    "safediv((abs(sum(number(value(position)))) - abs(sum(number(cost(position))))), sum(number(cost(position)))) * 100"
)

FAVAS: Final = frozenset(
    map(
        collapsed,
        (
            "SELECT account, count(account) ORDER BY account",
            f"""
            SELECT account, units(sum(position)) as units, cost_number as cost,
                first(getprice(currency, cost_currency)) as price, cost(sum(position)) as book_value,
                value(sum(position)) as market_value, {PROFIT} as unrealized_profit_pct, cost_date as acquisition_date
            WHERE account_sortkey(account) ~ "^[01]"
            GROUP BY account, cost_date, currency, cost_currency, cost_number, account_sortkey(account)
            ORDER BY account_sortkey(account), currency, cost_date
            """,
            f"""
            SELECT account, units(sum(position)) as units, cost(sum(position)) as book_value,
                value(sum(position)) as market_value, {PROFIT} as unrealized_profit_pct
            WHERE account_sortkey(account) ~ "^[01]"
            GROUP BY account, cost_currency, account_sortkey(account), currency
            ORDER BY account_sortkey(account), currency
            """,
            f"""
            SELECT units(sum(position)) as units,
                safediv(number(only(first(cost_currency), cost(sum(position)))),
                number(only(first(currency), units(sum(position))))) as average_cost,
                first(getprice(currency, cost_currency)) as price, cost(sum(position)) as book_value,
                value(sum(position)) as market_value, {PROFIT} as unrealized_profit_pct
            WHERE account_sortkey(account) ~ "^[01]"
            GROUP BY currency, cost_currency ORDER BY currency, cost_currency
            """,
            f"""
            SELECT units(sum(position)) as units, cost(sum(position)) as book_value,
                value(sum(position)) as market_value, {PROFIT} as unrealized_profit_pct
            WHERE account_sortkey(account) ~ "^[01]"
            GROUP BY cost_currency ORDER BY cost_currency
            """,
        ),
    )
)
"""What the scripts of Fava 1.30 ask for its statistics and its holdings: all, by account, currency, cost currency."""


def is_open(query: str, published: Collection[str]) -> bool:
    """Return whether a query is one of Fava's, or to the letter one that the ledger publishes."""
    return collapsed(query) in FAVAS or query.strip() in {text.strip() for text in published}

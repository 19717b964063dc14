"""Beancount's directives under one roof, so that nothing above this package imports Beancount."""

from __future__ import annotations

from typing import Any, Protocol

from beancount.core.account import TYPE as ACCOUNT
from beancount.core.amount import Amount
from beancount.core.data import (
    Balance,
    Close,
    Commodity,
    Custom,
    Directive,
    Document,
    Event,
    Note,
    Open,
    Pad,
    Posting,
    Price,
    Query,
    Transaction,
)

__all__ = [
    "ACCOUNT",
    "Amount",
    "Balance",
    "Close",
    "Commodity",
    "Custom",
    "CustomValue",
    "Directive",
    "Document",
    "Event",
    "Note",
    "Open",
    "Options",
    "Pad",
    "Posting",
    "Price",
    "Query",
    "Transaction",
]

Options = dict[str, Any]
"""A ledger's options by name, as Beancount keeps them: the value is of the option's own type."""


class CustomValue(Protocol):
    """One value of a `custom` directive; an account has the `dtype` ACCOUNT, all else its Python type."""

    @property
    def value(self) -> object:
        """The value itself."""

    @property
    def dtype(self) -> object:
        """Its type."""

"""Checks: a page's select, run through a lens, yields findings.

The same text refuses a candidate before posting, audits the book, and audits a ledger from elsewhere. What differs is
the lens: which rows the relations `postings`, `vouchers`, `funds`, `accounts`, `banks`, `grants` and `daily_balances`
hold when the select runs.
"""

from __future__ import annotations

from fundtrack.checking.check import Check, checks
from fundtrack.checking.finding import Finding
from fundtrack.checking.run import run

__all__ = ["Check", "Finding", "checks", "run"]

"""The published ledger: Beancount text written from the book, and read back with Beancount's parser alone."""

from __future__ import annotations

from fundtrack.ledger.canonical import Canonical, Entry, Voucher, canonical
from fundtrack.ledger.publish import Published, publish
from fundtrack.ledger.read import read
from fundtrack.ledger.rows import voucher_number

__all__ = ["Canonical", "Entry", "Published", "Voucher", "canonical", "publish", "read", "voucher_number"]

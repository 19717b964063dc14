"""Posting: the only writer of vouchers."""

from __future__ import annotations

from fundtrack.posting.draft import Draft, Entry, Leg
from fundtrack.posting.post import Posted, post

__all__ = ["Draft", "Entry", "Leg", "Posted", "post"]

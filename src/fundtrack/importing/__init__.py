"""Importing: a file the bureau has, read through a page into candidate vouchers, nothing lost.

`choose` finds the page of a file, `Importer.candidates` reads it. Nothing here knows the book or posts.
"""

from __future__ import annotations

from fundtrack.importing.body.balances import Break
from fundtrack.importing.body.blocks import Block, Candidate, Row
from fundtrack.importing.body.totals import Total
from fundtrack.importing.importer import Importer, Peek, choose, peek
from fundtrack.importing.reading import Reading

__all__ = ["Block", "Break", "Candidate", "Importer", "Peek", "Reading", "Row", "Total", "choose", "peek"]

"""Importing: a file the bureau has, read through a page into candidate vouchers, row by row, nothing lost.

`choose` finds the page of a file, `Importer.candidates` reads it. Nothing here knows the book or posts.
"""

from __future__ import annotations

from fundtrack.importing.columns import Candidate
from fundtrack.importing.importer import Importer, Peek, choose, peek
from fundtrack.importing.reading import Reading
from fundtrack.importing.table import Row
from fundtrack.importing.totals import Break, Total

__all__ = ["Break", "Candidate", "Importer", "Peek", "Reading", "Row", "Total", "choose", "peek"]

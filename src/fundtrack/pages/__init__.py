"""Pages: Markdown files that define a check, an importer or a report, explain it and show it at work.

`load` reads one page, `folder` every page of a folder, `installed` says where the pages that come with fundtrack are,
`names` what they are called, and `catalogue` gives those and a book's own, by name.
"""

from __future__ import annotations

from fundtrack.pages.catalogue import Kind, catalogue, every, folder, installed, names
from fundtrack.pages.model import Fence, Page, Section
from fundtrack.pages.reader import load

__all__ = ["Fence", "Kind", "Page", "Section", "catalogue", "every", "folder", "installed", "load", "names"]

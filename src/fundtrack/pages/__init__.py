"""Pages: Markdown files that define a check, an importer or a report, explain it and show it at work.

`load` reads one page, `folder` every page of a folder, `installed` says where the pages that come with fundtrack are,
and `catalogue` gives those and a book's own, by name; `nearest` says what a name that is none may have meant.
"""

from __future__ import annotations

from fundtrack.pages.catalogue import Kind, catalogue, folder, installed, nearest
from fundtrack.pages.model import Fence, Page, Section
from fundtrack.pages.reader import load

__all__ = ["Fence", "Kind", "Page", "Section", "catalogue", "folder", "installed", "load", "nearest"]

"""Where pages live: those that come with fundtrack, and a book's own beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from fundtrack.errors import PageError
from fundtrack.pages.reader import load

if TYPE_CHECKING:

    from fundtrack.pages.model import Page

Kind = Literal["checks", "importers", "reports"]

PACKAGED: Final = Path(__file__).parent.parent / "_pages"
CHECKOUT: Final = Path(__file__).parents[3]


def installed(kind: Kind) -> Path:
    """Return the folder of the pages that come with fundtrack: in the wheel, or in the repository it runs from."""
    packaged = PACKAGED / kind
    return packaged if packaged.is_dir() else CHECKOUT / kind


def folder(path: Path) -> list[Page]:
    """Return every page of a folder, by name; none of a folder that does not exist. Raises PageError."""
    return [load(file) for file in sorted(path.glob("*.md"))]


def catalogue(kind: Kind, installed_folder: Path | None = None, local: Path | None = None) -> dict[str, Page]:
    """Return the installed pages of a kind and those in a book's own folder of that kind, by name.

    A local page may not take an installed name, so that the audited cannot disarm the audit; a copy of the same text
    is no harm. Raises PageError (`page-shadows`, or what is wrong with a page).
    """
    pages = {page.name: page for page in folder(installed_folder or installed(kind))}
    for page in folder(local) if local else ():
        known = pages.setdefault(page.name, page)
        if known.source != page.source:
            raise PageError("page-shadows", path=page.path, name=page.name, kind=kind)
    return dict(sorted(pages.items()))

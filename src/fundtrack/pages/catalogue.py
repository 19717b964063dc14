"""Where pages live: those that come with fundtrack, and a book's own beside them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from fundtrack.errors import PageError
from fundtrack.pages.reader import defined_by, load

if TYPE_CHECKING:
    from collections.abc import Callable

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


def names(kind: Kind) -> list[str]:
    """Return the names of the installed pages of a kind, none of which is read."""
    return list(_paths(installed(kind)))


def every(_definition: str) -> bool:
    """Want every page."""
    return True


def catalogue(
    kind: Kind,
    installed_folder: Path | None = None,
    local: Path | None = None,
    *,
    wanted: Callable[[str], bool] = every,
) -> dict[str, Page]:
    """Return the installed pages of a kind and those in a book's own folder of that kind, by name.

    A local page may not take an installed name, so that the audited cannot disarm the audit; a copy of the same text
    is no harm. Of the installed pages only those are read whose definition is `wanted` by what stands behind its ticks.

    Raises PageError (`page-shadows`, or what is wrong with a page).
    """
    delivered = installed_folder or installed(kind)
    paths = _paths(delivered)
    pages = dict(_delivered(delivered, wanted))
    for page in folder(local) if local else ():
        known = pages.setdefault(page.name, load(paths[page.name]) if page.name in paths else page)
        if known.source != page.source:
            raise PageError("page-shadows", path=page.path, name=page.name, kind=kind)
    return dict(sorted(pages.items()))


@cache
def _paths(delivered: Path) -> dict[str, Path]:
    """Return the pages of a folder that came with fundtrack, by name: they change when it does, not while it runs."""
    return {path.stem: path for path in sorted(delivered.glob("*.md"))}


@cache
def _delivered(delivered: Path, wanted: Callable[[str], bool]) -> dict[str, Page]:
    """Read the wanted ones of them, once: every act asks for the pages that judge it."""
    return {name: load(path) for name, path in _paths(delivered).items() if wanted(defined_by(path))}

"""The repository's own source as text and as syntax, for tests about how it is written."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fundtrack import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
SRC: Final = ROOT / "src" / "fundtrack"
ERRORS: Final = {name for name, value in vars(errors).items() if isinstance(value, type)} - {"Refused"}


@cache
def text(path: Path) -> str:
    """Return the text of a file, empty if it is none."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax of a Python file."""
    return ast.parse(text(path), path)


def python(*folders: Path) -> list[Path]:
    """Return the Python files of folders, by default of all of ours."""
    return sorted(
        path for folder in folders or (SRC, ROOT / "tests", ROOT / "benchmarks") for path in folder.rglob("*.py")
    )


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls in a file with what they call, as written."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def at(path: Path, node: ast.expr | ast.stmt | ast.excepthandler | int) -> str:
    """Return `file:line`, on which an editor jumps to it."""
    return f"{path.relative_to(ROOT)}:{node if isinstance(node, int) else node.lineno}"


def raised() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield where an error is made with a literal key, the key, and the call."""
    for path in python(SRC):
        for name, call in calls(path):
            if name.rpartition(".")[2] in ERRORS and call.args:
                yield from ((at(path, call), key, call) for key in literals(call.args[0]))


def literals(key: ast.expr) -> list[str]:
    """Return the keys that are written out: one, or the two of a condition."""
    if isinstance(key, ast.IfExp):
        return literals(key.body) + literals(key.orelse)
    return [key.value] if isinstance(key, ast.Constant) and isinstance(key.value, str) else []

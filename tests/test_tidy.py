"""How this repository is kept: sizes, names, layers, messages, pages. Style that is not tested does not last."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final

import grimp
import pytest
from importlinter.cli import lint_imports

from fundtrack import errors
from source import ROOT, SRC, at, calls, python, raised, text, tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGES: Final = ("checks", "importers", "reports")

SLOW: Final = {"numpy", "pandas"}
FILE_LINES: Final = 400
FUNCTION_LINES: Final = 60
BANNED_NAMES: Final = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}
MACHINE: Final = re.compile(
    r"(?<![\w.~$}])/(?:work|opt|root|home|tmp|Users|var)/|index-url|find-links|pypi\.|pythonhosted"
)
EVASION: Final = re.compile(r"\bxfail\b|\bskipif\b|\bimportorskip\b|(?:mark|pytest|unittest)\.skip|SkipTest|--deselect")


def written() -> list[Path]:
    """Return every file of the repository that a person wrote and that is text."""
    folders = (".ci", "benchmarks", "docs", "src", "tests", *PAGES)
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    found += [path for path in ROOT.iterdir() if path.is_file() and path.suffix in {".md", ".toml", ".txt"}]
    return sorted(path for path in found if "__pycache__" not in path.parts and text(path))


def expect_none(found: Iterable[object]) -> None:
    """Fail with every fault found, one a line."""
    faults = [str(fault) for fault in found]
    assert not faults, "\n".join(["", *faults])


def test_modules_import_alone() -> None:
    """No module needs another to have been imported first: none imports, by whatever way round, what imports it."""
    graph = grimp.build_graph(SRC.name, exclude_type_checking_imports=True)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()


def test_layers(capsys: pytest.CaptureFixture[str]) -> None:
    """A layer imports below itself only, and each foreign package has its door."""
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == 0, capsys.readouterr().out


def test_slow_packages_are_imported_where_they_are_used() -> None:
    """`fundtrack --help` does not wait a second for pandas."""
    expect_none(
        at(path, statement)
        for path in python(SRC)
        for statement in run_on_import(tree(path))
        if isinstance(statement, ast.Import | ast.ImportFrom) and imported(statement) & SLOW
    )


def run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs when a module is imported: not its functions, nor what is for the type checker only."""
    for child in ast.iter_child_nodes(node):
        typing_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if not typing_only and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from run_on_import(child)


def imported(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Return the packages a statement imports from."""
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return {name.partition(".")[0] for name in names}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions in a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_fit_a_screen() -> None:
    """From `def` to the last line."""
    expect_none(
        f"{at(path, node)} {node.name} has {length} lines"
        for path in python()
        for node in functions(path)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    )


def test_files_are_short() -> None:
    """A file that grows is split by what a reader looks for."""
    expect_none(
        f"{path.relative_to(ROOT)} has {lines} lines"
        for path in python()
        if (lines := len(text(path).splitlines())) > FILE_LINES
    )


def test_names_say_something() -> None:
    """A file is named after the thing it defines."""
    expect_none(path for path in written() if {path.stem, path.parent.name} & BANNED_NAMES)


def test_only_the_command_line_prints() -> None:
    """Everything else returns what it has to say."""
    expect_none(at(path, call) for path in python(SRC) for name, call in calls(path) if name == "print")


def test_no_float_is_made() -> None:
    """What is never made cannot reach money."""
    expect_none(at(path, call) for path in python(SRC) for name, call in calls(path) if name == "float")


def test_only_expected_exceptions_are_caught() -> None:
    """A bug is never taken for bad data."""
    expect_none(
        at(path, node)
        for path in python(SRC)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or "Exception" in re.findall(r"\w+", ast.unparse(node.type)))
    )


def test_nothing_is_evaded() -> None:
    """A test that may be left out proves nothing."""
    expect_none(path for path in written() if path != Path(__file__) and EVASION.search(text(path)))


def test_nothing_names_a_machine() -> None:
    """What runs here runs anywhere."""
    expect_none(
        f"{at(path, number)} {line.strip()}"
        for path in written()
        if path != Path(__file__)
        for number, line in enumerate(text(path).splitlines(), 1)
        if MACHINE.search(line)
    )


def placeholders(sentence: str) -> set[str]:
    """Return the details a sentence asks for."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("file", sorted((SRC / "messages").glob("*.toml")), ids=lambda path: path.stem)
def test_messages_are_in_both_languages(file: Path) -> None:
    """Each message, and each remedy, is in English and Chinese with the same details."""
    for key, texts in tomllib.loads(text(file)).items():
        assert {"en", "zh"} <= set(texts) <= {"en", "zh", "remedy-en", "remedy-zh"}, key
        assert ("remedy-en" in texts) == ("remedy-zh" in texts), key
        assert placeholders(texts["en"]) == placeholders(texts["zh"]), key
        assert placeholders(texts.get("remedy-en", "")) == placeholders(texts.get("remedy-zh", "")), key


def test_messages_are_all_used() -> None:
    """No message outlives what it was about. A family of messages is used by its stem: f"change-{kind}".

    Or by the stem that `in_words` is given for a column.
    """
    source = "\n".join(text(path) for path in python(SRC))
    stems = re.findall(r'f"([a-z]+(?:-[a-z]+)*-)\{', source)
    given = [call for path in python(SRC) for name, call in calls(path) if name == "show.in_words"]
    stems += [f"{ast.literal_eval(keyword.value)}-" for call in given for keyword in call.keywords]
    expect_none(key for key in errors.messages() if f'"{key}"' not in source and not key.startswith(tuple(stems)))


def test_errors_have_their_message_and_its_details() -> None:
    """An error that cannot be printed hides the first one."""
    messages = errors.messages()
    expect_none(f"{where} {key} is no message" for where, key, _ in raised() if key not in messages)
    expect_none(
        f"{where} {key} lacks {', '.join(sorted(missing))}"
        for where, key, call in raised()
        if None not in (given := {keyword.arg for keyword in call.keywords})
        and (missing := placeholders("".join(messages[key].values())) - given)
    )


def test_pages_are_titled_by_their_names() -> None:
    """One title, which is the name by which commands know the page."""
    pages = [path for kind in PAGES for path in (ROOT / kind).glob("*.md")]
    expect_none(f"{at(path, 1)} {titles(path)}" for path in pages if titles(path) != [path.stem])


def test_documents_have_one_title() -> None:
    """A document is one thing."""
    documents = [path for path in written() if path.suffix == ".md" and path.parent.name not in PAGES]
    expect_none(f"{at(path, 1)} {titles(path)}" for path in documents if len(titles(path)) != 1)


def titles(path: Path) -> list[str]:
    """Return the first-level headings of a Markdown file, without what is in front matter and fences."""
    body = re.sub(r"\A---\n.*?^---\n|^(`{3,}|~{3,}).*?^\1", "", text(path), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^# (.+)$", body, re.MULTILINE)


def test_changelog_is_current() -> None:
    """What changed is written down in the commit that changes it."""
    version = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]["version"]
    headings = Counter(re.findall(r"^## \[(.+?)\]", text(ROOT / "CHANGELOG.md"), re.MULTILINE))
    assert {"Unreleased", version} & headings.keys()
    assert set(headings.values()) == {1}

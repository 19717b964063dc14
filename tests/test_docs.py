"""The documentation: every session in it runs and prints what it says, every link leads somewhere, nothing is left out.

A page's `console` fences are one session in an empty folder: `$ ` begins a command, `> ` continues it, what follows is
what it prints; `…` in a line stands for anything, alone in a line for any lines. A fence with `file=NAME` is that file.
Commands that do not end, or install, stand in `sh` fences and are only parsed.

References of commands and pages are generated; see `generated.py`.
"""

from __future__ import annotations

import difflib
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from fundtrack.cli import app
from fundtrack.errors import LANGUAGES, message
from fundtrack.importing import Importer
from fundtrack.importing.elsewhere import is_system
from fundtrack.pages import catalogue
from fundtrack.schema.registers import REGISTERS
from generated import assert_generated
from shell import Shell, lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conftest import RunCli
    from fundtrack.pages import Kind, Page
    from fundtrack.schema.registers import Register

ROOT: Final = Path(__file__).parent.parent
README: Final = ROOT / "README.md"
REFERENCE: Final = ROOT / "docs" / "reference"
WRITTEN: Final = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]

INSTALL: Final = (
    "python3 -m venv .venv && .venv/bin/pip install -q . -c constraints.txt && .venv/bin/fundtrack demo tianyang"
)
TEST: Final = "sh tests/run"
TOTALS: Final = (
    "47,034,000.00",
    "5,000,000.00",
    "37,085,800.00",
    "42,085,800.00",
    "1,692,000.00",
    "14,680,000.00",
    "105,491,800.00",
)
"""What arrived in the sample book, by fund, group and in all: the source document's own figures."""

KINDS: Final[tuple[Kind, ...]] = ("checks", "importers", "reports")


def named(path: Path) -> str:
    """Return how a page is called in the list of tests."""
    return path.relative_to(ROOT).as_posix()


def fences(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the fences of a page: what stands behind the backticks, and the text."""
    for token in MarkdownIt().parse(path.read_text("utf-8")):
        if token.type == "fence":
            yield token.info, token.content


def pattern(expected: Iterable[str]) -> str:
    """Return the regular expression of what should be printed."""
    found = ""
    for line in expected:
        found += r"(?:[^\n]*\n)*?" if line.strip() == "…" else re.escape(line).replace("…", r"[^\n]*") + r"\n"
    return found


def play(path: Path, shell: Shell) -> None:
    """Run a page's session and compare what each command prints; a failure shows the difference."""
    for info, content in fences(path):
        if file := re.search(r"\bfile=(\S+)", info):
            (shell.folder / file[1]).write_text(content, "utf-8")
        for part in re.split(r"(?m)^\$ ", content)[1:] if info == "console" else []:
            typed = re.match(r"(?:.*\\\n> )*.*\n", part)
            assert typed, part
            command, expected = typed[0].replace("\\\n> ", "").rstrip(), lines(part[typed.end() :])
            printed = shell.run(command)
            if not re.fullmatch(pattern(expected), "".join(f"{line}\n" for line in printed)):
                difference = difflib.unified_diff(expected, printed, "written", "printed", lineterm="", n=99)
                pytest.fail("\n".join([f"{named(path)}: $ {command}", *difference]), pytrace=False)


@pytest.fixture
def shell(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Return a terminal in an empty folder."""
    return Shell(tmp_path, tmp_path_factory.mktemp("programs"))


SESSIONS: Final = [path for path in WRITTEN if path != README and any(info == "console" for info, _ in fences(path))]


@pytest.mark.parametrize("page", SESSIONS, ids=named)
def test_a_session_prints_what_the_page_says(page: Path, shell: Shell, request: pytest.FixtureRequest) -> None:
    """From an empty folder, command by command."""
    if page.stem == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        shell.alone = True  # a server minds connections that are left open; the end of a process closes them
        shell.environment["FUNDTRACK_DATABASE"] = url.render_as_string(hide_password=False)
    play(page, shell)


def test_the_readme_is_true(shell: Shell) -> None:
    """Its two commands are these; the first ends in the balances of the source document; then its session runs."""
    commands = [line for info, content in fences(README) if info == "sh" for line in content.splitlines()]
    assert [line for line in commands if not line.startswith("#")][:2] == [INSTALL, TEST]
    demo = INSTALL.rpartition(" && .venv/bin/")[2]
    printed = "\n".join(shell.run(f"exec {demo} --no-browse"))
    assert shell.last == 0, printed
    balances = printed.rpartition("== ")[2]
    assert [total for total in TOTALS if total not in balances] == []
    play(README, shell)


def test_commands_that_are_not_run_can_be_read() -> None:
    """Those in `sh` fences exist and have the options they are given."""
    written = [content for path in WRITTEN for info, content in fences(path) if info == "sh"]
    found = [line for line in re.split(r"\n| && ", "\n".join(written)) if re.match(r"\S*fundtrack ", line)]
    assert found
    for line in found:
        words = shlex.split(line)[1:]
        group: Any = typer.main.get_command(app)
        while words and words[0] in getattr(group, "commands", ()):
            group = group.commands[words.pop(0)]
        with group.make_context("fundtrack", words):
            pass


def slug(heading: str) -> str:
    """Return what forges call a heading in an address."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(path: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield the links of a page into the repository: as written, the file, and the heading, empty for none."""
    for block in MarkdownIt().parse(path.read_text("utf-8")):
        for token in block.children or []:
            target = token.attrGet("href") or token.attrGet("src")
            if isinstance(target, str) and "://" not in target:
                file, _, heading = target.partition("#")
                yield target, (path.parent / file).resolve() if file else path, heading


def headings(path: Path) -> set[str]:
    """Return the addresses of a page's headings."""
    tokens = MarkdownIt().parse(path.read_text("utf-8"))
    return {slug(tokens[at + 1].content) for at, token in enumerate(tokens) if token.type == "heading_open"}


def test_every_link_leads_somewhere() -> None:
    """Files, pictures, and headings of pages."""
    broken = [
        f"{named(path)}: {target}"
        for path in WRITTEN
        for target, file, heading in links(path)
        if not file.exists() or (heading and heading not in headings(file))
    ]
    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    """A page nobody can find is not written."""
    reached, ahead = set[Path](), [README]
    while ahead:
        path = ahead.pop()
        if path not in reached and path.suffix == ".md":
            reached.add(path)
            ahead += [file for _, file, _ in links(path) if file.is_file()]
    assert [named(path) for path in WRITTEN if path not in reached] == []


def help_of(*words: str) -> str:
    """Return what `fundtrack … --help` prints on a terminal of 80 columns or more."""
    shown = CliRunner(env={"NO_COLOR": "1"}).invoke(app, [*words, "--help"], prog_name="fundtrack", terminal_width=78)
    assert shown.exit_code == 0
    return "\n".join(lines(shown.output))


def commands(group: object, *words: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command."""
    for name, command in getattr(group, "commands", {}).items():
        yield (*words, name)
        yield from commands(command, *words, name)


def test_the_reference_of_commands_is_their_help(run_cli: RunCli) -> None:
    """Every command, word for word; one of them in a process of its own, to see that both are the same."""
    parts = ["", "```text", help_of(), "```", ""]
    for words in commands(typer.main.get_command(app)):
        parts += [f"## {' '.join(words)}", "", "```text", help_of(*words), "```", ""]
    assert_generated(REFERENCE / "cli.md", "\n".join(parts))
    assert "\n".join(lines(run_cli("post", "--help").stdout)) == help_of("post")


def row(page: Page, kind: Kind) -> str:
    """Return the line of a page in a table: its name, its title in Chinese, and a sentence."""
    english = f"{page.reason.partition('. ')[0].rstrip('.')}." if kind == "checks" else page.message
    return f"| [{page.name}](../../{kind}/{page.name}.md) | {page.text('title', 'zh')} | {' '.join(english.split())} |"


def test_the_reference_of_pages_names_every_page() -> None:
    """Checks, importers and reports, with links to the pages themselves."""
    parts = [""]
    for kind in KINDS:
        parts += [f"## {kind.capitalize()}", "", "| name | 名称 | |", "|---|---|---|"]
        parts += [*(row(page, kind) for page in catalogue(kind).values()), ""]
    assert_generated(REFERENCE / "pages.md", "\n".join(parts))


def of_register(register: Register, pages: Iterable[Page]) -> Iterator[str]:
    """Yield the lines on a register: what it is, what a page calls it, its key, its importers, its columns."""
    named = ", ".join(f"[{page.name}](../../importers/{page.name}.md)" for page in pages)
    key = ", ".join(f"`{column}`" for column in register.key)
    yield from (f"## {register.name}", "", *(f"{register.title[language]}\n" for language in LANGUAGES))
    yield from (f"In a select `{register.relation}`; imported through {named}; one entry holds for each {key}.", "")
    yield from ("| column | type | |", "|---|---|---|")
    for column, kind in register.fields.items():
        english, chinese = (message(f"column-{column}", language) for language in ("en", "zh"))
        form = register.forms.get(column, kind)
        typed = f"{kind}: {form}" if isinstance(form, str) else " or ".join(f"`{word}`" for word in form)
        yield f"| `{column}` | {typed.removeprefix(f'{form}: ')} | {english} {chinese} |"
    yield ""


def test_the_reference_of_registers_is_their_declaration() -> None:
    """Every register with its columns, as `registers.toml` has it, and the pages that fill it."""
    pages: dict[str, list[Page]] = {name: [] for name in REGISTERS}
    for page in catalogue("importers").values():
        if not is_system(page) and (register := Importer(page).layout.register):
            pages[register.name].append(page)
    parts = ["", *(line for name, one in REGISTERS.items() for line in of_register(one, pages[name]))]
    assert_generated(REFERENCE / "registers.md", "\n".join(parts))

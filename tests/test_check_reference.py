"""The reference of the checks: made of the pages, with what each prints for its first faulty example."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import roads
from commands import closed_book, in_both_languages
from fundtrack.checking import checks
from fundtrack.cli.show import findings
from fundtrack.schema.registers import BY_RELATION
from generated import assert_generated

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from commands import Say
    from fundtrack.checking import Check
    from roads import Example

REFERENCE: Final = Path(__file__).parent.parent / "docs" / "reference" / "checks.md"
DIRECTIVE: Final = re.compile(r"^\d{4}-\d\d-\d\d .*\n(?:[ \t]+\S.*\n)*", re.MULTILINE)


def test_the_reference_of_checks_is_their_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each check with its basis, its thresholds and an example as it is printed, from the pages and nothing else."""
    monkeypatch.chdir(tmp_path)
    parts = [""]
    for name, check in checks().items():
        example = next(one for one in roads.examples() if one.page == name and name in {f.check for f in one.expected})
        parts += [*described(check), *shown(check, example, capsys), ""]
    assert_generated(REFERENCE, "\n".join(parts))


def test_the_threshold_that_is_shown_can_be_set(say: Say) -> None:
    """As it is printed at the head of the reference; a name that is none is answered with the nearest three."""
    fence = REFERENCE.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    (table,) = tomllib.loads(fence)["checks"]
    closed_book(Path("book"))
    settings = Path("book") / "fundtrack.toml"
    own = settings.read_text("utf-8")
    settings.write_text(f"{own}\n{fence}", "utf-8")
    answer = say("--book", "book", "check", "--no-record")
    assert answer.code == 0, answer.err
    assert f": {table}\n" in answer.out
    settings.write_text(f"{own}\n{fence.replace(table, 'passed-down-lately')}", "utf-8")
    answer = say("--book", "book", "check", "--no-record")
    assert answer.code == 2
    assert table in answer.err
    assert in_both_languages(answer.err)
    assert sum(name in answer.err for name in checks()) <= 3
    settings.write_text(own, "utf-8")
    for command in (("check", "--no-record", "--only", "overdrawm"), ("explain", "overdrawm")):
        answer = say("--book", "book", *command)
        assert "overdrawn" in answer.err
        assert sum(name in answer.err for name in checks()) <= 3


def described(check: Check) -> Iterator[str]:
    """Yield what the page says of the check."""
    page, front = check.page, check.page.front
    yield f"## {check.name}"
    yield ""
    asked = "asked by audits" if check.scope == "book" else "asked at posting and by audits"
    reads = [
        register.name
        for relation, register in BY_RELATION.items()
        if check.mentions(relation) and relation not in check.optional
    ]
    facts = [f"**{page.text('title', 'zh')}**", f"{front['catalogue']}", f"`{check.severity}`", asked, in_force(check)]
    facts += [f"needs the register {', '.join(reads)}"] if reads else []
    facts += [f"needs {', '.join('`' + '.'.join(need) + '`' for need in check.needs)}"] if check.needs else []
    yield " · ".join(filter(None, [*facts, f"[the page](../../checks/{check.name}.md)"]))
    yield ""
    yield f"{page.text('reason', 'en')} {page.text('remedy', 'en')}"
    yield ""
    yield f"{page.text('reason', 'zh')}{page.text('remedy', 'zh')}"
    yield ""
    yield from (f"- {document}" for document in front["basis"])
    yield ""
    if check.defaults:
        yield "| threshold | default | | 说明 | source |"
        yield "|---|---|---|---|---|"
        for name, said in front["parameters"].items():
            yield f"| `{name}` | {said['value']} | {said['en']} | {said['zh']} | {said['source']} |"
        yield ""


def in_force(check: Check) -> str:
    """Return from when and until when the check applies, where that is limited."""
    begins = f"from {check.begins}" if check.begins != dt.date.min else ""
    ends = f"until {check.ends}" if check.ends != dt.date.max else ""
    return " ".join(filter(None, [begins, ends]))


def shown(check: Check, example: Example, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    """Yield the first faulty directive of an example, and what the check prints for it in both languages."""
    from fundtrack.checking.audit import audit_ledger

    Path("example.beancount").write_text(example.text, "utf-8")
    audit = audit_ledger(Path("example.beancount"), only=[check.name])
    first = next(one for one in audit.findings if one.check == check.name)
    faulty = next(
        text[0] for text in DIRECTIVE.finditer(example.text)
        if example.text.count("\n", 0, text.start()) + 1 == first.subject.line
    )  # fmt: skip
    yield "```beancount"
    yield re.sub(r"\s*; finding: .*", "", faulty).rstrip()
    yield "```"
    yield ""
    yield "```text"
    findings([first], "en")
    findings([first], "zh")
    yield capsys.readouterr().out.rstrip().replace(f"{Path.cwd()}/", "")
    yield "```"

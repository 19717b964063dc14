"""The audit evidence form (审计取证单) of a finding, drafted as a page to print, complete and sign."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, StrictUndefined

from fundtrack import money
from fundtrack.auditing.sources import page_of
from fundtrack.auditing.waivers import permits
from fundtrack.checking.figures import arithmetic, compared_in, thresholds
from fundtrack.errors import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fundtrack.auditing.standing import Known
    from fundtrack.book import Book
    from fundtrack.errors import Language

WORDS: Final = (
    "title", "number", "project", "unit", "matter", "facts", "basis", "attachments", "auditor", "drafted_on",
    "reviewer", "reviewed_on", "opinion", "seal", "draft", "colon",
    "state",
)  # fmt: skip


GROUNDS: Final = {
    "reason": "reason", "document": "document", "remedied": "remedy_number", "waiver": "waiver", "entry": "entry",
}  # fmt: skip
"""What an act rests on, by the heading under which it is printed."""


def paper(book: Book, found: Known, language: Language, *, project: str = "", unit: str = "") -> str:
    """Return the form of a finding as HTML: facts, arithmetic, evidence, basis, attachments, and blanks to sign.

    `project` is the name of the audit, `unit` who is audited, by default the title of the book.
    """
    row = found.row
    page = page_of(book, row["page"])
    title = page.text("title", language) if page else ""
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(
        files("fundtrack.auditing").joinpath("paper.html").read_text("utf-8")
    )
    return template.render(
        language=language,
        number=row["finding"],
        words=words(found, language),
        project=project,
        unit=unit or book.settings.title,
        matter=title if title in {"", row["page"]} else f"{title}（{row['page']}）",
        facts=row["messages"][language],
        particulars=list(particulars(found, page.front if page else {}, language)),
        state=standing(book, found, language),
        acts=list(decided(found, language)),
        basis=row["basis"],
        attachments=list(attachments(found, page.path.name if page else f"{row['page']}.md", language)),
    )


def standing(book: Book, found: Known, language: Language) -> str:
    """Return the state of a finding and, where a waiver covers it, by which document and until when."""
    state = message(f"state-{found.state}", language)
    with book.reading() as connection:
        permit = permits(connection, {found.covered}).get(found.covered)
    if permit is None:
        return state
    return message("state-permitted", language, state=state, waiver=found.covered, **permit._asdict())


def words(found: Known, language: Language) -> dict[str, str]:
    """Return the words that are printed on the form."""
    called = message("form-fault" if found.state in {"confirmed", "closed"} else "form-lead", language)
    details = {
        "called": called,
        "number": found.row["finding"],
        "audit": found.latest["audit"],
        "at": found.latest["audited_at"],
    }
    return {name: message(f"form-{name.replace('_', '-')}", language, **details) for name in WORDS}


def particulars(found: Known, front: Mapping[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    """Yield what the facts consist of: the heading and what is said. `front` is that of the check's page."""
    row, latest = found.row, found.latest
    compared = arithmetic(latest, compared_in(front, row["unit"]), row["unit"], language)
    said: dict[str, Any] = {
        "voucher": row["voucher_number"],
        "date": row["date"],
        "fund": row["fund"],
        "use": row["use"],
        "project": row["project"],
        "amount": f"{money.grouped(latest['amount'], row['scale'])} {row['unit']}" if latest["amount"] else "",
        "arithmetic": compared if latest["difference"] else "",
        "parameters": ("; " if language == "en" else "；").join(thresholds(front, row["parameters"], language)),
        "evidence": row["evidence"],
    }
    yield from ((message(f"head-{name}", language), str(value)) for name, value in said.items() if value)


def decided(found: Known, language: Language) -> Iterator[str]:
    """Yield what was decided, act by act: what, when, by whom and for whom, and what it rests on."""
    for one in found.acts:
        grounds = {name: one[key] for name, key in GROUNDS.items() if one[key]}
        said = "；".join(f"{message(f'head-{name}', language)} {value}" for name, value in grounds.items())
        act, side = message(f"act-{one['act']}", language), message(f"side-{one['side']}", language)
        yield f"{one['acted_at'][:10]} {act} · {one['acted_by']}（{side}）{message('form-colon', language)}{said}"


def attachments(found: Known, page: str, language: Language) -> Iterator[dict[str, str]]:
    """Yield what goes with the form, each with the hash that proves it: the source file, and the check's own text."""
    row = found.row
    if row["file"]:
        sheet = message("form-sheet", language, sheet=row["sheet"]) if row["sheet"] else ""
        place = message("form-row", language, file=row["file"], sheet=sheet, row=row["row"])
        yield {"name": place, "sha256": row["sha256"]}
    yield {"name": message("form-page", language, page=page), "sha256": found.latest["page_sha256"]}

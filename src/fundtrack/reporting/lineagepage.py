"""A lineage for people: a table whose first column is the tree, and a page on which the tree is drawn."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from fundtrack import money
from fundtrack.errors import UsageError, message, messages
from fundtrack.reporting.export import program, unwritable
from fundtrack.reporting.table import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fundtrack.errors import Language
    from fundtrack.reporting.lineage import Lineage, Node

PAGE: Final = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="generator" content="{program}">
<title>{title}</title>
<style>
body {{ font: 14px/1.45 system-ui, sans-serif; margin: 2em; color: #1c2733 }}
h2 {{ font-size: 1.05em; margin: 1.6em 0 .6em }}
ul {{ list-style: none; margin: 0; padding: 0 0 0 1.6em }}
ul.first {{ padding: 0 }}
li {{ position: relative; padding: .3em 0 }}
ul:not(.first) > li::before {{ content: ""; position: absolute; left: -1em; top: 0; width: .9em; height: 1.35em;
  border-left: 1px solid #8a97a5; border-bottom: 1px solid #8a97a5 }}
ul:not(.first) > li:not(:last-child)::after {{ content: ""; position: absolute; left: -1em; top: 0; bottom: 0;
  border-left: 1px solid #8a97a5 }}
.box {{ display: inline-block; min-width: 24em; padding: .35em .8em; border: 1px solid #8a97a5; border-left-width: 5px;
  border-radius: 3px; background: #fff; break-inside: avoid }}
.document {{ border-left-color: #7a4a12 }} .quota {{ border-left-color: #2b6a4d }}
.contract {{ border-left-color: #6a4a8a }} .application {{ border-left-color: #b08a2e }}
.voucher {{ border-left-color: #2f5d94 }} .missing {{ border-style: dashed }}
.subject {{ background: #eef3f8 }}
.figures {{ font-variant-numeric: tabular-nums }}
.bar {{ height: 6px; margin-top: .3em; border: 1px solid #8a97a5 }}
.bar span {{ display: block; height: 6px; background: #4a6fa5 }}
.box, .bar span {{ print-color-adjust: exact; -webkit-print-color-adjust: exact }}
small {{ color: #55606c }}
@media print {{ body {{ margin: 0; font-size: 11px }} a {{ color: inherit }} }}
</style>
<h1>{title}</h1>
<p>{resolved}</p>
<h2>{above}</h2>
<ul class="first">{up}</ul>
<h2>{below}</h2>
<ul class="first">{down}</ul>
</html>
"""

BOX: Final = '<li><div class="box {classes}"><b>{name}</b> <small>{kind}</small><br>{about}{figures}</div>{next}</li>\n'


def kind_of(node: Node, language: Language) -> str:
    """Return what a node is, in words."""
    key = f"kind-{node.kind}" if node.node == "voucher" else f"trace-{node.node}"
    words = [message(key, language) if key in messages() else node.kind]
    if node.node == "document" and not node.known:
        words.append(message("document-unregistered", language))
    words += [
        message(f"trace-{name}", language)
        for name in ("assumed", "unbound", "share", "fed", "again")
        if getattr(node, name)
    ]
    return " · ".join(words)


def about(node: Node) -> str:
    """Return what else is said of a node: day, fund, use, project, payee, and what it says itself."""
    said = [node.date, "-".join(filter(None, (node.fund, node.use))), node.project, node.payee, node.said]
    return " · ".join(filter(None, said))


def rows(lineage: Lineage, language: Language) -> Iterator[dict[str, str]]:
    """Yield a row for each node: what it came of, then what came of it, with the tree drawn by indents."""
    for direction, tree in (("above", lineage.above), ("below", lineage.below)):
        for depth, node in tree.walk():
            if depth or direction == "above":
                arrow = {"above": "↑ ", "below": "↓ "}[direction] if depth else ""
                yield {
                    "direction": direction if depth else "",
                    "depth": str(depth),
                    "trace": f"{'  ' * max(depth - 1, 0)}{arrow}{node.name}",
                    "node": kind_of(node, language),
                    "about": about(node),
                    "amount": "" if node.amount is None else money.grouped(node.amount),
                    "left": "" if node.left is None else money.grouped(node.left),
                }


def resolved(lineage: Lineage, language: Language) -> str:
    """Return in a sentence whether all of it came by documents that are registered, or where what did not ends."""
    if lineage.above.node == "contract" and not lineage.above.next:
        return message("trace-idle", language, contract=lineage.above.name)
    ends = [root for root in lineage.roots if lineage.resolved or root.node != "document" or not root.known]
    roots = message("trace-and", language).join(_end(root, language) for root in ends)
    return message("trace-resolved" if lineage.resolved else "trace-unresolved", language, roots=roots)


def _end(root: Node, language: Language) -> str:
    """Return where money ends, and whether only the chart says so."""
    if not root.assumed:
        return root.name
    return message("trace-end-assumed", language, name=root.name, said=message("trace-assumed", language))


def write(lineage: Lineage, path: Path, language: Language) -> None:
    """Write a lineage as a page that needs nothing from anywhere else.

    Raises UsageError: `trace-suffix` for a file that is no page, `export-unwritable`.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        raise UsageError("trace-suffix", path=path)
    title = message("trace-title", language, subject=lineage.below.name)
    text = PAGE.format(
        language=language,
        program=escape(program()),
        title=escape(printable(title)),
        resolved=escape(printable(resolved(lineage, language))),
        above=escape(message("trace-above", language)),
        below=escape(message("trace-below", language)),
        up=_box(lineage.above, language, subject=True),
        down=_box(lineage.below, language, subject=True),
    )
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise unwritable(path, error) from error


def _box(node: Node, language: Language, *, subject: bool = False) -> str:
    """Return a node and those next to it as boxes in boxes."""
    classes = [node.node, *(["missing"] if not node.known else []), *(["subject"] if subject else [])]
    inner = "".join(_box(one, language) for one in node.next)
    said = about(node)
    return BOX.format(
        classes=" ".join(classes),
        name=escape(printable(node.name)),
        kind=escape(printable(kind_of(node, language))),
        about=f"<small>{escape(printable(said))}</small><br>" if said else "",
        figures=_figures(node, language),
        next=f"\n<ul>\n{inner}</ul>" if inner else "",
    )


def _figures(node: Node, language: Language) -> str:
    """Return the amount of a node, what of it is left, and a bar of what went on."""
    if node.amount is None:
        return ""
    said = message("trace-amount", language, amount=money.grouped(node.amount))
    if node.left is None:
        return f'<span class="figures">{escape(said)}</span>'
    said = message("trace-figures", language, amount=money.grouped(node.amount), left=money.grouped(node.left))
    gone = max(0, min(100, 100 * (node.amount - node.left) // node.amount)) if node.amount > 0 else 0
    return f'<span class="figures">{escape(said)}</span><div class="bar"><span style="width:{gone}%"></span></div>'

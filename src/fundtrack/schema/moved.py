"""When the money of a voucher moved: what corrects a payment is posted later, and the money is not paid again.

A voucher stands for the one that the first of its bill takes back in red; an adjustment, for the one it cites. It must
be for the same payee and amount: spending of one's own does not become older by standing beside a reversal.
"""

from __future__ import annotations

from string import Template
from typing import Final

MOVED: Final = Template("""CASE WHEN $this.link = $id AND $this.kind <> 'adjustment' THEN $this.$column ELSE (
    WITH RECURSIVE stood_for AS (
        SELECT $this.date, $this.day, $before AS before
        UNION
        SELECT $earlier
        WHERE $earlier_payee = $this.payee AND $earlier_sum = (SELECT SUM(amount) FROM $entries)
    )
    SELECT MIN($column) FROM stood_for) END""")

POSTED: Final = Template("""CASE WHEN $v.reverses IS NULL THEN COALESCE(
            (SELECT red.reverses FROM voucher AS red WHERE red.id = $v.link),
            CASE $v.kind WHEN 'adjustment' THEN $v.cites END) END""")
STAGED: Final = Template("""CASE $c.reverses WHEN 0 THEN COALESCE(
            (SELECT NULLIF(red.reverses, 0) FROM candidate AS red WHERE red.voucher = $c.link AND red.line = 1),
            CASE $c.kind WHEN 'adjustment' THEN NULLIF($c.cites, 0) END) END""")
"""The voucher that one stands for, where it stands in the book, and where it is staged."""

THIS: Final = {
    "v": {
        "id": "v.id",
        "before": POSTED.substitute(v="v"),
        "entries": "entry WHERE voucher = v.id",
        "earlier": f"""o.date, o.day, {POSTED.substitute(v="o")}
        FROM stood_for AS s
        JOIN voucher AS o ON o.id = s.before""",
        "earlier_payee": "o.payee",
        "earlier_sum": "(SELECT SUM(amount) FROM entry WHERE voucher = o.id)",
    },
    "c": {
        "id": "c.voucher",
        "before": STAGED.substitute(c="c"),
        "entries": "candidate WHERE voucher = c.voucher",
        "earlier": f"""COALESCE(o.date, k.date), COALESCE(o.day, k.day), CASE WHEN o.id IS NULL
            THEN {STAGED.substitute(c="k")} ELSE {POSTED.substitute(v="o")} END
        FROM stood_for AS s
        LEFT JOIN voucher AS o ON o.id = s.before
        LEFT JOIN candidate AS k ON k.voucher = s.before AND k.line = 1""",
        "earlier_payee": "COALESCE(o.payee, k.payee)",
        "earlier_sum": "COALESCE((SELECT SUM(amount) FROM entry WHERE voucher = o.id), "
        "(SELECT SUM(amount) FROM candidate WHERE voucher = k.voucher))",
    },
}
"""Of a voucher that stands in the book, and of one that is staged, by the letter of its table: where all that is."""


def spelled_out(script: str) -> str:
    """Return a script in which `MOVED_DATE OF v` and `MOVED_DAY OF v` are spelled out."""
    for this, of in THIS.items():
        for column in ("date", "day"):
            said = MOVED.substitute(this=this, column=column, **of)
            script = script.replace(f"MOVED_{column.upper()} OF {this}", said)
    return script

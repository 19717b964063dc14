"""What is asked of one text, in SQL that is written once: whether it is a name or a day, and how it is spelt.

A statement says `SPELT(v.payee)`; what a database has for that is put in its place, so that a trigger, a page and the
program mean the same, and nobody who writes to the database without us is asked by less.
"""

from __future__ import annotations

import re
from functools import reduce
from string import digits, punctuation
from typing import Final

BLANK: Final = "\t\n\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
UNNAMED: Final = (
    "[\t\n\r\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]"
)
"""Characters by which the name of one person would be another text: blanks of all kinds, full-width letters, digits."""

PLAIN: Final = "[^ -~\u4e00-\u9fff]"
"""What is neither ASCII nor Chinese. A name without any is looked through in a third of the time on SQLite."""

PERSON: Final = "lower(replace({}, ' ', ''))"
"""Whom a name means: neither case nor blanks make another of somebody; it never has full-width letters."""

NARROW: Final = "".join(map(chr, range(0x21, 0x7F)))
WIDE: Final = "".join(map(chr, range(0xFF01, 0xFF5F)))
"""The letters, figures and marks that have a full width too, in the order of the narrow ones."""

SLOW: Final = "\uff01-\uff07\uff0a-\uff5e" + BLANK.replace(" ", "").replace("\u3000", "")
"""What makes a text be read sign by sign on SQLite; the brackets of every other name, and blanks, do not."""

MARKS: Final = punctuation + "·•・‐‑‒–—―−…、。〈〉《》「」『』【】〔〕〖〗‘’“”"
"""What stands between the letters and figures of a number."""

FOLDED: Final = r"""(SELECT group_concat(CASE WHEN instr('{gone}', c) > 0 THEN '' ELSE c END, '') FROM (
    SELECT CASE WHEN unicode(c) BETWEEN 65281 AND 65374 THEN char(unicode(c) - 65248) ELSE c END AS c
    FROM (SELECT substr(\1, key + 1, 1) AS c
        FROM json_each('[0' || replace(hex(zeroblob(max(length(\1) - 1, 0))), '00', ',0') || ']') ORDER BY key)))"""
"""A text in narrow signs without those that do not count, on SQLite, which has no `translate`."""

AS_FIGURES: Final = "replace(replace(replace(upper({}), 'O', '0'), 'I', '1'), 'L', '1')"
"""A number in which letters that are read, and typed, as figures are those."""

LOOSE: Final = FOLDED.replace("{gone}", "{blank}").replace(
    "ELSE c END, '')",
    f"WHEN instr('{{marks}}', c) > 0 THEN '-' WHEN instr('{digits}', {AS_FIGURES.format('c')}) > 0 "
    f"THEN '<' || {AS_FIGURES.format('c')} || '>' ELSE upper(c) END, '')",
)
"""A number in which each mark is a hyphen and each figure stands in brackets, on SQLite, which has no patterns."""

BETWEEN: Final = (("-", "{{}}"), ("}}{{", ""), ("{{}}", "-"), (">-<", "~"), ("-", ""), ("<", ""), (">", ""), ("~", "-"))
"""What is replaced in that by what, in turn, so that one hyphen is left between two figures, and no other mark."""

MOVES: Final = {
    "transfer-received": "cash>transfer",
    "interest": "cash>interest",
    "disbursement": "use>cash advance>cash payable>cash cash>use",  # a line in red takes back a part of the bill
    "advance": "advance>cash payable>cash",
    "bank-charge": "use>cash",
    "refund": "cash>use cash>advance cash>balance",
    "returned-payment": "cash>use cash>advance cash>payable",
    "loan": "due-from>cash cash>due-to",
    "repayment": "due-to>cash payable>cash cash>due-from cash>receivable",
    "pooling": "transfer>cash cash>transfer",
    "reclaim": "transfer>cash balance>cash",
    "adjustment": "cash>cash",
}
"""Between which kinds of account each kind of voucher moves cash, debit before credit; all others move none.

It holds for funds under quota control, and is asked of every voucher, and of no view: reading one costs an import a
tenth of its time.
"""

MONEY_MOVES: Final = "".join(
    (r"(CASE \1", *(f" WHEN '{kind}' THEN ' {moves} '" for kind, moves in MOVES.items()), " ELSE '' END)")
)
"""The moves of a kind of voucher, with a blank before and behind each."""

FUNCTIONS: Final = {
    "sqlite": {
        "MONEY_MOVES": MONEY_MOVES,
        "IS_NAME": r"(\1 = trim(\1) AND \1 <> '' AND (\1 NOT GLOB '*{plain}*' OR \1 NOT GLOB '*{unnamed}*'))",
        "IS_SAID": r"(trim(\1, '{blank}') <> '')",
        "IS_DATE": r"(\1 >= '0001-01-01' AND \1 IS date(\1, '+0 days'))",
        "IS_MONTH_END": r"(substr(date(\1, '+1 day'), 9) = '01')",
        "IS_MOMENT": r"(\1 IS strftime('%Y-%m-%dT%H:%M:%SZ', substr(\1, 1, 19), '+0 days'))",
        "PERSON": PERSON.format(r"\1"),
        "SPELT": rf"(CASE WHEN \1 GLOB '*[{{slow}}]*' THEN {FOLDED.replace('{gone}', '{blank}')} ELSE "
        r"replace(replace(replace(replace(\1, ' ', ''), '　', ''), '（', '('), '）', ')') END)",
        "BARE": reduce(lambda number, by: f"replace({number}, '{by[0]}', '{by[1]}')", BETWEEN, LOOSE),
    },
    "postgresql": {
        "MONEY_MOVES": MONEY_MOVES,
        "IS_NAME": r"(\1 = btrim(\1) AND \1 <> '' AND \1 !~ '{unnamed}')",
        "IS_SAID": r"(btrim(\1, '{blank}') <> '')",
        "IS_DATE": r"(\1 ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$' AND \1::date IS NOT NULL)",
        "IS_MONTH_END": r"(EXTRACT(DAY FROM \1::date + 1) = 1)",
        "IS_MOMENT": r"(\1 ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}Z$' "
        r"AND \1::timestamptz IS NOT NULL)",
        "PERSON": PERSON.format(r"\1"),
        "SPELT": r"translate(\1, '{wide}{blank}', '{narrow}')",
        "BARE": "regexp_replace(regexp_replace("
        + AS_FIGURES.format(r"translate(translate(\1, '{wide}{blank}', '{narrow}'), '{marks}', '{hyphens}')")
        + ", '-+', '-', 'g'), '(?<![0-9])-|-(?![0-9])', '', 'g')",
    },
}
"""What is asked of one text: whether it is a name, says anything, is a day, the last of its month, or a moment.

PERSON is whom a name means; SPELT a payee by one spelling: neither blanks nor full width make another of one. BARE is
a number without what its writing leaves open: those, and which marks, case, O for 0, I and l for 1. Between two
figures that there is a mark counts: 1-11 is not 11-1. MONEY_MOVES is what a kind of voucher may do with cash.
"""


SPELLING: Final = str.maketrans(dict(zip(WIDE, NARROW, strict=True)) | dict.fromkeys(BLANK, ""))


def spelt(text: str) -> str:
    """Return a text by one spelling, as SPELT does."""
    return text.translate(SPELLING)


def with_functions(script: str, name: str) -> str:
    """Return a script in which a database's own words stand for ours that ask one thing of one text: `FUNCTIONS`."""
    for function, form in FUNCTIONS[name].items():
        if f"{function}(" not in script:
            continue
        of = re.compile(rf"\b{function}\(([\w.:]+)\)")
        texts = {
            "plain": PLAIN, "unnamed": UNNAMED, "blank": BLANK, "slow": SLOW, "wide": WIDE, "narrow": NARROW,
            "marks": MARKS, "hyphens": "-" * len(MARKS),
        }  # fmt: skip
        meant = form.format(**{one: signs.replace("'", "''") for one, signs in texts.items()})
        while found := of.search(script):
            script = script[: found.start()] + meant.replace(r"\1", found[1]) + script[found.end() :]
    return script

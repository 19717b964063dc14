"""What vouchers amount to, and what is left of payments: views on the vouchers and postings, however these are seen.

A reversal counts with the voucher that it takes back. So does a refund or returned payment with the payment it cites,
whatever else it says of itself, an adjustment that moves a payment to another fund, and a release with its application.
"""

from __future__ import annotations

from typing import Final

NAMES: Final = ("amounts", "payments", "spending")
"""The relations there are."""

OF_A_PAYMENT: Final = (
    "voucher", "voucher_number", "date", "day", "year", "kind", "fund", "project", "payee", "payee_id",
    "payee_account", "contract", "document", "chart",
)  # fmt: skip
"""What is said of the voucher that paid."""

PAYMENT: Final = """CASE
            WHEN r.kind IN ('refund', 'returned-payment', 'adjustment', 'application') AND r.cites <> 0 THEN r.cites
            WHEN r.reverses = 0 THEN r.voucher
            WHEN o.kind IN ('refund', 'returned-payment', 'adjustment', 'application') AND o.cites <> 0 THEN o.cites
            ELSE r.reverses END"""
"""The voucher that a voucher belongs to: its own, or the one that it takes back or returns something of."""

SUMS: Final = {
    "payments": ("", "1 = 1", (
        ("paid", "CASE p.account_kind WHEN 'cash' THEN -p.amount ELSE 0 END"),
        ("spent", "CASE p.account_kind WHEN 'use' THEN p.amount ELSE 0 END"),
    )),
    "spending": ('"use", ', "p.\"use\" <> ''", (("amount", "p.amount"),)),
}  # fmt: skip
"""Of each relation what it is told apart by beside payment and unit, what it looks at, and what it sums.

PostgreSQL would take what has one of a few kinds of account for one row in two hundred, and join it too early.
"""

SELECT: Final = """SELECT {said}, {s_by}s.unit, {sums}
FROM (
    SELECT q.payment, {by}unit, {summed}
    FROM (
        SELECT {payment} AS payment, {p_by}p.unit, {counted}
        FROM {vouchers} AS r
        JOIN {postings} AS p ON p.voucher = r.voucher
        LEFT JOIN {vouchers} AS o ON o.voucher = r.reverses
        WHERE {which}
            AND r.kind NOT IN ('opening', 'transfer-received', 'interest', 'loan', 'repayment', 'pooling')
    ) AS q
    GROUP BY q.payment, {by}unit
) AS s
CROSS JOIN {vouchers} AS v
WHERE v.voucher = s.payment AND ({any})"""


AMOUNTS: Final = """SELECT voucher, unit, CAST(ABS(SUM(CASE leg WHEN 0 THEN amount ELSE 0 END)) AS BIGINT) AS amount
FROM {postings}
WHERE quota = ''
GROUP BY voucher, unit"""
"""What stands on the debit side of a voucher in money: a line in red takes off, and does not count once more."""


def select(name: str, vouchers: str = "vouchers", postings: str = "postings") -> str:
    """Return the select that a relation is, over those of the vouchers and postings."""
    if name == "amounts":
        return AMOUNTS.format(postings=postings)
    by, which, sums = SUMS[name]
    return SELECT.format(
        said=", ".join(f"v.{column}" for column in OF_A_PAYMENT),
        payment=PAYMENT, vouchers=vouchers, postings=postings, which=which,
        by=by, s_by=by and f"s.{by}", p_by=by and f"p.{by}",
        sums=", ".join(f"CAST(s.{column} AS BIGINT) AS {column}" for column, _ in sums),
        summed=", ".join(f"SUM({column}) AS {column}" for column, _ in sums),
        counted=", ".join(f"{counted} AS {column}" for column, counted in sums),
        any=" OR ".join(f"s.{column} <> 0" for column, _ in sums),
    )  # fmt: skip


def script(prefix: str) -> str:
    """Return the statements that create the views of a book."""
    return "".join(
        f"CREATE VIEW {prefix}_{name} AS\n{select(name, f'{prefix}_vouchers', f'{prefix}_postings')};\n"
        for name in NAMES
    )

"""Rows of what words stand for, and of what the fund of a voucher rests on, sound unless changed."""

from __future__ import annotations

from typing import Final

ALIAS: Final = {"alias": 1, "field": "fund", "page": "", "word": "x", "meaning": "F01", "replaces": None,
                "reason": "x", "said_at": "2015-03-01T00:00:00Z", "said_by": "clerk"}  # fmt: skip
CONFIRMED: Final = {"alias": 1, "decided": "confirmed", "reason": "", "decided_at": "2015-03-01T00:00:00Z",
                    "decided_by": "manager"}  # fmt: skip
BASIS: Final = {"fund_basis": 1, "fund": "F01", "how": "column", "page": "p", "place": "c", "word": "x", "alias": 1,
                "batch": None, "confirmed_by": "", "recorded_at": "2015-03-01T00:00:00Z"}  # fmt: skip
CORRECTION: Final = {"seq": 1, "batch": 1, "row": 2, "cell": 3, "column_name": "c", "field": "payee", "old": "",
                     "new": "x", "reason": "x", "workbook": "", "corrected_at": "2015-03-01T00:00:00Z",
                     "corrected_by": "clerk", "approved_by": ""}  # fmt: skip
OF_WORDS: Final = {"alias": ALIAS, "alias_decision": CONFIRMED, "fund_basis": BASIS, "correction": CORRECTION}
"""A sound row of each table."""

"""Attacks on what words stand for, and on what the fund of an imported voucher rests: see `attacks.py`."""

from __future__ import annotations

from typing import Final

from aliased import ALIAS, BASIS, CONFIRMED
from attacks import alike, entry, key, row, voucher

ALIAS_2: Final = row("alias", **ALIAS | {"alias": 2, "word": "z"})
BY_DEFAULT: Final = BASIS | {"fund_basis": 9, "how": "default", "word": "", "alias": None, "batch": 1,
                             "confirmed_by": "manager"}  # fmt: skip
ALIAS_ATTACKS: Final = (
    *(alike(what, control, ALIAS_2, *statements) for what, control, *statements in (
        ("alias out of turn", "alias_takes_its_place", row("alias", **ALIAS | {"alias": 9, "word": "y"})),
        ("alias beside the last one of its word", "alias_takes_its_place",
         row("alias", **ALIAS | {"alias": 3, "replaces": None})),
        ("alias in place of another word's", "alias_takes_its_place",
         row("alias", **ALIAS | {"alias": 3, "word": "y", "replaces": 1})),
        ("alias for something else", "alias_field", row("alias", **ALIAS | {"alias": 3, "word": "y", "field": "bank"})),
        ("alias of no word", "alias_word", row("alias", **ALIAS | {"alias": 3, "word": " "})),
        ("alias without a reason", "alias_reason", row("alias", **ALIAS | {"alias": 3, "word": "y", "reason": "　"})),
        ("alias said at no time", "alias_said_at", row("alias", **ALIAS | {"alias": 3, "word": "y", "said_at": ""})),
        ("alias said by nobody", "alias_said_by", row("alias", **ALIAS | {"alias": 3, "word": "y", "said_by": ""})),
        ("alias confirmed by who proposed it", "alias_confirmed_by_another",
         row("alias_decision", **CONFIRMED | {"alias": 2, "decided_by": "Cl erk"})),
        ("alias rejected without a reason", "alias_decision_decided",
         row("alias_decision", **CONFIRMED | {"alias": 2, "decided": "rejected"})),
        ("alias decided at no time", "alias_decision_decided_at",
         row("alias_decision", **CONFIRMED | {"alias": 2, "decided_at": "now"})),
        ("alias decided by nobody", "alias_decision_decided_by",
         row("alias_decision", **CONFIRMED | {"alias": 2, "decided_by": ""})),
        ("fund by an alias nobody confirmed", "fund_basis_by_standing_alias",
         row("fund_basis", **BASIS | {"fund_basis": 9, "alias": 2, "word": "z"})),
        ("fund by an alias of another", "fund_basis_by_standing_alias",
         row("fund_basis", **BASIS | {"fund_basis": 9, "fund": "F03"})),
        ("fund by an alias of another word", "fund_basis_by_standing_alias",
         row("fund_basis", **BASIS | {"fund_basis": 9, "word": "z"})),
        ("fund by an alias of another page", "fund_basis_by_standing_alias",
         row("alias", **ALIAS | {"alias": 3, "word": "y", "page": "q"}),
         row("alias_decision", **CONFIRMED | {"alias": 3}),
         row("fund_basis", **BASIS | {"fund_basis": 9, "word": "y", "alias": 3})),
        ("default confirmed by who said it", "fund_basis_confirmed_by_another",
         row("fund_basis", **BY_DEFAULT | {"confirmed_by": "CLERK"})),
        ("default of another fund", "fund_basis_confirmed_by_another",
         row("fund_basis", **BY_DEFAULT | {"fund": "F03"})),
        ("batch of what is no default", "fund_basis_confirmed",
         row("fund_basis", **BASIS | {"fund_basis": 9, "batch": 1})),
        ("column confirmed by somebody", "fund_basis_confirmed",
         row("fund_basis", **BASIS | {"fund_basis": 9, "confirmed_by": "manager"})),
        ("fund said in some other way", "fund_basis_how",
         row("fund_basis", **BASIS | {"fund_basis": 9, "alias": None, "how": "guess"})),
        ("paying account by an alias", "fund_basis_aliased",
         row("fund_basis", **BASIS | {"fund_basis": 9, "how": "bank"})),
        ("basis of no time", "fund_basis_recorded_at",
         row("fund_basis", **BASIS | {"fund_basis": 9, "recorded_at": ""})),
        ("voucher on what gives another fund", "voucher_of_its_basis", entry("F03"),
         voucher("F03", batch=1, row=9, fund_basis=1)),
        ("voucher on nothing", "voucher_of_its_basis", entry("F03"), voucher("F03", batch=1, row=9, fund_basis=77)),
        ("basis of what no file brought", "voucher_fund_basis", entry("F01"), voucher("F01", fund_basis=1)),
    )),
    key("alias_decision_alias",
        row("alias_decision", **CONFIRMED | {"alias": 77, "decided": "rejected", "reason": "x"})),
    key("fund_basis_fund", row("fund_basis", **BASIS | {"fund_basis": 9, "alias": None, "fund": "F77"})),
    alike("basis past 2^53", "fund_basis_id", row("fund_basis", **BASIS | {"fund_basis": 2**53})),
)  # fmt: skip

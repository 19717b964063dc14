"""Attacks on the record of findings, their acts and waivers: see `attacks.py`."""

from __future__ import annotations

from typing import Final

from attacks import NEW, Attack, alike, entry, key, keyed, row, voucher

AUDIT: Final = {"audit": 2, "audited_at": "2015-12-01T00:00:00Z", "audited_by": "checker", "side": "bureau",
                "restricted": "", "pages_sha256": "", "vouchers": 5}  # fmt: skip
FINDING: Final = {"finding": 3, "fingerprint": "f3", "audit": 1, "page": "duplicate-payment", "page_sha256": "",
                  "severity": "fatal", "waivable": 1, "remedied_by": "reversal,refund", "voucher": 5,
                  "date": "2015-02-05", "fund": "F01", "use": "0601", "project": "", "unit": "CNY", "scale": 2,
                  "evidence": "", "parameters": "{}", "basis": "[]", "messages": "{}", "remedies": "{}", "file": "",
                  "sheet": "", "row": 0, "sha256": ""}  # fmt: skip
SIGHTING: Final = {"audit": 1, "finding": 2, "page_sha256": "", "amount": 1, "measure": 0, "actual": "",
                   "expected": "", "difference": ""}  # fmt: skip
ACT: Final = {"finding": 2, "seq": 1, "act": "confirm", "audit": 1, "side": "bureau", "acted_by": "checker",
              "acted_at": "2015-12-02T00:00:00Z", "reason": "x", "document": "", "remedy": None,
              "waiver": None}  # fmt: skip
WAIVER: Final = {"waiver": 3, "page": "duplicate-payment", "fund": "F01", "use": "", "project": "", "voucher": None,
                 "finding": None, "valid_from": "2015-01-01", "valid_to": "2015-12-31", "document": "x",
                 "document_level": "central", "document_date": "2015-01-01", "reason": "x", "asked_by": "clerk",
                 "approved_by": "manager", "granted_at": ""}  # fmt: skip
REVOKED: Final = {"waiver": 2, "revoked_at": "", "revoked_by": "manager", "reason": "x"}
"""Finding 1 on voucher 5 is confirmed, finding 2 on it a lead; waiver 1 is revoked, waiver 2 covers both."""

FINDING_ROWS: Final = (
    row("audit", **AUDIT | {"audit": 1}),
    row("audit_check", audit=1, page="duplicate-payment", page_sha256=""),
    row("finding", **FINDING | {"finding": 1, "fingerprint": "f1"}),
    row("finding", **FINDING | {"finding": 2, "fingerprint": "f2"}),
    row("sighting", **SIGHTING | {"finding": 1}),
    row("sighting", **SIGHTING),
    row("finding_act", **ACT | {"finding": 1}),
    row("waiver", **WAIVER | {"waiver": 1}),
    row("waiver", **WAIVER | {"waiver": 2}),
    row("waiver_revoked", **REVOKED | {"waiver": 1}),
)

REVERSAL: Final = (entry("F01", 60_000, red=1), voucher("F01", reverses=5))
"""The statements that reverse the voucher of the findings; who prepared and approved that is who did all of them."""

CLOSE: Final = ACT | {"finding": 1, "seq": 2, "act": "close"}

FINDINGS: Final = (
    alike("audit for a side there is not", "audit_side", row("audit", **AUDIT | {"side": "x", "audited_by": "y"})),
    alike("audit by nobody", "audit_audited_by", row("audit", **AUDIT | {"audited_by": ""})),
    alike("audit id past 2^53", "audit_id", row("audit", **AUDIT | {"audit": 2**53})),
    alike("audit by a person of the other side", "audit_by_one_side", row("audit", **AUDIT | {"side": "auditor"})),
    key("audit_check_audit", row("audit_check", audit=77, page="x", page_sha256="")),
    alike("finding id past 2^53", "finding_id", row("finding", **FINDING | {"finding": 2**53})),
    Attack("finding raised again", ("finding_once", "finding_never_replaced"), ("finding_once",),
           (row("finding", **FINDING | {"fingerprint": "f1"}),)),
    alike("severity that does not exist", "finding_severity", row("finding", **FINDING | {"severity": "x"})),
    alike("mixed channel called waivable", "finding_waivable", row("finding", **FINDING | {"page": "mixed-channel"})),
    key("finding_audit", row("finding", **FINDING | {"audit": 77})),
    key("finding_voucher", row("finding", **FINDING | {"voucher": 77})),
    key("sighting_audit", row("sighting", **SIGHTING | {"audit": 77})),
    key("sighting_finding", row("sighting", **SIGHTING | {"finding": 77})),
    alike("act that does not exist", "finding_act_act", row("finding_act", **ACT | {"act": "forget"})),
    alike("act by nobody", "finding_act_acted_by", row("finding_act", **ACT | {"acted_by": ""})),
    Attack("act for a side there is not", ("finding_act_side", "finding_act_by_its_side"),
           ("finding_act_side", "finding_act_by_its_side"),
           (row("finding_act", **ACT | {"side": "x", "acted_by": "y"}),)),
    alike("decided by the other side", "finding_act_by_its_side",
          row("finding_act", **ACT | {"side": "auditor", "acted_by": "y"})),
    alike("decided by a person of the other side", "finding_act_by_one_side",
          row("audit", **AUDIT | {"audited_by": "y", "side": "auditor"}),
          row("finding_act", **ACT | {"acted_by": "y"})),
    alike("decided by who prepared the voucher", "finding_act_by_another",
          row("finding_act", **ACT | {"acted_by": "clerk"})),
    alike("decided by who approved the remedy", "finding_act_by_another",
          entry("F01", 60_000, red=1), voucher("F01", reverses=5, prepared_by="a", approved_by="b"),
          row("finding_act", **CLOSE | {"acted_by": "b", "remedy": NEW})),
    alike("closed before it is confirmed", "finding_act_in_order", *REVERSAL,
          row("finding_act", **ACT | {"act": "close", "remedy": NEW})),
    alike("confirmed twice", "finding_act_in_order", row("finding_act", **ACT | {"finding": 1, "seq": 2})),
    alike("reopened though open", "finding_act_in_order", row("finding_act", **ACT | {"act": "reopen"})),
    alike("act out of number", "finding_act_in_order", row("finding_act", **ACT | {"seq": 3})),
    alike("closed for nothing", "finding_act_grounds", row("finding_act", **CLOSE)),
    alike("dismissed without a document", "finding_act_grounds", row("finding_act", **ACT | {"act": "dismiss"})),
    alike("confirmed without a reason", "finding_act_grounds", row("finding_act", **ACT | {"reason": ""})),
    alike("closed by a voucher that remedies nothing", "finding_act_remedied",
          row("finding_act", **CLOSE | {"remedy": 4, "acted_by": "y"})),
    alike("closed by a remedy of a kind its page does not name", "finding_act_remedied",
          entry("F01", 60_000, debit="1201"), voucher("F01", cites=5, kind="adjustment"),
          row("finding_act", **CLOSE | {"remedy": NEW})),
    alike("closed by a waiver of another fund", "finding_act_waived", row("waiver", **WAIVER | {"fund": "F03"}),
          row("finding_act", **CLOSE | {"waiver": 3})),
    alike("closed by a revoked waiver", "finding_act_waived", row("finding_act", **CLOSE | {"waiver": 1})),
    alike("closed by a decision after the payment", "finding_act_waived",
          row("waiver", **WAIVER | {"document_date": "2015-02-06"}), row("finding_act", **CLOSE | {"waiver": 3})),
    key("finding_act_sighting", row("finding_act", **ACT | {"audit": 77})),
    keyed("finding_act_remedied", "finding_act_remedy", row("finding_act", **CLOSE | {"remedy": 77})),
    keyed("finding_act_waived", "finding_act_waiver", row("finding_act", **CLOSE | {"waiver": 77})),
    Attack("closed by a voucher that does not exist", ("finding_act_remedied",),
           ("finding_act_remedied", "finding_act_remedy"), (row("finding_act", **CLOSE | {"remedy": 77}),)),
    Attack("closed by a waiver that does not exist", ("finding_act_waived",),
           ("finding_act_waived", "finding_act_waiver"), (row("finding_act", **CLOSE | {"waiver": 77}),)),
    alike("waiver id past 2^53", "waiver_id", row("waiver", **WAIVER | {"waiver": 2**53})),
    alike("mixed channel waived", "waiver_page", row("waiver", **WAIVER | {"page": "mixed-channel"})),
    alike("waiver for everything", "waiver_scope", row("waiver", **WAIVER | {"fund": ""})),
    alike("waiver that ends before it begins", "waiver_dates", row("waiver", **WAIVER | {"valid_to": "2014-12-31"})),
    alike("waiver without a document", "waiver_document", row("waiver", **WAIVER | {"document": ""})),
    Attack("waiver of a level there is not", ("waiver_document_level", "waiver_by_high_authority"),
           ("waiver_document_level", "waiver_by_high_authority"),
           (row("waiver", **WAIVER | {"document_level": "village"}),)),
    alike("waiver of an authority below the fund's", "waiver_by_high_authority",
          row("waiver", **WAIVER | {"document_level": "county"})),
    alike("waiver of all funds of an authority below any's", "waiver_by_high_authority",
          row("waiver", **WAIVER | {"fund": "", "project": "P01", "document_level": "region"})),
    alike("waiver without a reason", "waiver_reason", row("waiver", **WAIVER | {"reason": ""})),
    alike("waiver asked by nobody", "waiver_asked_by", row("waiver", **WAIVER | {"asked_by": ""})),
    alike("waiver approved by who asked", "waiver_duties_apart", row("waiver", **WAIVER | {"approved_by": "clerk"})),
    key("waiver_voucher", row("waiver", **WAIVER | {"voucher": 77})),
    key("waiver_finding", row("waiver", **WAIVER | {"finding": 77})),
    key("waiver_revoked_waiver", row("waiver_revoked", **REVOKED | {"waiver": 77})),
    alike("waiver revoked by nobody", "waiver_revoked_by", row("waiver_revoked", **REVOKED | {"revoked_by": ""})),
)  # fmt: skip

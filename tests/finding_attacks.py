"""Attacks on the record of findings, their acts and waivers: see `attacks.py`."""

from __future__ import annotations

from typing import Final

from attacks import BATCH, NEW, Attack, alike, entered, entry, key, keyed, row, voucher

AUDIT: Final = {"audit": 2, "audited_at": "2015-12-01T00:00:00Z", "audited_by": "checker", "side": "bureau",
                "restricted": "", "pages_sha256": "", "vouchers": 6, "last_voucher": 6}  # fmt: skip
FINDING: Final = {"finding": 3, "fingerprint": "f3", "audit": 1, "page": "duplicate-payment", "page_sha256": "",
                  "severity": "fatal", "waivable": 1, "remedied_by": "reversal,refund,entry", "voucher": 5,
                  "entry": "payroll 2", "date": "2015-02-05", "fund": "F01", "use": "0601", "project": "",
                  "unit": "CNY", "scale": 2, "evidence": "", "parameters": "{}", "basis": "[]", "messages": "{}",
                  "remedies": "{}", "file": "", "sheet": "", "row": 0, "sha256": ""}  # fmt: skip
SIGHTING: Final = {"audit": 1, "finding": 2, "page_sha256": "", "amount": 1, "measure": 0, "actual": "",
                   "expected": "", "difference": ""}  # fmt: skip
ACT: Final = {"finding": 2, "seq": 1, "act": "confirm", "audit": 1, "side": "bureau", "acted_by": "checker",
              "acted_at": "2015-12-02T00:00:00Z", "reason": "x", "document": "", "remedy": None,
              "waiver": None, "entry": None}  # fmt: skip
WAIVER: Final = {"waiver": 3, "page": "duplicate-payment", "fund": "F01", "use": "", "project": "", "voucher": None,
                 "finding": None, "valid_from": "2015-01-01", "valid_to": "2015-12-31", "document": "x",
                 "document_level": "central", "document_date": "2015-01-01", "reason": "x", "asked_by": "clerk",
                 "approved_by": "director", "granted_by": "clerk", "granted_at": "2015-12-01T00:00:00Z"}  # fmt: skip
REVOKED: Final = {"waiver": 2, "revoked_at": "2015-12-01T00:00:00Z", "revoked_by": "director", "reason": "x"}
CHECK: Final = {"audit": 1, "page": "duplicate-payment", "page_sha256": "", "parameters": "{}"}
SIDE: Final = {"seq": 7, "name": "new", "side": "bureau", "since": "2015-12-01T00:00:00Z", "recorded_by": "new",
               "reason": ""}  # fmt: skip
PEOPLE: Final = ("checker", "clerk", "b", "y", "importer")
"""Who acts for the bureau; `auditor` for the auditor.

Finding 1 on voucher 5 is confirmed, finding 2 on it a lead; waiver 1 is revoked, waiver 2 covers both. Who recorded
entry 2 of the payroll, at which they stand too, is `entrant`; entry 3 took its place.
"""

FINDING_ROWS: Final = (
    row("audit", **AUDIT | {"audit": 1, "last_voucher": 5}),
    row("audit_check", **CHECK),
    *(row("side", **SIDE | {"seq": seq, "name": name, "recorded_by": name}) for seq, name in enumerate(PEOPLE, 1)),
    row("side", **SIDE | {"seq": 6, "name": "auditor", "side": "auditor", "recorded_by": "auditor"}),
    entered("payroll", seq=2, recorded_by="Ent Rant"),
    entered("payroll", seq=3, recorded_by="x"),
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

GONE: Final = (
    row("batch", **BATCH | {"imported_by": "im porter"}),
    entered("payroll", seq=4, batch=2, row=1, recorded_by="x"),
    row("audit", **AUDIT),
    row("audit_check", **CHECK | {"audit": 2}),
)
"""The statements by which the entry is imported anew, and its check finds neither finding any more."""

TERMS: Final = (
    "INSERT INTO fund_terms SELECT fund, {}, fund_group, department, '{}', regime, valid_from, valid_to, may_advance, "
    "authority FROM fund_terms WHERE chart = 1 AND {}"
)
LOWLY: Final = (
    *(f"INSERT INTO chart VALUES ({chart}, '', 'x', 'x', 'x')" for chart in (2, 3)),
    TERMS.format(2, "county", "fund <> ''"),
    row("waiver", **WAIVER | {"fund": "", "use": "0601", "document_level": "county"}),
    TERMS.format(3, "central", "fund = 'F02A'"),
)
"""The statements that grant a waiver of the county's own while every fund is, and make one of them central."""


def both(what: str, controls: tuple[str, ...], *statements: str) -> Attack:
    """Return an attack that several controls of the same names refuse on both engines."""
    return Attack(what, controls, controls, statements)


def dangling(key: str, control: str, statement: str) -> Attack:
    """Return an attack that a control refuses, and a foreign key too where the client has keys on."""
    return Attack(f"dangling: {key}", (control, key), (control, key), (statement,), keys=True)


def login(table: str, **columns: object) -> Attack:
    """Return the attack that records something under the login of somebody else; SQLite knows no logins."""
    return Attack(f"login of another in {table}", (), (f"{table}_own_login",), (row(table, **columns, login="root"),))


FINDINGS: Final = (
    alike("audit for a side there is not", "audit_side", row("audit", **AUDIT | {"side": "x", "audited_by": "z"})),
    alike("audit by nobody", "audit_audited_by", row("audit", **AUDIT | {"audited_by": ""})),
    alike("audit at no moment", "audit_audited_at", row("audit", **AUDIT | {"audited_at": "2015-02-30T00:00:00Z"})),
    both("audit id past 2^53", ("audit_id", "audit_numbered_without_gap"), row("audit", **AUDIT | {"audit": 2**53})),
    alike("the last audit there can be", "audit_numbered_without_gap", row("audit", **AUDIT | {"audit": 2**53 - 1})),
    alike("audit of a book that went on", "audit_of_the_moment", row("audit", **AUDIT | {"last_voucher": 4})),
    alike("audit by a person of the other side", "audit_by_one_side", row("audit", **AUDIT | {"side": "auditor"})),
    alike("audit by one of the other side in capitals", "audit_by_one_side",
          row("audit", **AUDIT | {"side": "auditor", "audited_by": "Check Er"})),
    login("audit", **AUDIT),
    key("audit_check_audit", row("audit_check", **CHECK | {"audit": 77})),
    both("finding id past 2^53", ("finding_id", "finding_numbered_without_gap"),
         row("finding", **FINDING | {"finding": 2**53})),
    alike("the last finding there can be", "finding_numbered_without_gap",
          row("finding", **FINDING | {"finding": 2**53 - 1})),
    alike("finding of a page that did not run", "finding_by_a_run", row("finding", **FINDING | {"page": "overdrawn",
          "waivable": 0})),
    alike("finding of an earlier audit", "finding_by_a_run", row("audit", **AUDIT), row("finding", **FINDING)),
    alike("finding of no day", "finding_date", row("finding", **FINDING | {"date": "2015-02-30"})),
    alike("seen by an earlier audit", "sighting_by_a_run", row("finding", **FINDING), row("audit", **AUDIT),
          row("sighting", **SIGHTING | {"finding": 3})),
    alike("seen by an audit that did not look", "sighting_by_a_run", row("audit", **AUDIT),
          row("sighting", **SIGHTING | {"audit": 2})),
    alike("a side there is not", "side_side", row("side", **SIDE | {"side": "x"})),
    alike("side of nobody", "side_name", row("side", **SIDE | {"name": " "})),
    alike("side since never", "side_since", row("side", **SIDE | {"since": ""})),
    both("side id past 2^53", ("side_id", "side_numbered_without_gap"), row("side", **SIDE | {"seq": 2**53})),
    alike("the last side there can be", "side_numbered_without_gap", row("side", **SIDE | {"seq": 2**53 - 1})),
    alike("own side changed", "side_changed_by_another",
          row("side", **SIDE | {"name": "Checker", "side": "auditor", "recorded_by": "checker", "reason": "x"})),
    alike("side changed without a reason", "side_changed_by_another",
          row("side", **SIDE | {"name": "checker", "side": "auditor", "recorded_by": "y", "reason": " "})),
    login("side", **SIDE),
    Attack("finding raised again", ("finding_once", "finding_never_replaced"), ("finding_once",),
           (row("finding", **FINDING | {"fingerprint": "f1"}),)),
    alike("severity that does not exist", "finding_severity", row("finding", **FINDING | {"severity": "x"})),
    alike("mixed channel called waivable", "finding_waivable",
          row("audit_check", **CHECK | {"page": "mixed-channel"}),
          row("finding", **FINDING | {"page": "mixed-channel"})),
    dangling("finding_audit", "finding_by_a_run", row("finding", **FINDING | {"audit": 77})),
    key("finding_voucher", row("finding", **FINDING | {"voucher": 77})),
    dangling("sighting_audit", "sighting_by_a_run", row("sighting", **SIGHTING | {"audit": 77})),
    dangling("sighting_finding", "sighting_by_a_run", row("sighting", **SIGHTING | {"finding": 77})),
    alike("act that does not exist", "finding_act_act", row("finding_act", **ACT | {"act": "forget"})),
    both("act by nobody", ("finding_act_acted_by", "finding_act_by_one_side"),
         row("finding_act", **ACT | {"acted_by": ""})),
    alike("act at no moment", "finding_act_acted_at", row("finding_act", **ACT | {"acted_at": "now"})),
    both("act for a side there is not", ("finding_act_side", "finding_act_by_its_side", "finding_act_by_one_side"),
         row("finding_act", **ACT | {"side": "x", "acted_by": "y"})),
    alike("decided by the other side", "finding_act_by_its_side",
          row("finding_act", **ACT | {"side": "auditor", "acted_by": "auditor"})),
    alike("decided by the bureau though an auditor saw it", "finding_act_by_its_side",
          row("audit", **AUDIT | {"audited_by": "auditor", "side": "auditor"}),
          row("audit_check", **CHECK | {"audit": 2}), row("sighting", **SIGHTING | {"audit": 2}),
          row("finding_act", **ACT)),
    alike("decided by a person of the other side", "finding_act_by_one_side",
          row("finding_act", **ACT | {"acted_by": "auditor"})),
    alike("decided by a person of no side", "finding_act_by_one_side",
          row("finding_act", **ACT | {"acted_by": "somebody"})),
    login("finding_act", **ACT),
    alike("decided by who recorded the entry", "finding_act_of_another_entry",
          row("side", **SIDE | {"name": "ent Rant"}), row("finding_act", **ACT | {"acted_by": "Entrant"})),
    alike("decided by who imported the file", "finding_act_of_another_entry",
          row("batch", **BATCH | {"imported_by": "im porter"}), row("finding", **FINDING | {"entry": "batch 2"}),
          row("sighting", **SIGHTING | {"finding": 3}),
          row("finding_act", **ACT | {"finding": 3, "acted_by": "importer"})),
    alike("decided by who imported the entry that puts it right", "finding_act_of_another_entry", *GONE,
          row("finding_act", **CLOSE | {"entry": "payroll 4", "acted_by": "Importer"})),
    alike("closed by an earlier entry", "finding_act_entered", *GONE,
          row("finding_act", **CLOSE | {"entry": "payroll 1"})),
    alike("closed by an entry of another register", "finding_act_entered", *GONE,
          row("finding_act", **CLOSE | {"entry": "death 1"})),
    alike("closed by an entry while it is found", "finding_act_entered",
          row("finding_act", **CLOSE | {"entry": "payroll 3"})),
    alike("closed by an entry after other thresholds found it no more", "finding_act_entered", row("audit", **AUDIT),
          row("audit_check", **CHECK | {"audit": 2, "parameters": '{"days": 9}'}),
          row("finding_act", **CLOSE | {"entry": "payroll 3"})),
    alike("closed twice over", "finding_act_grounds", *GONE,
          row("finding_act", **CLOSE | {"entry": "payroll 3", "waiver": 2})),
    alike("decided by who prepared the voucher", "finding_act_by_another",
          row("finding_act", **ACT | {"acted_by": "clerk"})),
    alike("decided by who prepared the voucher, in capitals and blanks", "finding_act_by_another",
          row("finding_act", **ACT | {"acted_by": "Cl Erk"})),
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
    alike("closed by a voucher of the same fund that says nothing of it", "finding_act_remedied",
          row("finding", **FINDING | {"voucher": None, "entry": "", "evidence": "d"}),
          row("sighting", **SIGHTING | {"finding": 3}), row("finding_act", **ACT | {"finding": 3}),
          *REVERSAL, row("finding_act", **CLOSE | {"finding": 3, "remedy": NEW})),
    alike("closed by a remedy of a kind its page does not name", "finding_act_remedied",
          entry("F01", 60_000, debit="1201", credit="3001"), voucher("F01", cites=5, kind="adjustment"),
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
    both("waiver id past 2^53", ("waiver_id", "waiver_numbered_without_gap"),
         row("waiver", **WAIVER | {"waiver": 2**53})),
    alike("the last waiver there can be", "waiver_numbered_without_gap",
          row("waiver", **WAIVER | {"waiver": 2**53 - 1})),
    alike("mixed channel waived", "waiver_page", row("waiver", **WAIVER | {"page": "mixed-channel"})),
    alike("waiver for everything", "waiver_scope", row("waiver", **WAIVER | {"fund": ""})),
    alike("waiver that ends before it begins", "waiver_dates", row("waiver", **WAIVER | {"valid_to": "2014-12-31"})),
    *(alike(f"waiver until {day}", "waiver_dates", row("waiver", **WAIVER | {"valid_to": day}))
      for day in ("9999-99-99", "2015-12-32", "2016-2-1", "later")),
    alike("waiver from no day", "waiver_dates", row("waiver", **WAIVER | {"valid_from": "0000-00-00"})),
    alike("waiver decided on no day", "waiver_dates", row("waiver", **WAIVER | {"document_date": "2014-02-30"})),
    *(alike(f"waiver without a document: {blank!r}", "waiver_document", row("waiver", **WAIVER | {"document": blank}))
      for blank in ("", " ", "\u3000")),
    alike("waiver granted at no moment", "waiver_granted_at", row("waiver", **WAIVER | {"granted_at": ""})),
    alike("waiver on a document of another level", "waiver_as_registered",
          entered("document", seq=2, document="x", level="county"), row("waiver", **WAIVER)),
    alike("waiver on a document of another date", "waiver_as_registered",
          entered("document", seq=2, document="x", date="2019-01-01"), row("waiver", **WAIVER)),
    alike("closed by a waiver whose document turned out to be the county's", "finding_act_waived",
          entered("document", seq=2, document="x", level="county"), row("finding_act", **CLOSE | {"waiver": 2})),
    alike("waiver on a document that is still to come", "waiver_decided_already",
          row("waiver", **WAIVER | {"document_date": "2999-01-01"})),
    login("waiver", **WAIVER),
    login("waiver_revoked", **REVOKED),
    alike("waiver of a payment by who approved it", "waiver_by_another",
          row("waiver", **WAIVER | {"voucher": 5, "approved_by": "Manager"})),
    alike("waiver of a finding by who approved its payment", "waiver_by_another",
          row("waiver", **WAIVER | {"finding": 1, "approved_by": "MANAGER"})),
    alike("closed by a waiver of who approved the payment", "finding_act_waived",
          row("waiver", **WAIVER | {"approved_by": "man ager"}), row("finding_act", **CLOSE | {"waiver": 3})),
    Attack("waiver of a level there is not", ("waiver_document_level", "waiver_by_high_authority"),
           ("waiver_document_level", "waiver_by_high_authority"),
           (row("waiver", **WAIVER | {"document_level": "village"}),)),
    alike("waiver of an authority below the fund's", "waiver_by_high_authority",
          row("waiver", **WAIVER | {"document_level": "county"})),
    alike("waiver of a fund there is not, of an authority below any's", "waiver_by_high_authority",
          row("waiver", **WAIVER | {"fund": "F99", "document_level": "region"})),
    alike("waiver of a group of funds, of an authority below its highest", "waiver_by_high_authority",
          row("waiver", **WAIVER | {"fund": "F02", "document_level": "region"})),
    alike("closed by a waiver of an authority below that of the finding's group", "finding_act_waived",
          row("finding", **FINDING | {"fund": "F02"}), row("sighting", **SIGHTING | {"finding": 3}),
          row("finding_act", **ACT | {"finding": 3}), *LOWLY,
          row("finding_act", **CLOSE | {"finding": 3, "waiver": 3})),
    alike("waiver of all funds of an authority below any's", "waiver_by_high_authority",
          row("waiver", **WAIVER | {"fund": "", "project": "P01", "document_level": "region"})),
    alike("waiver without a reason", "waiver_reason", row("waiver", **WAIVER | {"reason": " \t"})),
    *(alike(f"waiver asked by nobody: {name!r}", "waiver_asked_by", row("waiver", **WAIVER | {"asked_by": name}))
      for name in ("", " ", "clerk ", "李\u3000会计", "\uff21", "a\u00a0b")),
    alike("waiver entered by nobody", "waiver_asked_by", row("waiver", **WAIVER | {"granted_by": ""})),
    *(alike(f"waiver approved by who asked: {name}", "waiver_duties_apart",
            row("waiver", **WAIVER | {"asked_by": "director", "approved_by": name}))
      for name in ("director", "Director", "DIREC TOR")),
    key("waiver_voucher", row("waiver", **WAIVER | {"voucher": 77})),
    key("waiver_finding", row("waiver", **WAIVER | {"finding": 77})),
    key("waiver_revoked_waiver", row("waiver_revoked", **REVOKED | {"waiver": 77})),
    alike("waiver revoked by nobody", "waiver_revoked_by", row("waiver_revoked", **REVOKED | {"revoked_by": ""})),
    alike("waiver revoked at no moment", "waiver_revoked_at", row("waiver_revoked", **REVOKED | {"revoked_at": ""})),
)  # fmt: skip

"""Attacks on the second person who confirms what a first one said of a file: see `attacks.py`."""

from __future__ import annotations

from typing import Final

from attacks import BATCH, DECISION, INPUT_ROW, NEW, alike, entry, row, voucher

CONFIRMING: Final = (
    *(alike(f"default confirmed by who said it: {what}", "default_confirmed_by_another",
            row("input_row", **INPUT_ROW | {"reasons": reasons}), entry(),
            voucher(batch=1, row=3, prepared_by=prepared_by, approved_by=""),
            row("decision", **DECISION | {"row": 3, "decided": "posted", "voucher": NEW, "decided_by": decided_by,
                                          "reason": reason}))
      for what, reasons, reason, decided_by, prepared_by in (
          ("decided", "", "fund-by-default", "Cl erk", "manager"),
          ("posted", '[{"check": "fund-by-default"}]', "", "manager", "clerk"),
          ("decided without a word", '[{"check": "fund-by-default"}]', "", "clerk", "manager"))),
    alike("default confirmed that nobody said", "default_confirmed_by_another",
          row("batch", **BATCH), row("input_row", **INPUT_ROW | {"batch": 2, "row": 1}), entry(),
          voucher(batch=2, row=1), row("decision", **DECISION | {
              "batch": 2, "row": 1, "decided": "posted", "voucher": NEW, "reason": "fund-by-default"})),
)  # fmt: skip

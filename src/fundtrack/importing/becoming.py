"""What rows of a file may become beside payments: acts on quota, each told by its own columns.

A page says only `becomes = "quota"`, `"commitment"`, `"application"`, `"bill"` or `"result"`; `importing.acts` does the
rest.
"""

from __future__ import annotations

from typing import Final

from fundtrack.schema.registers import Register

LINE: Final = {"quota": "text", "fund": "text", "use": "text", "project": "text"}
"""The columns that say which quota line is meant: what the file calls it and, where that is a document, what of it."""

FORMS: Final = {
    "quota": Register(
        name="quota",
        relation="",
        title={"en": "Quota documents", "zh": "指标文件"},
        key=("document",),
        fields={
            "document": "text", "upper-document": "text", "date": "date", "year": "number", "amount": "amount",
            "fund": "text", "use": "text", "project": "text", "department": "text", "treasury-id": "text",
            "source": "text", "expires": "date", "void": "text",
        },
    ),
    "commitment": Register(
        name="commitment",
        relation="",
        title={"en": "Contracts bound to quota", "zh": "合同占用指标"},
        key=("contract",),
        fields={"contract": "text", "date": "date", "amount": "amount", "payee": "text", "document": "text", **LINE},
    ),
    "application": Register(
        name="application",
        relation="",
        title={"en": "Payment applications", "zh": "支付申请"},
        key=("number",),
        fields={
            "number": "text", "date": "date", "amount": "amount", "payee": "text", "contract": "text",
            "document": "text", "narration": "text", **LINE,
        },
    ),
    "bill": Register(
        name="bill",
        relation="",
        title={"en": "Bills over several funds", "zh": "多项资金共同支付"},
        key=("date",),
        fields={
            "date": "date", "amount": "amount", "payee": "text", "use": "text", "narration": "text", "project": "text",
            "document": "text", "contract": "text",
        },
    ),
    "result": Register(
        name="result",
        relation="",
        title={"en": "What became of a batch of payments", "zh": "批量代发结果"},
        key=("result",),
        fields={
            "date": "date", "amount": "amount", "result": "text", "payee": "text", "payee-account": "identifier",
            "document": "text", "bank-ref": "text", "narration": "text",
        },
        forms={"payee-account": "account", "result": ("paid", "returned")},
    ),
}  # fmt: skip
"""The columns of each act by their types, said like those of a register; no table has them."""

NEEDED: Final = {
    "quota": ("document", "date", "amount"),
    "commitment": ("contract", "date", "amount", "quota"),
    "application": ("number", "date", "amount", "quota", "payee"),
    "bill": ("date", "amount", "payee", "use"),
    "result": ("result", "date", "amount", "payee"),
}
"""The columns that a row cannot do without."""

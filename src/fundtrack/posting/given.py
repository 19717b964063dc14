"""What a document gives is received once: by one line, or by several up to what the register says it gives.

With what came by the documents that follow from it no more is received; the database holds the same. Of a document
whose amount is not registered nobody knows the whole: there the same receipt again is what is refused.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack import money
from fundtrack.book.documents import spelled, written_otherwise
from fundtrack.errors import UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from fundtrack.chart.model import Quota

BELOW: Final = """
SELECT u.above, d.amount, b.document, COALESCE(g.amount, 0) FROM document_above AS u
JOIN book_documents AS d ON d.document = u.above AND d.amount > 0
JOIN document_above AS b ON b.above = u.above
LEFT JOIN document_given AS g ON g.document = b.document
WHERE u.document = :document
"""
"""Each registered document that one follows from, itself included, and what came by those that follow from that."""

PAPERS: Final = "SELECT document, parent, amount FROM book_documents"
NAMED: Final = "SELECT DISTINCT document, upper_document FROM quota WHERE parent IS NULL AND upper_document <> ''"
CAME: Final = "SELECT document, amount FROM document_given WHERE amount <> 0"

REGISTERED: Final = "SELECT 1 FROM book_documents WHERE amount > 0 LIMIT 1"

AGAIN: Final = """
SELECT q.number, v.fund, v.year, v.number, v.date FROM voucher AS v
JOIN entry AS e ON e.voucher = v.id AND e.amount = :amount AND e.red = 0
JOIN quota AS q ON q.number = e.fund || '-' || substr(e.debit, 6)
WHERE v.kind = 'quota-received' AND v.document = :document AND v.fund = :fund AND v.reverses IS NULL AND v.cites IS NULL
    AND NOT EXISTS (SELECT 1 FROM voucher AS back WHERE back.reverses = v.id)
    AND q.department = :department AND q.upper_document = :upper AND q.expires = :expires
    AND (:treasury = '' OR q.treasury_id IS NULL)
    AND (:said = 0 OR CASE :use WHEN '' THEN q.project = :project AND (:treasury = '' OR NOT EXISTS (
            SELECT 1 FROM voucher AS w JOIN entry AS x ON x.voucher = w.id
            JOIN quota AS c ON c.number = x.fund || '-' || substr(x.credit, 6) AND c.treasury_id IS NOT NULL
            WHERE w.link = v.id AND w.link <> w.id AND w.kind = 'allotment' AND c.fund = q.fund AND c.parent = q.line))
        ELSE EXISTS (
            SELECT 1 FROM quota AS c
            WHERE c.fund = q.fund AND c.parent = q.line AND c.use = :use AND c.project = :project
                AND (:treasury = '' OR c.treasury_id IS NULL)) END)
ORDER BY v.id LIMIT 1
"""
"""A receipt that stands and says the same; two that the treasury's system numbers are two.

What a row received and allotted at once bears its number on the line of the allotment.
"""


DOCUMENT: Final = "document"
"""The register of documents."""

KNOWN: Final = """
SELECT document FROM book_documents
UNION SELECT parent FROM book_documents WHERE parent <> ''
UNION SELECT document FROM document_given WHERE amount <> 0
UNION SELECT q.upper_document FROM quota AS q
JOIN document_given AS g ON g.document = q.document AND g.amount <> 0
WHERE q.parent IS NULL AND q.upper_document <> '' AND NOT (q.fund = :fund AND q.line = :line)
"""
"""The numbers of documents that are registered or gave anything, and of those above them; but for what a line says."""


class Row(NamedTuple):
    """What a row of a file says of its quota beside what it was received for: to which use it is allotted at once."""

    use: str
    project: str
    treasury_id: str
    pending: Mapping[str, int]
    """What the same file receives before, in fen, by document."""


def refuse_otherwise(known: Iterable[str], *documents: str) -> None:
    """Refuse a document that is known under a number that is the same but for its brackets, width or blanks.

    Two numbers would make two documents of it, each of which gives its quota. Raises UsageError
    (`document-otherwise`).
    """
    names = {*known}
    for document in documents:
        if other := written_otherwise(document, names):
            raise UsageError("document-otherwise", document=document, other=other)
        names.add(document)


def refuse_received(connection: Connection, line: Quota, amount: int, row: Row | None = None) -> None:
    """Refuse to receive an amount on a line that was opened for it. Raises UsageError.

    It is `document-otherwise` where the document, or the one above it, is known by another spelling,
    `quota-received-already` where the same was received and the document's amount is not registered, and
    `document-exceeded` where the document, or one above it, gives less.
    """
    if refuse_exceeded(connection, line.document, amount, row.pending if row else {}, line):
        return
    expires = line.expires.isoformat() if line.expires else ""
    asked = {
        "document": line.document, "fund": line.fund, "amount": amount, "department": line.department,
        "upper": line.upper_document, "expires": expires, "said": int(row is not None), "use": row.use if row else "",
        "project": row.project if row else "", "treasury": row.treasury_id if row else "",
    }  # fmt: skip
    for number, fund, year, at, date in dialect.rows_of(connection, AGAIN, asked):
        raise UsageError("quota-received-already", document=line.document, fund=line.fund, number=number, date=date,
                         voucher=voucher_number(fund, year, at), amount=money.grouped(amount))  # fmt: skip


class Documents:
    """What the register says each document gives and follows from, what quota lines say of that, and what came."""

    def __init__(self, connection: Connection) -> None:
        """Read all of it: entries are judged before they are made, by no statement of their own."""
        self._gives: dict[str, int] = {}
        self._registered: dict[str, str] = {}
        for document, parent, amount in dialect.rows_of(connection, PAPERS):
            self._gives[document], self._registered[document] = int(amount), parent
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        for document, upper in dialect.rows_of(connection, NAMED):
            self._named[document].add(upper)
        self._came = {document: int(amount) for document, amount in dialect.rows_of(connection, CAME)}
        uppers = {upper for document in self._came for upper in self._named.get(document, ())}
        known = (*uppers, *self._registered.values(), *self._came, *self._gives)
        self._spelled = {spelled(document): document for document in known if document}

    def gives(self, document: str) -> int:
        """Return what the entry that holds says a document gives, in fen; 0 where there is none, or it does not say."""
        return self._gives.get(document, 0)

    def enter(self, document: str, parent: str, amount: int) -> None:
        """Take an entry for one that holds; one by which any document gives less than came by it is refused.

        So is one that says no amount in the place of one that does, while anything came by the document.

        Raises UsageError: `document-otherwise`, `document-below-received`; `document-above-received` where the one that
        it is to follow from, or one above that, gives too little.
        """
        self._refuse_otherwise(document, parent)
        before = self._gives.get(document, 0), self._registered.get(document, "")
        self._gives[document], self._registered[document] = amount, parent
        came = self._passed_on() if self._came else Counter()
        for above in self._chain(document) if self._came else ():
            whole = self._gives.get(above, 0)
            said = whole > 0 or (above == document and before[0] > 0)
            if said and whole < came[above]:
                self._gives[document], self._registered[document] = before
                own = came[document]
                if above == document or not own:
                    over = money.grouped(came[above] - whole)
                    raise UsageError("document-below-received", document=above, whole=money.grouped(whole),
                                     passed=money.grouped(came[above]), over=over)  # fmt: skip
                raise UsageError("document-above-received", document=document, above=above, own=money.grouped(own),
                                 left=money.grouped(whole - came[above] + own), whole=money.grouped(whole))  # fmt: skip

    def _refuse_otherwise(self, document: str, parent: str) -> None:
        refuse_otherwise([document], parent)
        for one in filter(None, (document, parent)):
            other = self._spelled.get(spelled(one), one)
            if one not in self._gives and one not in self._came and not self._mended(document, other):
                refuse_otherwise([other], one)
        for one in filter(None, (document, parent)):
            other = self._spelled.setdefault(spelled(one), one)
            if self._mended(document, other):
                self._spelled[spelled(one)] = one

    def _mended(self, document: str, other: str) -> bool:
        """Say whether a number is known only as what the entry of a document said before it followed from."""
        if other != self._registered.get(document) or other in self._gives or other in self._came:
            return False
        named = any(other in self._named.get(one, ()) for one in self._came)
        return not named and sum(parent == other for parent in self._registered.values()) == 1

    def came(self, document: str) -> int:
        """Return what came by a document and those that follow from it, in fen."""
        return self._passed_on()[document]

    def _passed_on(self) -> Counter[str]:
        """Return what came by each document and those that follow from it."""
        found: Counter[str] = Counter()
        for document, amount in self._came.items():
            found.update(dict.fromkeys(self._chain(document), amount))
        return found

    def _chain(self, document: str) -> set[str]:
        """Return a document and all that it follows from."""
        found, waiting = set[str](), [document]
        while waiting:
            if (one := waiting.pop()) and one not in found:
                found.add(one)
                waiting += [self._registered.get(one, ""), *self._named.get(one, ())]
        return found


def refuse_exceeded(
    connection: Connection, document: str, amount: int, pending: Mapping[str, int], line: Quota | None = None
) -> bool:
    """Refuse more by a document than it gives, and return whether the register says what it gives.

    `line` was opened for it just now, if any was. Raises UsageError: `document-exceeded`, `document-otherwise`.
    """
    opened = {"fund": line.fund if line else "", "line": line.line if line else 0}
    known = {*pending, *(str(one) for (one,) in dialect.rows_of(connection, KNOWN, opened))}
    refuse_otherwise(known, document, line.upper_document if line else "")
    if not dialect.rows_of(connection, REGISTERED):
        return False
    stands = _stands(connection, document, pending)
    for above, (gives, came) in stands.items():
        if came + amount > gives:
            raise UsageError("document-exceeded", document=above, whole=money.grouped(gives),
                             passed=money.grouped(came), amount=money.grouped(amount))  # fmt: skip
    return document in stands


def _stands(connection: Connection, document: str, pending: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return what a document and each above it gives, and what came by it or is `pending`, in fen."""
    whole: dict[str, int] = {}
    came: defaultdict[str, int] = defaultdict(int)
    for above, gives, below, amount in dialect.rows_of(connection, BELOW, {"document": document}):
        whole[above] = int(gives)
        came[above] += int(amount) + pending.get(below, 0)
    return {above: (gives, came[above]) for above, gives in whole.items()}

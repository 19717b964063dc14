"""What a mutant of a select is: one comparison, sign, constant, join key, NULL, set or group changed."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Replacements = Iterator[exp.Expr | None]

NEIGHBOURS: Final = {
    exp.LT: (exp.LTE, exp.GTE),
    exp.LTE: (exp.LT, exp.GT),
    exp.GT: (exp.GTE, exp.LTE),
    exp.GTE: (exp.GT, exp.LT),
    exp.EQ: (exp.NEQ,),
    exp.NEQ: (exp.EQ,),
}
ORDERED: Final = frozenset({
    "actual", "amount", "balance", "change", "date", "day", "difference", "expected", "occurrence", "opened", "period",
    "quantity", "share", "total", "valid_from", "valid_to", "weight", "year",
})  # fmt: skip
"""Columns of which one value is more than another, so that `=` has neighbours."""

SIBLINGS: Final = {
    "voucher": "link", "link": "voucher", "reverses": "cites", "cites": "reverses", "fund": "account",
    "account": "fund", "bank": "number", "number": "bank", "valid_from": "valid_to", "valid_to": "valid_from",
    "chart": "chart_last", "chart_last": "chart", "payee": "narration", "project": "fund", "unit": "weight_unit",
}  # fmt: skip
"""The column that is most easily taken for another one in a key."""

TRUE: Final = exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(1))


def compare(node: exp.Expr) -> Replacements:
    """Yield the neighbours of a comparison; of `=` and `<>` also `<` and `>` where their columns are ordered."""
    if not isinstance(node, exp.Binary) or type(node) not in NEIGHBOURS:
        return
    kinds = NEIGHBOURS[type(node)]
    if isinstance(node, exp.EQ) and ordered(node):
        kinds += (exp.LTE, exp.GTE)
    elif isinstance(node, exp.NEQ) and (ordered(node) or is_number(node.right)):
        kinds += (exp.LT, exp.GT)
    yield from (kind(this=node.left, expression=node.right) for kind in kinds)


def between(node: exp.Expr) -> Replacements:
    """Yield what a range says without a bound, and without the bound itself."""
    if isinstance(node, exp.Between):
        this, low, high = node.this, node.args["low"], node.args["high"]
        over, under = (exp.GTE(this=this, expression=low), exp.LTE(this=this, expression=high))
        yield under
        yield over
        yield exp.And(this=exp.GT(this=this, expression=low), expression=under)
        yield exp.And(this=over, expression=exp.LT(this=this, expression=high))


def sign(node: exp.Expr) -> Replacements:
    """Yield minus for plus and plus for minus; no sign where one was, one before a product, and no absolute value."""
    if isinstance(node, exp.Add | exp.Sub):
        other = exp.Sub if isinstance(node, exp.Add) else exp.Add
        yield other(this=node.left, expression=node.right)
    elif isinstance(node, exp.Neg | exp.Abs):
        yield node.this
    elif isinstance(node, exp.Mul):
        yield exp.Neg(this=exp.paren(node.copy()))


def constant(node: exp.Expr) -> Replacements:
    """Yield one more and one less than a number or a parameter, but not than the 1 of EXISTS (SELECT 1 …)."""
    if isinstance(node, exp.Placeholder):
        yield exp.paren(exp.Add(this=node.copy(), expression=exp.Literal.number(1)))
        yield exp.paren(exp.Sub(this=node.copy(), expression=exp.Literal.number(1)))
    elif is_number(node) and not isinstance(node.parent, exp.Limit | exp.Neg) and not unseen(node):
        yield exp.Literal.number(int(node.this) + 1)
        yield exp.Literal.number(int(node.this) - 1)


def drop(node: exp.Expr) -> Replacements:
    """Yield what is left without each condition of a WHERE, HAVING, ON, AND or OR."""
    if isinstance(node, exp.Connector) and not isinstance(node.parent, type(node)):
        kind, parts = type(node), [part.copy() for part in node.flatten(unnest=False)]
        for at in range(len(parts)):
            yield reduce(lambda left, right: kind(this=left, expression=right), [*parts[:at], *parts[at + 1 :]])
    elif isinstance(node.parent, exp.Where | exp.Having) or (
        isinstance(node.parent, exp.Join) and node is node.parent.args.get("on")
    ):
        yield TRUE


def key(node: exp.Expr) -> Replacements:
    """Yield the sibling of a column that is compared."""
    compared = isinstance(node.parent, exp.Predicate) and not isinstance(node.parent, exp.Is)
    if isinstance(node, exp.Column) and compared and node.name in SIBLINGS:
        yield exp.column(SIBLINGS[node.name], table=node.table or None)


def null(node: exp.Expr) -> Replacements:
    """Yield what COALESCE is for, IS NULL turned round, and an inner join for an outer one or the reverse."""
    if isinstance(node, exp.Coalesce):
        yield node.this
    elif isinstance(node, exp.Is) and not isinstance(node.parent, exp.Not):
        yield exp.Not(this=node.copy())
    elif isinstance(node, exp.Join) and node.args.get("on") is not None and (node.side or not needed(node)):
        twin = node.copy()
        twin.set("side", None if node.side else "LEFT")
        yield twin


def logic(node: exp.Expr) -> Replacements:
    """Yield OR for AND and AND for OR; what NOT, EXISTS or IN denies or affirms, turned round."""
    if isinstance(node, exp.And):
        yield exp.Or(this=node.left, expression=node.right)
    elif isinstance(node, exp.Or):
        yield exp.And(this=node.left, expression=node.right)
    elif isinstance(node, exp.Not):
        yield node.this
    elif isinstance(node, exp.Exists | exp.In) and not isinstance(node.parent, exp.Not):
        yield exp.Not(this=node.copy())


def aggregate(node: exp.Expr) -> Replacements:
    """Yield the greatest for the least and the reverse; without DISTINCT what had it."""
    if isinstance(node, exp.Min | exp.Max):
        yield (exp.Max if isinstance(node, exp.Min) else exp.Min)(this=node.this)
    elif isinstance(node, exp.Distinct):
        if isinstance(node.parent, exp.Select):
            yield None
        else:
            yield from node.expressions


def listed(node: exp.Expr) -> Replacements:
    """Yield a list without each of its values."""
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        for at in range(len(node.expressions)):
            twin = node.copy()
            twin.expressions[at].pop()
            yield twin


def group(node: exp.Expr) -> Replacements:
    """Yield nothing for a column by which rows are grouped or a window is divided, if nobody asks for its value."""
    if isinstance(node.parent, exp.Group) and len(node.parent.expressions) > 1:
        if node not in bare(node.find_ancestor(exp.Select)):
            yield None
    elif isinstance(node.parent, exp.Window) and node.arg_key == "partition_by":
        yield None


def order(node: exp.Expr) -> Replacements:
    """Yield the reverse of an order, and an order without each further column."""
    if isinstance(node, exp.Ordered):
        twin = node.copy()
        twin.set("desc", not node.args.get("desc"))
        twin.set("nulls_first", not node.args.get("nulls_first"))
        yield twin
        if node.index:
            yield None


def union(node: exp.Expr) -> Replacements:
    """Yield each arm alone."""
    if isinstance(node, exp.Union):
        yield node.left
        yield node.right


KINDS: Final[dict[str, Callable[[exp.Expr], Replacements]]] = {
    "compare": compare, "between": between, "sign": sign, "constant": constant, "drop": drop, "key": key, "null": null,
    "logic": logic, "aggregate": aggregate, "list": listed, "group": group, "order": order, "union": union,
}  # fmt: skip


def is_number(node: exp.Expr) -> bool:
    """Return whether a node is a whole number."""
    return isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit()


def ordered(node: exp.Binary) -> bool:
    """Return whether a comparison is between two columns of one of which there can be more."""
    return all(isinstance(side, exp.Column) and side.name in ORDERED for side in (node.left, node.right))


def unseen(node: exp.Expr) -> bool:
    """Return whether a node is what an EXISTS selects, of which nobody asks the value."""
    return isinstance(node.parent, exp.Select) and isinstance(node.parent.parent, exp.Exists)


def needed(join: exp.Join) -> bool:
    """Return whether a condition beside a join asks for a row of it, so that LEFT JOIN would say the same."""
    select = join.parent
    assert isinstance(select, exp.Select)
    beside = [other.args.get("on") for other in select.args["joins"] if other is not join and not other.side]
    where = select.args.get("where")
    return any(asks(condition, join.alias_or_name) for condition in [*beside, where and where.this] if condition)


def asks(condition: exp.Expr, alias: str) -> bool:
    """Return whether a condition is never true where all columns of a relation are NULL."""
    if isinstance(condition, exp.Paren):
        return asks(condition.this, alias)
    if isinstance(condition, exp.Connector):
        return (all if isinstance(condition, exp.Or) else any)(asks(part, alias) for part in condition.flatten())
    columns = {column.table for column in condition.find_all(exp.Column)}
    lenient = condition.find(exp.Is, exp.Coalesce, exp.Case, exp.Subquery, exp.Select)
    return isinstance(condition, exp.Predicate) and not lenient and alias in columns


def bare(select: exp.Select | None) -> list[exp.Expr]:
    """Return the columns of a select that stand outside every aggregate: PostgreSQL wants to group by all of them."""
    assert select is not None
    parts = [*select.expressions, select.args.get("having"), select.args.get("order")]
    return [
        column
        for part in parts
        if part is not None
        for column in part.find_all(exp.Column)
        if column.find_ancestor(exp.AggFunc, exp.Select) is select
    ]

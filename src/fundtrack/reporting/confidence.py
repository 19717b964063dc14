"""Confidence factors of monetary-unit sampling: quantiles of the gamma distribution, in exact decimals.

Of a rare fault the number found is Poisson distributed, and the upper limit of its rate at a confidence is a quantile
of the gamma distribution: of shape 1 where none is found, 2 where one is. Where the expected misstatement is a part `r`
of the tolerable one, the factor `F` is that at which a sample finding `r·F` of it still proves the limit: the quantile
of shape `1 + r·F` is `F` itself. Rounded up to two decimals these are the tables of the AICPA Audit Guide "Audit
Sampling" (confidence factors for the design of monetary-unit samples; see Stewart, "Technical Notes on the AICPA Audit
Guide Audit Sampling", 2012), so that a working paper can be held against the printed page.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal, localcontext
from functools import lru_cache
from typing import Final

from fundtrack.errors import UsageError

CONFIDENCES: Final = range(50, 100)
"""Per cent; 95 means a risk of incorrect acceptance of 5 per cent."""

RATIO_MAX: Final = Decimal("0.6")
"""The most of the tolerable misstatement that may be expected: the guide's tables end here, and the sample explodes."""

PLACES: Final = Decimal("0.01")
EXACT: Final = Context(prec=40)
FAR: Final = Decimal(400)
"""Where the distribution has all but ended: what lies beyond does not reach the digits that are kept."""


@lru_cache(maxsize=64)
def design_factor(confidence: int, expected: int, tolerable: int) -> Decimal:
    """Return the factor by which the tolerable misstatement is divided to give the interval, rounded up.

    Raises UsageError: `sample-confidence`, `sample-expected` where so much is expected that no sample would do.
    """
    if confidence not in CONFIDENCES:
        raise UsageError("sample-confidence", confidence=confidence, least=CONFIDENCES[0], most=CONFIDENCES[-1])
    with localcontext(EXACT):
        ratio = Decimal(expected) / tolerable
        if not 0 <= ratio <= RATIO_MAX:
            raise UsageError("sample-expected", most=f"{RATIO_MAX:.0%}")
        return _root(Decimal(confidence) / 100, ratio)


def _root(share: Decimal, ratio: Decimal) -> Decimal:
    """Return the `F` below which `share` of the gamma distribution of shape `1 + ratio·F` lies, rounded up."""
    low, high = Decimal(0), FAR / 4
    while high - low > PLACES / 1000:
        middle = (low + high) / 2
        if _below(1 + ratio * middle, middle) < share:
            low = middle
        else:
            high = middle
    return high.quantize(PLACES, ROUND_CEILING)


def _below(shape: Decimal, point: Decimal) -> Decimal:
    """Return the share of the gamma distribution that lies below a point."""
    return _series(shape, point) / _series(shape, FAR)


def _series(shape: Decimal, point: Decimal) -> Decimal:
    """Return the lower incomplete gamma function: a sum of positive terms, so that nothing cancels (DLMF 8.7.1)."""
    term = total = 1 / shape
    step = shape
    while term > total.scaleb(-30):
        step += 1
        term *= point / step
        total += term
    return total * (shape * point.ln() - point).exp()

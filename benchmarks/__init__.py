"""How fast the book is, against the physical floor and against what a user would pick instead: `python -m benchmarks`.

Everything is measured in one run on the same generated vouchers, each thing in a fresh process of its own.
"""

from __future__ import annotations

"""A county's book as text, sound, and faults planted in it by their definitions.

Nothing here imports fundtrack: what is a fault is written down a second time, from the catalogue and the prose of the
check's page, so that a check and what it must find cannot be wrong together.
"""

from __future__ import annotations

from planting import amounts, banks, channel, evidence, offices, quota, recipients, times, use
from planting.fault import PLANTERS, Fault, Place, key
from planting.sound import Sound, lead
from planting.writing import close

__all__ = [
    "PLANTERS", "Fault", "Place", "Sound", "amounts", "banks", "channel", "close", "evidence", "key", "lead", "offices",
    "quota", "recipients", "times", "use",
]  # fmt: skip

"""A page for a file that no page describes: looked at, proposed with its evidence, asked about, tried and written.

Nothing here guesses in silence: what neither the data nor a name proves is a question.
"""

from __future__ import annotations

from fundtrack.importing.proposing.fit import Fit
from fundtrack.importing.proposing.new import Desk, Looked
from fundtrack.importing.proposing.point import Point
from fundtrack.importing.proposing.propose import Proposal, answers_of

__all__ = ["Desk", "Fit", "Looked", "Point", "Proposal", "answers_of"]

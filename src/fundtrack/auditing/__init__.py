"""What was found, on record: every run that saw a fault, who decided what about it, and what was permitted.

Checks find faults anew each time; here they become findings with a number and a history. Nothing is changed or taken
away: the state of a finding is what its acts, its waivers and the day of asking give it.
"""

from __future__ import annotations

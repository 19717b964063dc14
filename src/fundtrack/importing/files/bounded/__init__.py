"""What reads a file that could harm who reads it: run as a program, in a process of its own, importing nothing of ours.

    fundtrack.importing.files.workbook  starts it:  KIND FILE [ENCODING [RECORDS]], of a workbook  [ROWS of each sheet]

A workbook of five kilobytes can ask for gigabytes, or abort the process that reads it. So this process bounds its own
memory and time first. It writes lines of JSON

    {"sheet": name, "hidden": bool, "rows": count}      before a sheet's rows
    [row, [cell, …]]                                    text as strings, numbers, dates in ISO 8601
    {"error": key of a message, …}  or  "end"           at the end
"""

from __future__ import annotations

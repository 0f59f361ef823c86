"""Write the rows of a spreadsheet file out as JSON lines; a program of its own that knows nothing of Tunebook.

``python -P excel_process.py FILE MIB SECONDS``: a file of a few bytes may ask its reader for terabytes, which ends the
process that reads it. Here that is this one.

The first line tells which sheet it is and which others have rows, each further one is a row from the first on.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import sys
from typing import Any


def limit(mebibytes: int, seconds: int) -> None:
    """Let this process take no more than so much memory and time."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system knows such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def plain(value: Any) -> Any:
    """Return a cell as JSON holds it: whole numbers without a point, dates and times as ISO text, None for nothing."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return value


def write(path: str) -> None:
    """Write the first sheet of `path` that has rows."""
    import python_calamine

    with python_calamine.load_workbook(path) as book:
        found, others = None, []
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if not sheet.height:
                continue
            if found is None:
                found = sheet
            else:
                others.append(name)
        print(json.dumps({"sheet": found.name if found else None, "others": others}))
        if found is not None:
            for row in found.iter_rows():
                print(json.dumps([plain(value) for value in row]))


def main(path: str, mebibytes: str, seconds: str) -> None:
    """Write rows, or why there are none."""
    limit(int(mebibytes), int(seconds))
    try:
        write(path)
    except MemoryError:
        print(json.dumps({"error": "memory"}))
    except BaseException as exc:  # whatever a damaged file makes its reader raise; its panics are no Exceptions
        print(json.dumps({"error": f"{type(exc).__name__}: {exc}"}))


if __name__ == "__main__":
    main(*sys.argv[1:])

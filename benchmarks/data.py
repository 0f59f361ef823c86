"""Where the data sets lie that benchmarks measure on: they are not part of the project.

A folder is named on the command line (``--data FOLDER``) or by the environment variable ``TUNEBOOK_BENCHMARK_DATA``;
else it is the folder ``shared/data`` in the project or beside it. Inside, files are named by folder and file, such as
``finance/sentfin_test.jsonl``.
"""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "TUNEBOOK_BENCHMARK_DATA"
_PROJECT = Path(__file__).resolve().parents[1]
_USUAL = Path("shared") / "data"


def find(name: str, folder: str | Path | None = None) -> Path:
    """Return the full path of a data file.

    Parameters
    ----------
    name : str
        Its path inside the folder of all data, such as ``finance/sentfin_test.jsonl``.
    folder : str or Path, optional
        The folder of all data; left out, the usual ones are looked through.

    Raises
    ------
    SystemExit
        There is no such file; the message says where it was looked for and what to do.
    """
    places = _places(folder)
    for place in places:
        if (place / name).is_file():
            return (place / name).resolve()
    looked = ", ".join(str(place) for place in places)
    raise SystemExit(
        f"The benchmark needs the data file {name}, which is in none of: {looked}. "
        f"Name the folder that holds it with --data FOLDER, or in the environment variable {VARIABLE}."
    )


def _places(folder: str | Path | None) -> list[Path]:
    if folder is not None:
        return [Path(folder)]
    named = os.environ.get(VARIABLE)
    if named:
        return [Path(named)]
    return [_PROJECT / _USUAL, _PROJECT.parent / _USUAL]

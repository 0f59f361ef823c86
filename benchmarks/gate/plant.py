"""Plant faults into clean rows, and remember where: what a gate should point at, line by line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.gate import edits, personal
from benchmarks.gate.rows import Rows, write_rows

# Damage that reading in a wrong encoding does: written as the first, read as the second.
_MISREAD = (("utf-8", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "cp1252"))
_ACCENTED = (
    "Café à l'été",
    "naïve façade",
    "Müller Straße",
    "señor mañana",
    "São João",
    "Ångström",
    "œuvre",
    "“quoted”",
)


@dataclass
class Planted:
    """Data with one kind of fault planted into it.

    Parameters
    ----------
    data, test : Path
        Files.
    lines : set of int
        Of the data: where the fault is, by line from 1.
    pairs : dict of int to int
        Of duplicates: the line of the original.
    values : dict of int to str
        Of personal data: what must not be there afterwards.
    """

    data: Path
    test: Path
    lines: set[int] = field(default_factory=set)
    pairs: dict[int, int] = field(default_factory=dict)
    values: dict[int, str] = field(default_factory=dict)


Line = str
Values = dict[str, str]  # what was planted, by its line
Made = list[tuple[Line, int | None, bool]]  # a line, the place of the row it comes from, is it planted?


def planted(fault: str, rows: Rows, count: int, seed: int, folder: Path) -> Planted:
    """Write the rows of a set with `count` faults of one kind among them, at seeded places.

    Raises
    ------
    KeyError
        Nobody plants such a fault.
    """
    draw = random.Random(f"{seed}-{fault}-{rows.name}")
    values: dict[str, str] = {}
    made: Made = [(_line(row), place, False) for place, row in enumerate(rows.train)]
    made = PLANTERS[fault](rows, made, count, draw, values)
    draw.shuffle(made)
    where = {place: number for number, (_, place, bad) in enumerate(made, 1) if place is not None and not bad}
    name = rows.name.replace("/", "-")
    result = Planted(
        write_rows(folder / f"{name}-{fault}.jsonl", [line for line, _, _ in made]),
        write_rows(folder / f"{name}-{fault}-test.jsonl", [_line(row) for row in rows.test]),
    )
    for number, (line, place, bad) in enumerate(made, 1):
        if bad:
            result.lines.add(number)
            result.values.update({number: values[line]} if line in values else {})
            if place is not None and place in where:
                result.pairs[number] = where[place]
    return result


def _line(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False)


def _copies(change: Callable[[str, random.Random], str | None]) -> Callable[..., Made]:
    """Return a planter that adds changed copies of rows, each of another row."""

    def plant(rows: Rows, made: Made, count: int, draw: random.Random, values: Values) -> Made:
        places = list(range(len(rows.train)))
        draw.shuffle(places)
        copies: Made = []
        for place in places:
            if len(copies) == count:
                break
            text = change(rows.train[place]["text"], draw)
            if text is not None:
                copies.append((_line({**rows.train[place], "text": text}), place, True))
        return made + copies

    return plant


def _leaks(rows: Rows, made: Made, count: int, draw: random.Random, values: Values) -> Made:
    places = draw.sample(range(len(rows.test)), min(count, len(rows.test)))
    return made + [
        (_line({**rows.test[place], "text": edits.inside(rows.test[place]["text"], draw)}), None, True)
        for place in places
    ]


def _broken(rows: Rows, made: Made, count: int, draw: random.Random, values: Values) -> Made:
    ways: tuple[Callable[[dict[str, Any]], str], ...] = (
        lambda row: _line({**row, "text": ""}),
        lambda row: _line({**row, "text": None}),
        lambda row: _line({"text": row["text"]}),
        lambda row: _line({**row, "label": None}),
        lambda row: _line({**row, "text": "   "}),
        lambda row: _line({**row, "text": [row["text"], row["text"]]}),
        lambda row: _line(row)[: len(_line(row)) // 2],
        lambda row: _line(row) + "}",
        lambda row: _line([row["text"], row["label"]]),
        lambda row: _line(row).replace('"text"', "text", 1),
    )
    return _changed(rows, made, count, draw, lambda row: draw.choice(ways)(row))


def _misread(rows: Rows, made: Made, count: int, draw: random.Random, values: Values) -> Made:
    def damage(row: dict[str, Any]) -> str:
        text = row["text"]
        if text.isascii():
            words = text.split(" ")
            words.insert(draw.randrange(len(words) + 1), draw.choice(_ACCENTED))
            text = " ".join(words)
        written, read = draw.choice(_MISREAD)
        return _line({**row, "text": text.encode(written).decode(read, "replace")})

    return _changed(rows, made, count, draw, damage)


def _personal(group: str) -> Callable[..., Made]:
    def plant(rows: Rows, made: Made, count: int, draw: random.Random, values: Values) -> Made:
        language = "zh" if rows.name.startswith("zh/") else "en"
        make = personal.maker(language, draw.randrange(2**31))
        kinds = personal.kinds(language, group)

        def add(row: dict[str, Any]) -> str:
            told = make(draw.choice(kinds), draw)
            joined = (row["text"], told.sentence) if draw.random() < 0.5 else (told.sentence, row["text"])
            line = _line({**row, "text": " ".join(joined)})
            values[line] = told.value
            return line

        return _changed(rows, made, count, draw, add)

    return plant


def _changed(rows: Rows, made: Made, count: int, draw: random.Random, change: Callable[[dict[str, Any]], str]) -> Made:
    """Replace `count` rows by what `change` makes of them."""
    chosen = set(draw.sample(range(len(rows.train)), min(count, len(rows.train) // 2)))
    return [
        (change(rows.train[place]), None, True) if place in chosen else entry
        for entry in made
        for place in [entry[1] if entry[1] is not None else -1]
    ]


def _exact(text: str, draw: random.Random) -> str:
    return text


PLANTERS: dict[str, Callable[..., Made]] = {
    "exact_duplicates": _copies(_exact),
    "near_duplicates": _copies(edits.near),
    "paraphrases": _copies(edits.paraphrase),
    "leaks": _leaks,
    "broken_rows": _broken,
    "encodings": _misread,
    "personal_fixed": _personal(personal.FIXED),
    "personal_names": _personal(personal.NAMES),
}
# Which checks point at which fault.
CHECKED_BY: dict[str, tuple[str, ...]] = {
    "exact_duplicates": ("exact-duplicates",),
    "near_duplicates": ("near-duplicates", "exact-duplicates"),
    "paraphrases": ("same-meaning", "near-duplicates", "exact-duplicates"),
    "leaks": ("leaks",),
    "broken_rows": ("schema",),
    "encodings": ("encoding",),
    "personal_fixed": ("personal",),
    "personal_names": ("personal",),
}

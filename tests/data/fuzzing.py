"""Files that are wrong in many ways, made from a seed: each kind of fault many times, in files of all formats."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sheets
from pyarrow import parquet

TOUCHED = "touched-by-a-formula"
_PLAIN = [
    *("the", "pump", "leaks", "oil", "and", "the", "report", "says", "so", "in", "12", "words", "about"),
    *("café", "naïve", "Straße", "élève", "façade"),
]
_WORDS = [*_PLAIN, "病人", "头痛", "機械", "Насос", "течёт", "“quoted”", "%", "rises", "falls;", "a,", "b", "|", "c"]


@dataclass(frozen=True)
class Made:
    """One file, its fault, and whether reading it must be told in notes where it succeeds."""

    name: str
    fault: str
    content: bytes
    told: bool = False


Maker = Callable[[random.Random], tuple[str, bytes]]


def files(seed: int, count: int) -> Iterator[Made]:
    """Yield `count` files, of all faults in turn."""
    faults = list(FAULTS)
    for number in range(count):
        fault = faults[number % len(faults)]
        make, told = FAULTS[fault]
        suffix, content = make(random.Random(f"{seed}-{number}"))
        yield Made(f"{number:03d}-{fault.replace(' ', '-')}{suffix}", fault, content, told)


def rows(draw: random.Random, count: int = 0, words: list[str] = _WORDS) -> list[dict[str, Any]]:
    """Return good rows of two labels."""
    count = count or draw.randrange(4, 30)
    return [
        {"text": " ".join(draw.choices(words, k=draw.randrange(2, 12))), "label": "ab"[n % 2], "id": n}
        for n in range(count)
    ]


def as_jsonl(made: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made)


def as_csv(made: list[dict[str, Any]], delimiter: str = ",") -> str:
    held = io.StringIO()
    writer = csv.DictWriter(held, list(made[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)
    return held.getvalue()


def as_parquet(made: list[dict[str, Any]]) -> bytes:
    held = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(made), held, row_group_size=7)
    return held.getvalue()


def as_xlsx(made: list[dict[str, Any]]) -> bytes:
    return sheets.xlsx({"S": [list(made[0]), *(list(row.values()) for row in made)]})


def _any(draw: random.Random, *, binary: bool = True) -> tuple[str, bytes]:
    """Return a good file of any format."""
    made = rows(draw)
    suffix = draw.choice((".jsonl", ".json", ".csv", ".tsv", *((".parquet", ".xlsx") if binary else ())))
    content = {
        ".jsonl": lambda: as_jsonl(made).encode(),
        ".json": lambda: json.dumps(made, ensure_ascii=False, indent=draw.choice((None, 1))).encode(),
        ".csv": lambda: as_csv(made).encode(),
        ".tsv": lambda: as_csv(made, "\t").encode(),
        ".parquet": lambda: as_parquet(made),
        ".xlsx": lambda: as_xlsx(made),
    }[suffix]()
    return suffix, content


def truncated(draw: random.Random) -> tuple[str, bytes]:
    suffix, content = _any(draw)
    return suffix, content[: draw.randrange(1, len(content))]


def flipped(draw: random.Random) -> tuple[str, bytes]:
    suffix, content = _any(draw)
    data = bytearray(content)
    for _ in range(draw.randrange(1, 30)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return suffix, bytes(data)


def wrong_delimiter(draw: random.Random) -> tuple[str, bytes]:
    suffix = draw.choice((".csv", ".tsv"))
    return suffix, as_csv(rows(draw), draw.choice(";|" + ("\t" if suffix == ".csv" else ","))).encode()


def other_encoding(draw: random.Random) -> tuple[str, bytes]:
    made = rows(draw, 20, _PLAIN)
    text = draw.choice((as_jsonl, as_csv))(made)
    return ".csv" if text.startswith("text") else ".jsonl", text.encode(draw.choice(("cp1252", "utf-16", "utf-16-le")))


def mixed_encodings(draw: random.Random) -> tuple[str, bytes]:
    lines = as_jsonl(rows(draw, 30, _PLAIN)).splitlines(keepends=True)
    lines[3] = lines[3].replace('": "', '": "é ', 1)
    return ".jsonl", b"".join(
        line.encode("cp1252" if n == 3 or draw.random() < 0.3 else "utf-8") for n, line in enumerate(lines)
    )


def nul_bytes(draw: random.Random) -> tuple[str, bytes]:
    suffix, content = _any(draw, binary=False)
    data = bytearray(content)
    for _ in range(draw.randrange(1, 6)):
        data.insert(draw.randrange(len(data)), 0)
    return suffix, bytes(data)


def nested(draw: random.Random) -> tuple[str, bytes]:
    depth = draw.choice((50, 900, 5_000, 200_000))
    deep = draw.choice(("[", '{"a":')) * depth
    made = as_jsonl(rows(draw)).encode()
    line = ('{"text": "deep", "label": "a", "more": ' + deep).encode()
    return draw.choice(((".jsonl", made + line + b"\n" + made), (".json", deep.encode()), (".json", b"[" + line)))


def long_line(draw: random.Random) -> tuple[str, bytes]:
    size = draw.choice((200_000, 300_000, 10_000_000))
    made = rows(draw)
    word = draw.choice(("x", "word "))
    made[2]["text"] = word * (size // len(word))
    suffix = draw.choice((".jsonl", ".csv", ".json"))
    text = {".jsonl": as_jsonl, ".csv": as_csv, ".json": json.dumps}[suffix](made)
    return suffix, text.encode()


def formulas(draw: random.Random) -> tuple[str, bytes]:
    made = rows(draw)
    for row in made:
        row["text"] = draw.choice(
            (f"=cmd|' /C touch {TOUCHED}'!A0", f'=SYSTEM("touch {TOUCHED}")', "@SUM(1+1)", "+A1", "-B2")
        )
    return draw.choice(((".csv", as_csv(made).encode()), (".xlsx", as_xlsx(made))))


def unclosed_quote(draw: random.Random) -> tuple[str, bytes]:
    lines = as_csv(rows(draw, 20)).split("\n")
    place = draw.randrange(1, 20)
    lines[place] = draw.choice(
        ('"' + lines[place], lines[place] + '"x', lines[place].replace(",", ',"', 1), '"a"b,a,1')
    )
    return ".csv", "\n".join(lines).encode()


def line_ends(draw: random.Random) -> tuple[str, bytes]:
    suffix, content = _any(draw, binary=False)
    return suffix, b"".join(
        line + draw.choice((b"\r", b"\r\n", b"\n") if draw.random() < 0.5 else (b"\r",))
        for line in content.splitlines()
    )


def inner_mark(draw: random.Random) -> tuple[str, bytes]:
    made = [as_jsonl(rows(draw)).encode() for _ in range(2)]
    return ".jsonl", b"\xef\xbb\xbf".join(made)


def twin_columns(draw: random.Random) -> tuple[str, bytes]:
    made = rows(draw)
    table = [["text", "label", "text"], *([row["text"], row["label"], "x"] for row in made)]
    held = io.StringIO()
    csv.writer(held).writerows(table)
    twice = '{"text": "a", "label": "b", "text": "c"}\n'
    return draw.choice(
        ((".csv", held.getvalue().encode()), (".xlsx", sheets.xlsx({"S": table})), (".jsonl", twice.encode() * 3))
    )


def wrong_name(draw: random.Random) -> tuple[str, bytes]:
    made = rows(draw)
    return draw.choice(
        (
            (".json", as_jsonl(made).encode()),
            (".jsonl", json.dumps(made).encode()),
            (".jsonl", "\n".join(json.dumps(row, indent=1) for row in made).encode()),
            (".csv", as_jsonl(made).encode()),
            (".csv", json.dumps(made, indent=1).encode()),
            (".csv", as_parquet(made)),
            (".jsonl", as_xlsx(made)),
            (".xls", as_csv(made, "\t").encode()),
        )
    )


def nearly_empty(draw: random.Random) -> tuple[str, bytes]:
    contents = (
        b"",
        b"\n\n \n",
        b"\xef\xbb\xbf",
        b"text,label\n",
        b"{}",
        b"[]",
        b"null",
        b"0",
        b'""',
        b"\r",
        b" ",
        b"[",
        b"{",
    )
    suffix = draw.choice((".jsonl", ".json", ".csv", ".tsv", ".parquet", ".xlsx"))
    return suffix, draw.choice(contents)


def wrong_rows(draw: random.Random) -> tuple[str, bytes]:
    if draw.random() < 0.5:
        lines = as_csv(rows(draw)).splitlines(keepends=True)
        for _ in range(3):
            lines.insert(draw.randrange(1, len(lines)), draw.choice(("a\n", "a,b,c,d,e\n", ",,\n", "\n")))
        return ".csv", "".join(lines).encode()
    lines = as_jsonl(rows(draw)).splitlines(keepends=True)
    odd = ("[1]\n", "7\n", "null\n", '"text"\n', "{}\n", '{"text": 3, "label": null}\n', '{"text": {"a": []}}\n')
    for _ in range(3):
        lines.insert(draw.randrange(len(lines)), draw.choice(odd))
    return ".jsonl", "".join(lines).encode()


def odd_json(draw: random.Random) -> tuple[str, bytes]:
    lines = as_jsonl(rows(draw)).splitlines()
    place = draw.randrange(len(lines))
    line = lines[place]
    lines[place] = draw.choice(
        (
            line.replace('"', "'"),
            line[:-1] + ",}",
            line + " // more",
            line + line,
            line.replace('"id": ', '"id": NaN, "n": '),
            line.replace('"id": ', '"id": ' + "9" * 5000),
            line.replace('"text": "', '"text": "\\ud83d '),
            line.replace('"text": "', '"text": "\\u0000'),
            line.replace('"text": "', '"text": "a\tb'),
        )
    )
    suffix = draw.choice((".jsonl", ".json"))
    return suffix, ("\n".join(lines) if suffix == ".jsonl" else "[" + ",\n".join(lines) + "]").encode()


def noise(draw: random.Random) -> tuple[str, bytes]:
    suffix = draw.choice((".jsonl", ".json", ".csv", ".tsv", ".parquet", ".xlsx", ".xls", ".ods"))
    return suffix, draw.choice((b"", b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) + draw.randbytes(
        draw.randrange(1, 4000)
    )


def hostile(draw: random.Random) -> tuple[str, bytes]:
    makers: tuple[tuple[str, Callable[[], bytes]], ...] = (
        (".xlsx", sheets.far_cell),
        (".xlsx", lambda: sheets.bomb(600)),
        (".jsonl", lambda: gzip.compress(b" " * 1_000_000, mtime=0)),
        (".xlsx", lambda: sheets.packed({"[Content_Types].xml": '<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'})),
    )
    suffix, make = draw.choice(makers)
    return suffix, make()


# By fault: what makes such a file, and must it be told where it loads?
FAULTS: dict[str, tuple[Maker, bool]] = {
    "truncated": (truncated, False),
    "flipped bytes": (flipped, False),
    "wrong delimiter": (wrong_delimiter, True),
    "other encoding": (other_encoding, True),
    "mixed encodings": (mixed_encodings, True),
    "NUL bytes": (nul_bytes, False),
    "nested": (nested, False),
    "long line": (long_line, False),
    "formulas": (formulas, True),
    "unclosed quote": (unclosed_quote, False),
    "line ends": (line_ends, False),
    "inner mark": (inner_mark, True),
    "twin columns": (twin_columns, False),
    "wrong name": (wrong_name, True),
    "nearly empty": (nearly_empty, False),
    "wrong rows": (wrong_rows, False),
    "odd JSON": (odd_json, False),
    "noise": (noise, False),
    "hostile": (hostile, False),
}

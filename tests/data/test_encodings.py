"""In which encoding a file stands is found out and told; a named one must be right."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from kit.data import DataSpec, load_data
from kit.data.format.guess import guess
from kit.data.reading import Reading
from kit.errors import DataError

# Sentences that are nowhere else in the project, by the encoding in which such texts are most often found.
SENTENCES = {
    "cp1252": (
        "Où étiez-vous à Noël ? Chez ma sœur, près de la forêt.",
        "Größere Mängel ließen sich nur mühsam erklären.",
        "El próximo año habrá más niños en la montaña.",
        "Não há solução fácil, disse o irmão.",
        "På fredag må vi kjøpe brød, smør og øl.",
    ),
    "cp1250": (
        "Wróciła późno, więc światło już zgasło.",
        "Řeka se rozlila a zatopila louky, děti čekaly.",
        "Gdzieś żółw śpi.",
    ),
    "cp1251": ("Вечером поезд пришёл с опозданием на час.", "Після дощу вийшло сонце, і всі пішли гуляти."),
    "cp1253": ("Το τρένο έφτασε αργά και ο κόσμος περίμενε.",),
    "koi8_r": ("Наутро снег растаял, и дорога стала мокрой.",),
    "gb18030": ("火车晚点了一个小时，大家都在等。", "请把发票寄到公司，谢谢。"),
    "big5": ("火車晚點了一個小時，大家都在等。", "請把發票寄到公司，謝謝。"),
    "cp932": ("電車が一時間遅れて、みんな待っていました。", "領収書を会社に送ってください。"),
    "euc_jp": ("電車が一時間遅れて、みんな待っていました。",),
    "cp949": ("기차가 한 시간 늦게 도착해서 모두 기다렸습니다.",),
}
EACH = [(codec, sentence) for codec, sentences in SENTENCES.items() for sentence in sentences]


def jsonl(*texts: str) -> str:
    return "".join(
        json.dumps({"text": text, "label": "ab"[n % 2]}, ensure_ascii=False) + "\n" for n, text in enumerate(texts)
    )


@pytest.mark.parametrize(("codec", "sentence"), EACH)
def test_one_line_tells_its_encoding(codec: str, sentence: str, tmp_path: Path) -> None:
    assert sentence.encode(codec).decode(guess(sentence.encode(codec)) or "ascii") == sentence
    texts = ("plain words", sentence, "more of them")
    (tmp_path / "a.jsonl").write_bytes(jsonl(*texts).encode(codec))
    data = load_data(tmp_path / "a.jsonl")
    assert data.texts == texts
    assert len(data.notes) == 1
    assert data.notes[0].startswith("Read as ")


@pytest.mark.parametrize("seed", range(3))
def test_noise_has_no_encoding_or_is_read_by_it(seed: int) -> None:
    import random

    data = random.Random(seed).randbytes(3000)
    found = guess(data)
    assert found is None or data.decode(found, "strict")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_wide_characters_and_marks(codec: str, line_end: str, tmp_path: Path) -> None:
    texts = ("plain words", "头痛 und Grüße 😀", "more of them")
    (tmp_path / "a.jsonl").write_bytes(jsonl(*texts).replace("\n", line_end).encode(codec))
    data = load_data(tmp_path / "a.jsonl")
    assert data.texts == texts
    assert bool(data.notes) == (codec != "utf-8-sig")
    assert load_data(tmp_path / "a.jsonl", encoding=codec).texts == texts


def test_utf8_needs_no_note(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(jsonl("Où", "头痛", "x"), encoding="utf-8")
    assert load_data(tmp_path / "a.jsonl").notes == ()


def test_lines_in_another_encoding_are_read_and_told(tmp_path: Path) -> None:
    lines = [jsonl(f"Überall größer {n} 头痛" if n % 3 else f"Déjà vu à {n}").strip() for n in range(30)]
    content = b"\n".join(line.encode("utf-8" if n % 3 else "cp1252") for n, line in enumerate(lines))
    (tmp_path / "a.jsonl").write_bytes(content)
    reading = Reading(DataSpec(source=str(tmp_path / "a.jsonl")))
    assert [entry.cells["text"] for entry in reading.entries()] == [json.loads(line)["text"] for line in lines]
    assert reading.notes == ["10 lines are not UTF-8 and were read as cp1252: lines 1, 4, 7, 10, 13, …."]


def test_lines_in_utf8_among_others_are_read_as_such(tmp_path: Path) -> None:
    lines = [jsonl(f"Déjà vu à {n}").strip() for n in range(20)]
    content = b"\n".join(line.encode("cp1252" if n % 4 else "utf-8") for n, line in enumerate(lines))
    (tmp_path / "a.jsonl").write_bytes(content)
    reading = Reading(DataSpec(source=str(tmp_path / "a.jsonl")))
    assert [entry.cells["text"] for entry in reading.entries()] == [f"Déjà vu à {n}" for n in range(20)]
    assert len(reading.notes) == 2
    assert reading.notes[1] == "5 lines are UTF-8 and were read so."


def test_a_line_whose_characters_were_cut_is_a_problem(tmp_path: Path) -> None:
    good, bad = jsonl("病人头痛三天").encode(), jsonl("病人头痛三天").encode().replace("头".encode(), b"\xe5\xa4")
    (tmp_path / "a.jsonl").write_bytes(good + bad + good)
    entries = list(Reading(DataSpec(source=str(tmp_path / "a.jsonl"))).entries())
    assert [entry.row is None for entry in entries] == [False, True, False]
    problem = entries[1].problem
    assert problem is not None
    assert problem.message == "byte 0xe5 at position 13 is not utf-8 text."
    assert problem.fix
    with pytest.raises(DataError, match="line 2: byte 0xe5"):
        load_data(tmp_path / "a.jsonl")


def test_a_named_encoding_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("text,label\nÜber,a\nÄnderung,b\n".encode("cp1252"))
    assert load_data(tmp_path / "a.csv", encoding="latin-1").notes == ()
    reading = Reading(DataSpec(source=str(tmp_path / "a.csv"), encoding="utf-8"))
    problems = [entry.problem for entry in reading.entries()]
    assert all(problem is not None and "encoding='cp1252'" in problem.fix for problem in problems)
    assert load_data(tmp_path / "a.csv", encoding="cp1252").texts == ("Über", "Änderung")


def test_what_a_named_encoding_has_not_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"text,label\nfine,a\nb\x81d,b\n")
    entries = list(Reading(DataSpec(source=str(tmp_path / "a.csv"), encoding="cp1252")).entries())
    assert [entry.row is None for entry in entries] == [False, True]
    assert "position 2 is not cp1252 text" in str(entries[1].problem)


def test_a_mark_inside_is_left_out_and_told(tmp_path: Path) -> None:
    part = jsonl("one", "two").encode()
    (tmp_path / "a.jsonl").write_bytes(codecs.BOM_UTF8 + part + codecs.BOM_UTF8 + part)
    data = load_data(tmp_path / "a.jsonl")
    assert data.texts == ("one", "two", "one", "two")
    assert data.notes == ("A byte order mark inside the file was left out: line 3.",)


def test_what_is_far_behind_is_looked_at_too(tmp_path: Path) -> None:
    """The first letters that are not ASCII come after a megabyte."""
    plain, high = jsonl("plain words " * 40), jsonl("Où étiez-vous à Noël ?")
    content = plain * 3000 + high * 3000
    (tmp_path / "a.jsonl").write_bytes(content.encode("cp1252"))
    reading = Reading(DataSpec(source=str(tmp_path / "a.jsonl")))
    assert reading.notes  # before the first row
    assert sum(entry.cells["text"] == "Où étiez-vous à Noël ?" for entry in reading.entries()) == 3000
    assert len(reading.notes) == 1

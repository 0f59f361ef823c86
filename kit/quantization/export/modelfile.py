"""A Modelfile, by which Ollama takes a GGUF file in: template, system message, where answers end, how much is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kit.i18n import _
from kit.quantization.export.chats import CONVERSATIONS
from kit.quantization.export.difference import differs
from kit.quantization.export.ollama_template import OllamaTemplate, ollama_template, written_by_ollama
from kit.quantization.export.reader import Reader

_TEXT = re.compile(r'^(TEMPLATE|SYSTEM) """(.*?)"""$', re.DOTALL | re.MULTILINE)
_MOST_CONTEXT = 8192  # tokens; Ollama takes memory for all of them when a model is loaded


def write_modelfile(folder: Path, gguf: str, reader: Reader, context: int | None) -> tuple[dict[str, Any], list[str]]:
    """Write Modelfile into `folder`.

    Parameters
    ----------
    gguf : str
        Name of the file beside it.
    reader : Reader
        Of the GGUF file.
    context : int or None
        Tokens that the model reads at once.

    Returns
    -------
    dict
        What was compared, for the proof.
    list of str
        What a person should know, as sentences.
    """
    template = ollama_template(reader)
    lines = [f"FROM ./{gguf}"]
    if template.text:
        lines.append(f'TEMPLATE """{template.text}"""')
    if template.system:
        lines.append(f'SYSTEM """{template.system}"""')
    lines += [f'PARAMETER stop "{text}"' for text in _stops(reader)]
    if context:
        lines.append(f"PARAMETER num_ctx {min(context, _MOST_CONTEXT)}")
    path = folder / "Modelfile"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    notes = [template.note] if template.note else []
    if template.why_not:
        notes.append(_("The Modelfile has no TEMPLATE: {why}").format(why=template.why_not))
    same = _same(read_modelfile(path), reader)
    if same != _same(template, reader):
        raise differs(_("its Modelfile reads otherwise than it was written."))
    return {"template": bool(template.text), "chats": same}, notes


def read_modelfile(path: Path) -> OllamaTemplate:
    """Return the template and the system message that the Modelfile at `path` holds."""
    text = path.read_text(encoding="utf-8")
    found = dict(_TEXT.findall(text))
    return OllamaTemplate(found.get("TEMPLATE", ""), found.get("SYSTEM", ""))


def _same(template: OllamaTemplate, reader: Reader) -> int:
    """Return for how many chats Ollama's template writes the very text of the file's own."""
    if not template.text:
        return 0
    begun = reader.written(reader.tokens("a", start=True)[0])
    texts = [(chat, reader.render(chat)) for chat in CONVERSATIONS.values()]
    return sum(
        written_by_ollama(template, chat) in (text, text.removeprefix(begun))
        for chat, text in texts
        if text is not None
    )


def _stops(reader: Reader) -> list[str]:
    marks = reader.marks()
    ends = dict.fromkeys(mark for mark in (marks["end of turn"], marks["end of text"]) if mark is not None)
    return [reader.written(mark) for mark in ends]

"""The chat template of a model in the form that Ollama reads, found by looking at what the original writes.

Ollama has templates of its own, in Go's language. A template of the original is a program; but what it writes is, for
nearly all models, a fixed piece of text before each message, which depends on whose turn it is and whose it was. These
pieces are read off chats whose messages are marks, and a template is made of them: as people write it where the pieces
are those of ChatML, Llama 3 and their like (one piece before and one behind each message), else piece by piece. What
was made is rendered for all our chats, and left out where it writes anything else than the original.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kit.i18n import _
from kit.quantization.export.chats import CONVERSATIONS
from kit.quantization.export.go_template import render
from kit.quantization.export.reader import Conversation, Reader

_ROLES = ("system", "user", "assistant")
_START, _END = "", "answer"  # what comes before the first message, and after the last


@dataclass(frozen=True)
class OllamaTemplate:
    """A chat template for Ollama, or why there is none.

    Parameters
    ----------
    text : str
        In Go's language; "" where there is none.
    system : str
        What the original tells the model where a chat has no system message.
    why_not : str
        Why there is none, as a sentence.
    note : str
        In what it differs from the original, where that does no harm.
    """

    text: str = ""
    system: str = ""
    why_not: str = ""
    note: str = ""


Write = Callable[[Conversation], str | None]


def ollama_template(reader: Reader) -> OllamaTemplate:
    """Return the template for Ollama of a model that reads chats as `reader` does."""
    write = _without_start(reader)
    if write([_message("user", "a")]) is None:
        return OllamaTemplate(why_not=_("The original has no chat template."))
    system = _usual_system(write)
    for text in _candidates(write, system):
        differing = [name for name in CONVERSATIONS if not _agrees(text, system, write, name)]
        if not differing:
            return OllamaTemplate(text, system, note=_about_system(write))
        if all(_agrees(text, system, write, name, strip=True) for name in CONVERSATIONS):
            note = _("The original drops blanks around messages; Ollama's templates cannot, and keep them.")
            return OllamaTemplate(text, system, note=f"{note} {_about_system(write)}".strip())
    return OllamaTemplate(why_not=_("The original's chat template does more than can be said in Ollama's language."))


def _about_system(write: Write) -> str:
    if write([_message("system", "a"), _message("user", "b")]) is not None:
        return ""
    return _("The original takes no system message; with Ollama it stands before the last question.")


def written_by_ollama(template: OllamaTemplate, conversation: Conversation) -> str:
    """Return what Ollama makes of a conversation: the usual system message is put before one that has none."""
    return _go(template.text, template.system, conversation)


def _go(text: str, system: str, conversation: Conversation) -> str:
    if system and conversation[0]["role"] != "system":
        conversation = [_message("system", system), *conversation]
    told = "\n\n".join(message["content"] for message in conversation if message["role"] == "system")
    messages = [{"Role": message["role"], "Content": message["content"]} for message in conversation]
    return render(text, {"Messages": messages, "System": told})


def _agrees(text: str, system: str, write: Write, name: str, *, strip: bool = False) -> bool:
    conversation = CONVERSATIONS[name]
    if strip:
        conversation = [_message(each["role"], each["content"].strip()) for each in conversation]
    expected = write(conversation)
    try:
        return expected is None or expected == _go(text, system, conversation)
    except ValueError:  # a piece of the original's text that a template has no way to hold
        return False


def _without_start(reader: Reader) -> Write:
    """Return what writes chats without the beginning of text, where the engine puts that before any text."""
    begun, bare = reader.tokens("a", start=True), reader.tokens("a")
    start = reader.written(begun[0]) if len(begun) > len(bare) else ""

    def write(conversation: Conversation) -> str | None:
        text = reader.render(conversation)
        return None if text is None else text.removeprefix(start)

    return write


def _usual_system(write: Write) -> str:
    """Return what stands in the place of a system message where there is none; "" where nothing does."""
    mark = _mark(0)
    told, untold = write([_message("system", mark), _message("user", mark)]), write([_message("user", mark)])
    if told is None or untold is None or told.count(mark) != 2:
        return ""
    before, _middle, _after = told.split(mark)
    end = told.split(mark)[1]
    if not untold.startswith(before) or untold.count(mark) != 1:
        return ""
    start = untold.split(mark)[0]
    return start[len(before) : len(start) - len(end)] if start.endswith(end) and len(start) > len(before + end) else ""


def _candidates(write: Write, system: str) -> Iterator[str]:
    pieces = _pieces(write)
    if pieces is None:
        return
    if system:
        pieces.pop((_START, "user"), None)  # there is always a system message
    if (classic := _classic(pieces)) is not None:
        yield classic
    if not any("system" in pair for pair in pieces):
        yield _system_last(pieces, write)
    yield _by_transitions(pieces, empty_system=True)
    yield _by_transitions(pieces, empty_system=False)


Pieces = dict[tuple[str, str], str]


def _pieces(write: Write) -> Pieces | None:
    """Return the text between two messages, by the roles of both; None where it is not always the same."""
    found = _between(write, ("user", "assistant", "user", "assistant", "user"), {})
    if found is None:
        return None
    # Some take no system message, or write it elsewhere than at the beginning.
    return _between(write, ("system", "user", "assistant", "user"), found) or found


def _between(write: Write, roles: Sequence[str], known: Pieces) -> Pieces | None:
    """Return `known` with the pieces of a chat of these roles; None where they contradict each other."""
    found, before = dict(known), _START
    text = write([_message(role, _mark(place)) for place, role in enumerate(roles)])
    if text is None:
        return None
    for place, role in enumerate(roles):
        piece, mark, text = text.partition(_mark(place))
        if not mark or found.setdefault((before, role), piece) != piece:
            return None
        before = role
    return found if found.setdefault((before, _END), text) == text else None


def _classic(pieces: Pieces) -> str | None:
    """Return the template of models that put one piece before and one behind each message, or None."""
    first = next((role for role in ("system", "user") if role in pieces.get((_START, role), "")), None)
    if first is None:
        return None
    before, between = pieces[_START, first], pieces["assistant", "user"]
    opening = before.replace(first, "user", 1)
    if not between.endswith(opening):
        return None
    behind = between.removesuffix(opening)
    tail = pieces["user", _END].removeprefix(behind)
    if _unsafe(before + behind + tail):
        return None
    shape = before.replace(first, "{{ .Role }}", 1)
    return "{{ range .Messages }}" + shape + "{{ .Content }}" + behind + "{{ end }}" + tail


def _by_transitions(pieces: Pieces, *, empty_system: bool) -> str:
    """Return the template that writes the piece between two messages by the roles of both."""
    skip = "" if empty_system else '{{ if or (ne .Role "system") .Content }}'
    lines = ['{{ $last := "" }}{{ range .Messages }}', skip]
    for number, role in enumerate(_ROLES):
        lines.append("{{ " + ("else " if number else "") + f'if eq .Role "{role}" ' + "}}")
        lines.append(_choice({before: piece for (before, after), piece in pieces.items() if after == role}))
    lines.append("{{ end }}{{ .Content }}{{ $last = .Role }}" + ("" if empty_system else "{{ end }}") + "{{ end }}")
    lines.append(_literal(pieces["user", _END]))
    return "".join(lines)


def _choice(pieces: dict[str, str]) -> str:
    if not pieces:
        return ""
    if len(set(pieces.values())) == 1:
        return _literal(next(iter(pieces.values())))
    words = []
    for number, (before, piece) in enumerate(pieces.items()):
        words.append("{{ " + ("else " if number else "") + f'if eq $last "{before}" ' + "}}" + _literal(piece))
    return "".join(words) + "{{ end }}"


def _system_last(pieces: Pieces, write: Write) -> str:
    """Return the template of models that are told the system message with the last question, as Mistral has it."""
    marks = [_mark(0), _mark(1)]
    told = write([_message("system", marks[0]), _message("user", marks[1])])
    between = "\n\n" if told is None else told.partition(marks[0])[2].partition(marks[1])[0]
    plain = {pair: piece for pair, piece in pieces.items() if "system" not in pair}
    lines = ['{{ $last := "" }}{{ range $i, $m := .Messages }}{{ if eq .Role "user" }}']
    lines.append(_choice({before: piece for (before, after), piece in plain.items() if after == "user"}))
    lines.append(
        "{{ if and $.System (eq (len (slice $.Messages $i)) 1) }}{{ $.System }}" + _literal(between) + "{{ end }}"
    )
    lines.append('{{ .Content }}{{ $last = "user" }}{{ else if eq .Role "assistant" }}')
    lines.append(
        _literal(plain.get(("user", "assistant"), "")) + '{{ .Content }}{{ $last = "assistant" }}{{ end }}{{ end }}'
    )
    return "".join(lines) + _literal(plain["user", _END])


def _literal(text: str) -> str:
    """Return `text` as it stands in a template; as a Go string where it would be taken for an action."""
    return "{{ " + json.dumps(text, ensure_ascii=False) + " }}" if _unsafe(text) else text


def _unsafe(text: str) -> bool:
    return "{{" in text or '"""' in text


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _mark(place: int) -> str:
    return f"MARK{'ABCDEFGH'[place]}MARK"

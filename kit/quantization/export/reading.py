"""Does an export read as its original does: the same text of chats, the same tokens of text, the same marks?"""

from __future__ import annotations

from typing import Any

from kit.i18n import _
from kit.quantization.export.chats import CONVERSATIONS, TEXTS
from kit.quantization.export.difference import check_same_text, check_same_tokens, differs
from kit.quantization.export.reader import Reader


def prove_reading(original: Reader, exported: Reader) -> dict[str, Any]:
    """Compare two readers and return what was compared, as plain values.

    Raises
    ------
    KitError
        They differ; with the first token that does.
    """
    chats = _prove_chats(original, exported)
    texts = {**TEXTS, **{f"chat: {name}": text for name, text in chats.items()}}
    tokens = 0
    for name, text in texts.items():
        expected = original.tokens(text)
        tokens += len(expected)
        check_same_tokens(name, expected, exported.tokens(text), original, exported)
    begun = original.tokens("Hello", start=True), exported.tokens("Hello", start=True)
    check_same_tokens(_("the beginning of a plain text"), *begun, original, exported)
    _prove_marks(original, exported)
    return {
        "chats": len(chats),
        "chats_refused_by_both": len(CONVERSATIONS) - len(chats),
        "texts": len(texts),
        "tokens": tokens,
        "marks": {name: mark for name, mark in exported.marks().items() if name != "special tokens"},
    }


def _prove_chats(original: Reader, exported: Reader) -> dict[str, str]:
    """Return what both make of each conversation that the original takes."""
    found = {}
    for name, conversation in CONVERSATIONS.items():
        text = original.render(conversation)
        check_same_text(name, text, exported.render(conversation), original)
        if text is not None:
            found[name] = text
    return found


def _prove_marks(original: Reader, exported: Reader) -> None:
    expected, found = original.marks(), exported.marks()
    for name, mark in found.items():
        if mark == expected[name]:
            continue
        if isinstance(mark, dict):
            _tell_lost(expected[name], mark)
        problem = _("its {name} is {found} in place of {token}.")
        raise differs(
            problem.format(
                name=_(name), found=_written(exported, found[name]), token=_written(original, expected[name])
            )
        )


def _tell_lost(expected: dict[str, int], found: dict[str, int]) -> None:
    lost = [text for text in expected if text not in found]
    new = [text for text in found if text not in expected]
    moved = [text for text in expected if text in found and expected[text] != found[text]]
    if lost:
        text = lost[0]
        raise differs(_("it lost the special token {text!r} ({id}).").format(text=text, id=expected[text]))
    if moved:
        problem = _("its special token {text!r} is {found} in place of {id}.")
        raise differs(problem.format(text=moved[0], found=found[moved[0]], id=expected[moved[0]]))
    if new:
        raise differs(_("it takes {text!r} for a special token.").format(text=new[0]))


def _written(reader: Reader, mark: Any) -> str:
    if isinstance(mark, list):
        return "[" + ", ".join(_written(reader, each) for each in mark) + "]"
    return _("none") if mark is None else f"{mark} ({reader.written(mark)!r})"

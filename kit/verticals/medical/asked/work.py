"""Carry out an `AskedSpec`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kit.data.prompt import messages
from kit.engines.hf.prompt import encode, encode_labels
from kit.gate.personal.check import finder
from kit.gate.personal.kinds import kinds_of
from kit.models import locate
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.verticals.medical.asked.spec import AskedSpec
from kit.verticals.medical.asked.tokens import Tokens


def read(spec: Spec, report: Report) -> Result:
    """Return the text without personal data, what was taken out by kind, and tokens, all among the facts."""
    assert isinstance(spec, AskedSpec)
    found: Counter[str] = Counter()
    text = _masked(spec, spec.text, found)
    answers = spec.answers if spec.shared else tuple(_masked(spec, each, found) for each in spec.answers)
    asked = messages(spec.instruction, text)
    facts: dict[str, Any] = {"text": text, "answers": list(answers), "found": dict(found), "messages": asked}
    if answers:
        tokens = Tokens(locate(spec.model).path)
        facts |= {"prompt": encode(tokens, asked), "tokens": encode_labels(tokens, answers)}
    return Result(spec={"kind": "asked"}, facts=facts)  # the spec holds what was typed


def _masked(spec: AskedSpec, text: str, found: Counter[str]) -> str:
    """Return a text with a mark of its kind in place of all personal data, which is counted."""
    finding = finder(kinds_of(spec.personal))
    while spans := finding.find([text])[0]:  # with a name gone, the words left may tell another one
        found.update(kind for _start, _end, kind in spans)
        for start, end, kind in reversed(spans):
            text = f"{text[:start]}<{kind.upper()}>{text[end:]}"
    return text

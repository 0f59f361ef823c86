"""Templates for Ollama, made by looking at what a model's own template writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2
import pytest

from kit.quantization.export.chats import CONVERSATIONS
from kit.quantization.export.ollama_template import ollama_template, written_by_ollama

# As models write chats.
CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CHATML_WITH_SYSTEM = (
    "{% if messages[0].role != 'system' %}{{ '<|im_start|>system\nYou are Robin.<|im_end|>\n' }}{% endif %}" + CHATML
)
LLAMA_3 = (
    "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' }}"
    "{{ m.content | trim }}{{ '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
LLAMA_3_1 = (
    "{{ bos_token }}{% set told = messages[0].content if messages[0].role == 'system' else '' %}"
    "{{ '<|start_header_id|>system<|end_header_id|>\n\nToday is a day in December.\n\n' + told + '<|eot_id|>' }}"
    "{% for m in messages if m.role != 'system' %}{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' }}"
    "{{ m.content }}{{ '<|eot_id|>' }}{% endfor %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"
)
INST = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ '[INST] ' + m.content + ' [/INST]' }}"
    "{% elif m.role == 'assistant' %}{{ ' ' + m.content + eos_token }}"
    "{% else %}{{ raise_exception('no system message') }}{% endif %}{% endfor %}"
)
INST_SYSTEM_LAST = (
    "{{ bos_token }}{% set told = messages[0].content if messages[0].role == 'system' else '' %}"
    "{% for m in messages %}{% if m.role == 'user' %}{{ '[INST] ' }}"
    "{% if loop.last and told %}{{ told + '\n\n' }}{% endif %}{{ m.content + '[/INST]' }}"
    "{% elif m.role == 'assistant' %}{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}"
)
LLAMA_2 = (
    "{% set told = messages[0].content if messages[0].role == 'system' else '' %}"
    "{% for m in messages if m.role != 'system' %}{% if m.role == 'user' %}{{ bos_token + '[INST] ' }}"
    "{% if loop.first and messages[0].role == 'system' %}{{ '<<SYS>>\n' + told + '\n<</SYS>>\n\n' }}{% endif %}"
    "{{ m.content + ' [/INST]' }}{% else %}{{ ' ' + m.content + ' ' + eos_token }}{% endif %}{% endfor %}"
)
GEMMA = (
    "{{ bos_token }}{% set told = messages[0].content + '\n\n' if messages[0].role == 'system' else '' %}"
    "{% for m in messages if m.role != 'system' %}"
    "{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' }}"
    "{% if loop.first %}{{ told }}{% endif %}{{ m.content | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{{ '<start_of_turn>model\n' }}"
)
PHI_3 = (
    "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}{% endfor %}{{ '<|assistant|>\n' }}"
)
ZEPHYR = (
    "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + eos_token + '\n' }}{% endfor %}"
    "{{ '<|assistant|>\n' }}"
)
SKIPS_EMPTY_SYSTEM = (
    "{% for m in messages if m.role != 'system' or m.content %}"
    "{{ '<' + m.role[0] + '>' + m.content + '</' + m.role[0] + '>' }}{% endfor %}<a>"
)
COUNTS = "{% for m in messages %}{{ loop.index ~ '. ' + m.content + '\n' }}{% endfor %}"

SAYABLE = {
    "ChatML": CHATML,
    "ChatML with a system message of its own": CHATML_WITH_SYSTEM,
    "Llama 3": LLAMA_3,
    "Llama 3.1": LLAMA_3_1,
    "[INST]": INST,
    "[INST], system last": INST_SYSTEM_LAST,
    "Llama 2": LLAMA_2,
    "Gemma": GEMMA,
    "Phi 3": PHI_3,
    "Zephyr": ZEPHYR,
    "without empty system messages": SKIPS_EMPTY_SYSTEM,
}


class Jinja:
    """A reader whose tokens are characters and whose template is given; it begins texts with "^" if it is to."""

    def __init__(self, template: str, *, begins: bool) -> None:
        environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
        self._template, self._begins = environment.from_string(template), begins

    def render(self, conversation: list[dict[str, str]]) -> str | None:
        try:
            return self._template.render(
                messages=conversation,
                bos_token="^",
                eos_token="$",
                add_generation_prompt=True,
                raise_exception=_refuse,
            )
        except ValueError:
            return None

    def tokens(self, text: str, *, start: bool = False) -> list[int]:
        return [ord(sign) for sign in ("^" if start and self._begins else "") + text]

    def written(self, token: int) -> str:
        return chr(token)

    def marks(self) -> dict[str, Any]:
        return {}


def _refuse(text: str) -> None:
    raise ValueError(text)


@pytest.mark.parametrize("begins", [True, False], ids=["engine begins texts", "template begins texts"])
@pytest.mark.parametrize("name", SAYABLE)
def test_ollama_writes_what_the_model_writes(name: str, begins: bool) -> None:
    reader = Jinja(SAYABLE[name], begins=begins)
    template = ollama_template(reader)
    assert template.text, template.why_not
    trims = "trim" in SAYABLE[name]
    assert ("blanks" in template.note) == trims
    compared = 0
    for chat in CONVERSATIONS.values():
        told = [{**m, "content": m["content"].strip()} for m in chat] if trims else chat
        expected = reader.render(told)
        if expected is not None:
            compared += 1
            assert written_by_ollama(template, told) == expected.removeprefix("^" if begins else "")
    assert compared >= 3


def test_a_common_template_is_written_as_people_do() -> None:
    assert ollama_template(Jinja(CHATML, begins=False)).text == (
        "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
    )


def test_what_a_model_is_told_by_itself_becomes_the_system_message() -> None:
    assert ollama_template(Jinja(CHATML_WITH_SYSTEM, begins=False)).system == "You are Robin."


@pytest.mark.parametrize(
    ("template", "why"), [(COUNTS, "more than can be said"), ("{{ raise_exception('none') }}", "no chat template")]
)
def test_what_cannot_be_said_is_left_out_with_the_reason(template: str, why: str) -> None:
    found = ollama_template(Jinja(template, begins=False))
    assert not found.text
    assert why in found.why_not


@pytest.fixture
def damage() -> Callable[[str], str]:
    return lambda text: text.replace("\n", "", 1)


def test_a_damaged_template_is_seen(damage: Callable[[str], str]) -> None:
    """The comparison itself: with one line break less, what Ollama writes is not what the model writes."""
    reader = Jinja(CHATML, begins=False)
    template = ollama_template(reader)
    broken = type(template)(damage(template.text))
    chat = CONVERSATIONS["system"]
    assert written_by_ollama(template, chat) == reader.render(chat) != written_by_ollama(broken, chat)

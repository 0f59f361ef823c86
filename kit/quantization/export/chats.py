"""What an original and its export are asked alike: conversations, plain texts, questions. Light."""

from __future__ import annotations

from typing import Any

from kit.data import DataSpec, open_data
from kit.engines.protocol import Prompt

MOST_PROMPTS = 8  # whose answers are compared, of a person's own

_QUESTION = {"role": "user", "content": "What is the capital of France?"}
_ANSWER = {"role": "assistant", "content": "Paris is the capital of France."}
_NEXT = {"role": "user", "content": "And of Japan?"}
_SYSTEM = {"role": "system", "content": "You answer in one short sentence."}
_UNICODE = {"role": "user", "content": "Grüße aus München 🌍 – 東京, Москва, القاهرة, नमस्ते: ½ of 10 € is 5\u00a0€."}
_LAYOUT = {"role": "user", "content": "def f(x):\n\tif x < 2:\n        return {{ x }} % 3\n\n\nWhat is f(1)? [a] <b>"}

# By name; each goes on to an answer.
CONVERSATIONS: dict[str, list[dict[str, str]]] = {
    "one question": [_QUESTION],
    "system": [_SYSTEM, _QUESTION],
    "several turns": [_QUESTION, _ANSWER, _NEXT],
    "system and several turns": [
        _SYSTEM,
        _QUESTION,
        _ANSWER,
        _NEXT,
        {"role": "assistant", "content": "Tokyo."},
        {"role": "user", "content": "Thanks!"},
    ],
    "unicode": [_UNICODE],
    "code and blank lines": [_SYSTEM, _LAYOUT],
    "empty system": [{"role": "system", "content": ""}, _QUESTION],
    "blanks at the ends": [
        {"role": "system", "content": "Be brief. \n"},
        {"role": "user", "content": "  Where is it?  "},
        {"role": "assistant", "content": " There.\n\n"},
        {"role": "user", "content": "\nWhere exactly? \t"},
    ],
}

# What tokenizers differ on: digits, blanks, case, accents put together and apart, rare letters, contractions.
TEXTS: dict[str, str] = {
    "plain text": "The quick brown fox jumps over the lazy dog, doesn't it? They'LL see.",
    "numbers": "3.14159 1234567 2026-11-23 0x1F +49 (30) 1,000,000.00 ½ ² 10%",
    "blanks": "  two  spaces,\ttab,\n\nlines,\r\n   and an end with blanks   ",
    "languages": "Größenwahn naïve café cafe\u0301 Прощай 早上好、元気ですか 안녕하세요 שלום สวัสดี",
    "signs": "😀👩‍👩‍👧 ∑∫≠ «…» “quoted” — a/b\\c <tag attr='1'> {json: [1, 2]} @user #tag $x_1",
    "code": "for (int i = 0; i < n; ++i) { a[i] += b[i] * 2; }  // sum\nSELECT * FROM t WHERE id != 7;",
}

PROMPTS: dict[str, str] = {
    "English": "Explain in two sentences why the sky is blue.",
    "German": "Nenne drei Städte in Deutschland und was man dort essen kann.",
    "French": "Écris une phrase sur la mer en hiver.",
    "Chinese": "用一句话介绍一下北京。",
    "Hindi": "पानी क्यों ज़रूरी है?",
    "code": "Write a Python function that returns the largest of three numbers.",
}


def prompts_of(chats: DataSpec | None) -> dict[str, Prompt]:
    """Return the questions whose answers are compared, by name: a person's own, or those that come along."""
    if chats is None:
        return {name: [{"role": "user", "content": text}] for name, text in PROMPTS.items()}
    data = open_data(chats)
    some: Any = data.take(range(min(len(data), MOST_PROMPTS)))
    asked = some.texts if some.task == "continue" else some.prompts()
    return {f"row {number}": prompt for number, prompt in enumerate(asked)}

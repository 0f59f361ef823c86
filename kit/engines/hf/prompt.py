"""From prompts to token ids, the same way for training and for scoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kit.engines.protocol import Prompt
from kit.errors import KitError
from kit.i18n import _


def encode(
    tokenizer: Any, prompt: Prompt, *, max_length: int | None = None, options: Mapping[str, Any] | None = None
) -> list[int]:
    """Return the token ids that the model reads before it answers.

    Parameters
    ----------
    tokenizer : transformers tokenizer
    prompt : str or list of messages
        Messages go through the model's chat template with the start of an answer at the end; a model without a
        template reads their texts, one a line. Plain text is taken as it is, with what the tokenizer puts before it.
    max_length : int, optional
        Longer messages lose their middle: the instruction stands at one end and the start of the answer at the other.
        Of longer plain text the end is read, as lm-evaluation-harness does.
    options : mapping, optional
        What the chat template is told besides, such as ``{"enable_thinking": False}``.
    """
    if isinstance(prompt, str):
        ids = plain_ids(tokenizer, [prompt])[0]
        return ids if max_length is None else ids[-max_length:]
    if getattr(tokenizer, "chat_template", None):
        text = rendered(tokenizer, prompt, options)
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    else:
        text = "".join(message["content"] + "\n" for message in prompt)
        ids = tokenizer(text, add_special_tokens=True)["input_ids"]
    return without_middle(list(ids), max_length)


def rendered(tokenizer: Any, messages: Sequence[dict[str, str]], options: Mapping[str, Any] | None = None) -> str:
    """Return messages as the model's chat template writes them, with the start of an answer at the end.

    A template that knows no system, or wants user and assistant to take turns, gets the same words as `folded`.

    Raises
    ------
    KitError
        The template refuses these messages in any form.
    """
    from jinja2 import TemplateError

    refusal: Exception | None = None
    for form in (list(messages), folded(messages)):
        try:
            how = {**(options or {}), "tokenize": False, "add_generation_prompt": True}
            return str(tokenizer.apply_chat_template(form, **how))
        except TemplateError as exc:
            refusal = exc
    raise KitError(
        _("The chat template of this model refuses a conversation: {reason}.").format(
            reason=str(refusal).strip().rstrip(".")
        ),
        fix=_("Begin each conversation with a question, or take another model."),
    ) from refusal


def folded(messages: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return the same words in turns of user and assistant alone: what the system says begins the next question.

    >>> folded([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}])
    [{'role': 'user', 'content': 'Be brief.\n\nWhy?'}]
    """
    turns: list[dict[str, str]] = []
    for message in messages:
        role = "assistant" if message["role"] == "assistant" else "user"
        if turns and turns[-1]["role"] == role:
            turns[-1] = {"role": role, "content": f"{turns[-1]['content']}\n\n{message['content']}"}
        else:
            turns.append({"role": role, "content": message["content"]})
    return turns


def plain_ids(tokenizer: Any, texts: Sequence[str], *, special: bool = True) -> list[list[int]]:
    """Return the token ids of `texts`, with what the tokenizer puts before each unless it stands there already."""
    bos = getattr(tokenizer, "bos_token", None)
    begun = [not special or bool(bos and text.startswith(bos)) for text in texts]
    found: list[list[int]] = [[] for _ in texts]
    for as_it_is in (True, False):
        rows = [row for row, stands in enumerate(begun) if stands is as_it_is]
        if rows:
            coded = tokenizer([texts[row] for row in rows], add_special_tokens=not as_it_is)["input_ids"]
            for row, ids in zip(rows, coded, strict=True):
                found[row] = list(ids)
    return found


def without_middle(ids: list[int], max_length: int | None) -> list[int]:
    """Return `ids`, or its first and last halves when it is longer than `max_length`."""
    if max_length is None or len(ids) <= max_length:
        return ids
    head = max_length // 2
    return ids[:head] + ids[len(ids) - (max_length - head) :]


def start_of_text(tokenizer: Any) -> int:
    """Return the token after which a text begins: the beginning of text, or what stands for it."""
    start = tokenizer.bos_token_id
    return int(tokenizer.eos_token_id if start is None else start)


def encode_answers(tokenizer: Any, answers: Sequence[str]) -> list[list[int]]:
    """Return the token ids of each answer, without special tokens."""
    return [list(tokenizer(answer, add_special_tokens=False)["input_ids"]) for answer in answers]


def encode_labels(tokenizer: Any, labels: Sequence[str]) -> list[list[int]]:
    """Return the token ids of labels that compete with each other.

    Where one label begins another ("Leak", "Leaking"), the end of the answer counts as part of every label: the
    shorter would otherwise never lose to the longer.
    """
    ids = encode_answers(tokenizer, labels)
    begins = any(a is not b and b[: len(a)] == a for a in ids for b in ids)
    return [[*row, end_of_answer(tokenizer)] for row in ids] if begins else ids


def end_of_answer(tokenizer: Any) -> int:
    """Return the token that ends an answer: the template's own end of turn where it differs from the end of text."""
    template = getattr(tokenizer, "chat_template", None) or ""
    for token in ("<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|end|>"):
        if token in template and token in tokenizer.get_vocab():
            return int(tokenizer.convert_tokens_to_ids(token))
    return int(tokenizer.eos_token_id)

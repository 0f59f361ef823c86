"""Questions as plain text, for models without a chat template and for lm-evaluation-harness to ask the very same.

The parts are put together as lm-eval does it: a description, solved examples between blank lines, the question, and
behind it, after one blank, what may follow::

    {instruction}

    Question: {text of an example}
    Answer: {its answer}

    Question: {text}
    Answer:

So a task file says ``description`` as `description` has it, ``doc_to_text`` as `question`, ``target_delimiter`` as
`TARGET_DELIMITER`, ``fewshot_delimiter`` as `SHOT_DELIMITER`, and ``until`` as `STOPS`.
"""

from __future__ import annotations

from collections.abc import Sequence

TARGET_DELIMITER = " "
SHOT_DELIMITER = "\n\n"
STOPS = ("\n\n",)  # what ends a written answer: the next question would begin there


def description(instruction: str) -> str:
    """Return what stands before everything else.

    >>> description("Answer in one word.")
    'Answer in one word.\\n\\n'
    """
    return f"{instruction}\n\n" if instruction else ""


def question(task: str, text: str, context: str = "") -> str:
    """Return one question, up to where its answer begins.

    >>> question("choose", "Which is red?")
    'Question: Which is red?\\nAnswer:'
    >>> question("classify", "Sales rose.")
    'Sales rose.\\nAnswer:'
    """
    before = f"{context}\n\n" if context else ""
    name = "" if task == "classify" else "Question: "
    return f"{before}{name}{text}\nAnswer:"


def continuation(answer: str) -> str:
    """Return an answer as it follows a question."""
    return f"{TARGET_DELIMITER}{answer}"


def whole(instruction: str, shots: Sequence[tuple[str, str]], asked: str) -> str:
    """Return all that a model reads.

    Parameters
    ----------
    shots : sequence of (question, answer)
        Solved examples, each question as `question` returns it.
    asked : str
        The question that is left open.
    """
    solved = "".join(f"{q}{continuation(answer)}{SHOT_DELIMITER}" for q, answer in shots)
    return f"{description(instruction)}{solved}{asked}"

"""What a model can be used for as it comes: the tasks of Tunebook, told from what its makers made it for."""

from __future__ import annotations

from kit.models.card import ModelCard

TASKS = ("classify", "choose", "answer", "chat", "continue")
COMMERCIAL = {"commercial": ("yes", "conditions"), "free": ("yes",)}

# Classes and options are scored by their likelihood, which every decoder gives; answering needs one that was taught to.
_NEEDED = {"classify": "completion", "choose": "completion", "answer": "chat", "chat": "chat", "continue": "completion"}


def suits(card: ModelCard, task: str) -> bool:
    """Can `card` do `task` before any tuning?

    Parameters
    ----------
    card : ModelCard
        The model.
    task : str
        One of `TASKS`, or a word of the card's own `tasks` such as "vision" or "reasoning".

    Returns
    -------
    bool
        For "answer" and "chat" only where it was taught to answer (tuning on answers makes it so); a vision model reads
        text too.
    """
    return _NEEDED.get(task, task) in card.tasks


def licensed(card: ModelCard, use: str) -> bool:
    """Does the licence of `card` allow `use`: "commercial" (perhaps under conditions) or "free" (but for notices)?"""
    return card.licence_commercial in COMMERCIAL[use]


def speaks(card: ModelCard, language: str) -> bool:
    """Do its makers name `language`, an ISO 639 code such as "de"? Of "pt-BR" the first part counts."""
    return language.lower().replace("_", "-").split("-")[0] in card.languages

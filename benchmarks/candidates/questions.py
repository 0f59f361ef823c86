"""What is asked: short questions, no two of which begin alike."""

from __future__ import annotations

import random

_WHO = ("a nurse", "a farmer", "a young engineer", "my neighbour", "a shop owner", "the mayor", "a retired teacher")
_WHAT = (
    "interest rates",
    "bearings that run hot",
    "a cough that stays",
    "late deliveries",
    "rising rents",
    "old pumps",
)
_WHEN = ("before the winter", "by next Monday", "in a small town", "with little money", "without any training")


def question(seed: int, who: int, turn: int) -> str:
    """Return the question of a client, its own number first, so that no server has read it for another."""
    draw = random.Random(f"{seed}-{who}-{turn}")
    number = draw.randrange(10_000, 100_000)
    about = f"What should {draw.choice(_WHO)} know about {draw.choice(_WHAT)} {draw.choice(_WHEN)}?"
    return f"{number}, client {who}, turn {turn} of {seed}: {about} Answer in three sentences."


def questions_each(clients: int, least: int) -> int:
    """Return how many questions each client asks: `least`, and of few clients more, so that eight are asked in all."""
    return max(least, -(-8 // clients))

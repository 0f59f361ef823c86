"""How lm-eval wants an answer to be written, as far as every engine can do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit.errors import UnsupportedError
from kit.i18n import _

_MOST_TOKENS = 256  # where a task says nothing, as lm-eval has it
_LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")  # the first that is there counts
_NEUTRAL: dict[str, tuple[Any, ...]] = {  # values that change nothing
    "top_p": (1, None),
    "top_k": (0, -1, None),
    "min_p": (0, None),
    "num_beams": (1, None),
    "repetition_penalty": (1, None),
}
_ONLY_DRAWN = ("top_p", "top_k", "min_p")  # without effect where the likeliest token is taken each time


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How one answer is written.

    Parameters
    ----------
    stop : tuple of str
        Texts that end it.
    max_new_tokens : int
    temperature : float
        0 takes the likeliest token each time.
    seed : int
        Of the draw.
    """

    stop: tuple[str, ...]
    max_new_tokens: int
    temperature: float
    seed: int

    @classmethod
    def of(cls, settings: dict[str, Any], *, seed: int) -> Sampling:
        """Return what the ``generation_kwargs`` of a task say.

        Raises
        ------
        UnsupportedError
            They ask for something that would change the answer and that engines cannot do.
        """
        values = dict(settings)
        until = values.pop("until", None) or ()
        lengths = [value for name in _LENGTHS if (value := values.pop(name, None)) is not None]
        drawn = values.pop("do_sample", None)
        temperature = float(values.pop("temperature", None) or 0.0)
        temperature = 0.0 if drawn is False else temperature
        _check(values, drawn=temperature > 0)
        return cls(
            stop=tuple(text for text in ([until] if isinstance(until, str) else until) if text),
            max_new_tokens=int(lengths[0] if lengths else _MOST_TOKENS),
            temperature=temperature,
            seed=seed,
        )


def _check(values: dict[str, Any], *, drawn: bool) -> None:
    for name, value in values.items():
        harmless = value in _NEUTRAL.get(name, ()) or (name in _ONLY_DRAWN and not drawn)
        if not harmless:
            raise UnsupportedError(
                _(
                    "A task asks for {name}={value!r} while an answer is written, which engines here do not know."
                ).format(name=name, value=value),
                fix=_(
                    "Leave it out of generation_kwargs in the task's file; until, max_gen_toks and temperature work."
                ),
            )

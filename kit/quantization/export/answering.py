"""Does an export answer as its original does?

Both read the original's answers (teacher forcing), and at each place the token that the export holds for the likeliest
is looked up in what the original expects. Whole answers are never compared: at two tokens of nearly the same
probability texts part, and go on differently for good reasons.
"""

from __future__ import annotations

from typing import Any

from kit.engines.protocol import Engine
from kit.i18n import _
from kit.quantization.export.difference import differs
from kit.quantization.export.original import Answered, Original, expected
from kit.report import Report

NEAR_NATS = 0.5  # a token counts as the same when the original gives it within so much of its best

# The share of likeliest tokens that must be the original's, by bits. They tell a broken file from a coarse one, not a
# good one from a bad one, which is what measuring is for: the coarsest method that was measured on a model of 135
# million weights, 8 bits for weights and activations alike, keeps 48 in 100, and chance none.
_FLOORS = ((16, 0.5), (8, 0.3), (0, 0.15))


def floor(bits: float) -> float:
    """Return the share of likeliest tokens that must be the same for weights of so many bits."""
    return next(share for least, share in _FLOORS if bits >= least)


def prove_answers(original: Original, engine: Engine, bits: float, report: Report) -> dict[str, Any]:
    """Compare what `engine` expects with what the original does, and return the shares as plain values.

    Parameters
    ----------
    bits : float
        Of a weight; from 16 on each place must agree, nearly even ones aside.

    Raises
    ------
    KitError
        They differ by more than rounding explains.
    """
    places = same = near = 0
    worst, divergence = 0.0, 0.0
    for number, answer in enumerate(original.answers):
        report.progress("asking the export", number, len(original.answers), "questions")
        report.check()
        told = _compared(answer, engine)
        places, same, near = places + told["places"], same + told["same"], near + told["near"]
        worst, divergence = max(worst, told["worst"]), divergence + told["divergence"]
        if bits >= 16 and told["near"] < told["places"]:
            raise differs(_first_far(answer, told, original))
    share = same / max(places, 1)
    if places and share < floor(bits):
        problem = _(
            "of {places} likeliest tokens {share:.0%} are the original's; with {bits:g} bits at least {floor:.0%} are."
        )
        raise differs(problem.format(places=places, share=share, bits=bits, floor=floor(bits)))
    return {
        "places": places,
        "same_top": round(share, 4),
        "near_top": round(near / max(places, 1), 4),
        "largest_gap_nats": round(worst, 4),
        "kld_mean": round(divergence / max(places, 1), 6),
        "near_nats": NEAR_NATS,
        "floor": floor(bits),
    }


def _compared(answer: Answered, engine: Engine) -> dict[str, Any]:
    import numpy

    found = expected(engine, answer.text, answer.start)
    if found is None or len(found) != len(answer.logprobs):
        read = 0 if found is None else len(found)
        problem = _("of the answer to {name!r} it reads {read} tokens in place of {places}.")
        raise differs(problem.format(name=answer.name, read=read, places=len(answer.logprobs)))
    size = min(found.shape[1], answer.logprobs.shape[1])  # some engines pad the vocabulary
    asked, found = answer.logprobs[:, :size], found[:, :size]
    chosen = found.argmax(axis=1)
    gaps = asked.max(axis=1) - asked[numpy.arange(len(asked)), chosen]
    return {
        "places": len(gaps),
        "same": int((gaps == 0).sum()),
        "near": int((gaps <= NEAR_NATS).sum()),
        "worst": float(gaps.max()),
        "divergence": float((numpy.exp(asked) * (asked - found)).sum()),
        "chosen": chosen,
        "gaps": gaps,
    }


def _first_far(answer: Answered, told: dict[str, Any], original: Original) -> str:
    place = int((told["gaps"] > NEAR_NATS).argmax())
    reader = original.reader
    read = reader.tokens(answer.text)[: answer.start + place]
    problem = _(
        "in the answer to {name!r} it expects {found!r} as token {place}, after {before!r}, where the original "
        "expects {best!r} and gives that one {gap:.2f} nats less."
    )
    return problem.format(
        name=answer.name,
        found=reader.written(int(told["chosen"][place])),
        place=place,
        before=reader.tokenizer.decode(read)[-30:],
        best=reader.written(int(answer.logprobs[place].argmax())),
        gap=float(told["gaps"][place]),
    )

"""How well the model expects plain text."""

from __future__ import annotations

from kit.measure.passes.evaluation import Evaluation
from kit.measure.perplexity import MOST_ROWS, perplexity
from kit.measure.scoring import score_in_chunks


def reading(evaluation: Evaluation) -> dict[str, float]:
    """Read the texts and return the perplexity of their tokens."""
    texts = evaluation.data.texts[:MOST_ROWS]
    table = score_in_chunks(
        "reading",
        [""] * len(texts),
        [[text] for text in texts],
        texts=texts,
        batch_size=evaluation.spec.batch_size,
        engine=evaluation.engine,
        ledger=evaluation.ledger,
        report=evaluation.report,
    )
    value, stderr = perplexity([row[0] for row in table])
    evaluation.facts["perplexity_rows"] = len(texts)
    return {"perplexity": value, "perplexity_stderr": stderr}

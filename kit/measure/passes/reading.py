"""How well the model expects plain text."""

from __future__ import annotations

from collections.abc import Sequence

from kit.engines import Score
from kit.measure.passes.evaluation import Evaluation
from kit.measure.passes.keeping import keep_rows
from kit.measure.perplexity import MOST_ROWS, text_metrics
from kit.measure.record import Record, prompt_hash
from kit.measure.scoring import score_in_chunks


def reading(evaluation: Evaluation) -> dict[str, float]:
    """Read the texts, all of them where reading is the task, and return how well they were expected."""
    plain = evaluation.data.task == "continue"
    texts = evaluation.data.texts if plain else evaluation.data.texts[:MOST_ROWS]
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
    scores = [row[0] for row in table]
    evaluation.facts["perplexity_rows"] = len(texts)
    if plain:
        keep_rows(evaluation, _records(texts, scores))
    return text_metrics(texts, scores)


def _records(texts: Sequence[str], scores: Sequence[Score]) -> list[Record]:
    """Return a record for each text; its log-probability is what can be compared row by row."""
    return [
        Record(
            row=i,
            hash=prompt_hash("", [text]),
            scores={"loglikelihood": score.logprob},
            logprobs=(round(score.logprob, 4),),
        )
        for i, (text, score) in enumerate(zip(texts, scores, strict=True))
    ]

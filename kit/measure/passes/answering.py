"""How good the answers are that the model writes: near the right ones, and in the eyes of a judge."""

from __future__ import annotations

from kit.errors import KitError
from kit.i18n import _
from kit.measure.harness.sampling import Sampling
from kit.measure.harness.writing import write_answers
from kit.measure.judge.reply import score_in
from kit.measure.passes.evaluation import Evaluation
from kit.measure.passes.keeping import keep_rows
from kit.measure.probability import mean_and_stderr
from kit.measure.record import Record, prompt_hash
from kit.measure.wording import SCORES

KEPT = "answer-"  # what the ledger's names begin with


def answering(evaluation: Evaluation) -> dict[str, float]:
    """Let the model answer every row and return exact match, F1, ROUGE-L and what a judge says, if there is one."""
    items, examples = evaluation.data.items, evaluation.examples
    answers = _written(evaluation)
    replies = _judged(evaluation, answers)
    records = [
        Record(
            row=i,
            hash=prompt_hash(examples.prompts[i]),
            gold=" / ".join(row.accepted),
            answer=answers[i],
            scores={name: score(answers[i], row.accepted) for name, score in SCORES.items()}
            | _judgement(evaluation, reply),
            judged=reply,
        )
        for i, (row, reply) in enumerate(zip(items, replies, strict=True))
    ]
    keep_rows(evaluation, records)
    return _means(records)


def _written(evaluation: Evaluation) -> list[str]:
    examples = evaluation.examples
    how = Sampling(stop=examples.stops, max_new_tokens=evaluation.spec.answer_tokens, temperature=0.0, seed=0)
    mark = f"{examples.mark}-" if examples.mark else ""
    wanted = [(f"{KEPT}{mark}{place}", prompt, how) for place, prompt in enumerate(examples.prompts)]
    found = write_answers(wanted, engine=evaluation.engine, ledger=evaluation.ledger, report=evaluation.report)
    return [text.strip() for text in found]


def _judged(evaluation: Evaluation, answers: list[str]) -> list[str]:
    """Return the raw reply of the judge to each answer, "" without one."""
    judge = evaluation.spec.judge
    if judge is None:
        return [""] * len(answers)
    from kit.measure.judge.asking import judge_replies

    replies = judge_replies(judge, evaluation.data.items, answers, ledger=evaluation.ledger, report=evaluation.report)
    unread = sum(not _judgement(evaluation, reply) for reply in replies)
    evaluation.facts["judge"] = {"url": judge.url, "model": judge.model, "rows": len(replies), "unreadable": unread}
    if unread == len(replies):
        raise KitError(
            _("No reply of the judge {model} holds a number from {low} to {high}. The first: {reply!r}.").format(
                model=judge.model, low=judge.lowest, high=judge.highest, reply=replies[0][:200]
            ),
            fix=_("Take a larger model as judge, or give it more tokens with max_new_tokens=…."),
        )
    if unread:
        words = _(
            "{n} of {total} replies of the judge hold no number on the scale; these rows are left out of its score."
        )
        evaluation.report.message(words.format(n=unread, total=len(replies)))
    return replies


def _judgement(evaluation: Evaluation, reply: str) -> dict[str, float]:
    judge = evaluation.spec.judge
    score = None if judge is None else score_in(reply, lowest=judge.lowest, highest=judge.highest)
    return {} if score is None else {"judge_score": score}


def _means(records: list[Record]) -> dict[str, float]:
    """Return the mean of each score over the rows that have it, and its standard error."""
    metrics: dict[str, float] = {}
    for name in dict.fromkeys(name for record in records for name in record.scores):
        mean, stderr = mean_and_stderr([record.scores[name] for record in records if name in record.scores])
        metrics |= {name: mean, f"{name}_stderr": stderr}
    return metrics

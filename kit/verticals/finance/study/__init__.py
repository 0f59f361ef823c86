"""The study of transfers: facts, rules, rings and alerts, made once as a run and found again."""

from kit.verticals.finance.study.spec import StudySpec

__all__ = ["StudySpec"]

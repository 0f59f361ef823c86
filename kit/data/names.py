"""What columns are mostly called, in English and Chinese, and how well a name fits a role."""

from __future__ import annotations

import re
from collections.abc import Iterable


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


# Of each role the likeliest name first.
TEXTS = _words(
    "text sentence note message content body review document comment description headline question prompt instruction",
    "title abstract tweet post 文本 内容 正文 句子 评论 描述 文章 问题 消息 标题",
)
QUESTIONS = _words("question query prompt instruction ask input text 问题 提问 问句 题目 题干 指令 提示 文本")
LABELS = _words(
    "label labels class category target intent sentiment decision disposition answer topic outcome verdict diagnosis",
    "failure fault risk churn",
    "标签 类别 分类 类型 意图 情感 科室 结果 诊断",
)
ANSWERS = _words(
    "answer answers answerkey answer_key gold label target output response completion reply solution",
    "答案 正确答案 回答 回复 答复 输出 标签",
)
CHOICES = _words("choices options endings candidates alternatives 选项 候选 备选")
CONTEXTS = _words("context passage input background paragraph article 上下文 背景 段落 材料 原文 输入")
CONVERSATIONS = _words("messages conversations conversation dialogue dialog chat turns 对话 会话 消息")
SYSTEMS = _words("system system_prompt 系统 系统提示")
_NUMBERED = frozenset(_words("id idx index uid uuid guid key number no nr row rowid row_id udi 编号 序号 id号"))
_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_number_of_row(name: str) -> bool:
    """Does a column of this name tell rows apart and nothing else, such as "id" or "patient_id"?"""
    words = words_of(name)
    return bool(_NUMBERED & {*words, name.strip().casefold()})


def named(columns: Iterable[str], names: tuple[str, ...]) -> str:
    """Return the column that is called like one of `names`, or else has one as a word of its name, or "".

    >>> named(["Patient ID", "final_label"], ("label",))
    'final_label'
    """
    found = list(columns)
    by_name = {column.strip().casefold(): column for column in found}
    exact = next((by_name[name] for name in names if name in by_name), "")
    if exact:
        return exact
    parts = {column: set(words_of(column)) for column in found}
    return next((column for name in names for column in found if _holds(column, parts[column], name)), "")


def words_of(name: str) -> list[str]:
    """Return the words of a column's name.

    >>> words_of("finalLabel_2")
    ['final', 'label', '2']
    """
    return [word.casefold() for word in re.split(r"[\W_]+", _CASE.sub(" ", name)) if word]


def _holds(column: str, words: set[str], name: str) -> bool:
    return name in words if name.isascii() else name in column

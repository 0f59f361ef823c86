"""The head of a README tells licence, languages and base, as far as it has one."""

from __future__ import annotations

import pytest

from kit.models.readme import commercial, readme_facts


@pytest.mark.parametrize(
    ("names", "allowed"),
    [
        (("apache-2.0",), "yes"),
        (("MIT",), "yes"),
        (("other", "llama3.1"), "conditions"),
        (("gemma",), "conditions"),
        (("cc-by-nc-4.0",), "no"),
        (("other", "qwen-research"), "no"),
        (("other", "our-own"), "unknown"),
        (("",), "unknown"),
    ],
)
def test_commercial_use(names: tuple[str, ...], allowed: str) -> None:
    assert commercial(*names) == allowed


def test_a_named_licence_goes_before_other() -> None:
    facts = readme_facts("---\nlicense: other\nlicense_name: gemma\nbase_model: [a/b, c/d]\nlanguage: en\n---\ntext")
    assert facts == {"licence": "gemma", "licence_commercial": "conditions", "base": "a/b"}


@pytest.mark.parametrize("text", ["", "# Title\n", "---\n[broken\n---\n", "---\n- list\n---\n"])
def test_no_head_tells_nothing(text: str) -> None:
    assert readme_facts(text).get("licence") is None

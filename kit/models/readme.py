"""What the head of a model's README.md states: licence, languages, base. Written by whoever published the model."""

from __future__ import annotations

from typing import Any

import yaml

_FREE = ("apache-2.0", "mit", "bsd", "cc0", "cc-by-4.0", "cc-by-sa", "unlicense", "isc", "afl")
_TERMS = ("llama", "gemma", "openrail", "bigscience", "deepseek", "falcon")
_SPELLED = {"apache-2.0": "Apache-2.0", "mit": "MIT"}


def readme_facts(text: str) -> dict[str, Any]:
    """Return the fields of `ModelCard` that the YAML head of `text` states; {} where there is none."""
    head = _head(text)
    licence = str(head.get("license_name") or head.get("license") or "").strip()
    base = head.get("base_model")
    languages = head.get("language")
    facts: dict[str, Any] = {
        "licence": _SPELLED.get(licence.lower(), licence),
        "licence_commercial": commercial(str(head.get("license") or ""), licence),
        "base": base[0] if isinstance(base, list) and base else base,
        "languages": [each for each in languages if isinstance(each, str)] if isinstance(languages, list) else None,
    }
    return {name: value for name, value in facts.items() if value and (name != "base" or isinstance(value, str))}


def commercial(*names: str) -> str:
    """Return what is known of commercial use under a licence that the hub calls one of `names`."""
    for name in (each.lower() for each in names):
        if "-nc" in name or "non-commercial" in name or "research" in name:
            return "no"
        if name.startswith(_FREE):
            return "yes"
        if any(word in name for word in _TERMS):
            return "conditions"
    return "unknown"


def _head(text: str) -> dict[str, Any]:
    if not text.startswith("---"):
        return {}
    try:
        values = yaml.safe_load(text[3:].split("\n---", 1)[0])
    except yaml.YAMLError:
        return {}
    return values if isinstance(values, dict) else {}

"""Engines: what runs a variant. Only light names are exported; heavy modules are imported when used."""

from kit.engines.protocol import Distributions, Engine, Message, Prompt, Score, Token
from kit.engines.spec import Variant

__all__ = ["Distributions", "Engine", "Message", "Prompt", "Score", "Token", "Variant"]

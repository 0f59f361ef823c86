"""What a visitor types, made ready to be asked: without personal data, and as the tokens that the model reads."""

from kit.verticals.medical.asked.spec import AskedSpec

__all__ = ["AskedSpec"]

"""Which models no engine here runs, and why: said alike by the picker and by `kit.recommend`."""

from __future__ import annotations

from kit.i18n import _
from kit.models import ModelCard


def barred(card: ModelCard) -> str:
    """Return why no engine runs `card`, on whatever machine, as a sentence; "" when one does."""
    if card.modality != "text":
        return _("It also reads {modality}; engines here run text models.").format(
            modality=card.modality.replace("text+", "").replace("+", _(" and "))
        )
    if card.own_code:
        return _("Loading it runs code that its makers publish, which is not done here.")
    return ""

"""Open models: which there are, where their weights are, how to get them, and what they will take."""

from kit.models.card import ModelCard
from kit.models.catalogue import DEFAULT, catalogue
from kit.models.conversion import converted_folder, is_converted
from kit.models.estimate import (
    METHOD_BITS,
    Estimate,
    decode_tokens_per_s,
    estimate,
    kv_cache_bytes,
    weights_bytes,
)
from kit.models.get import fetch
from kit.models.provenance import model_provenance
from kit.models.source import Location, available, check_name, locate
from kit.models.spec import GetSpec

__all__ = [
    "DEFAULT",
    "METHOD_BITS",
    "Estimate",
    "GetSpec",
    "Location",
    "ModelCard",
    "available",
    "catalogue",
    "check_name",
    "converted_folder",
    "decode_tokens_per_s",
    "estimate",
    "fetch",
    "is_converted",
    "kv_cache_bytes",
    "locate",
    "model_provenance",
    "weights_bytes",
]

"""Open models: which there are, where their weights are, how to get them, and what they will take."""

from kit.models.card import ModelCard
from kit.models.cards import card_here, card_of
from kit.models.catalogue import DEFAULT, catalogue, siblings
from kit.models.conversion import converted_folder, is_converted
from kit.models.counting import count_active_parameters, count_parameters
from kit.models.details import details
from kit.models.estimates import (
    METHOD_BITS,
    Estimate,
    KeptError,
    SpeedEstimate,
    TuningEstimate,
    disk_bytes,
    download_bytes,
    estimate,
    estimate_tuning,
    expected_speed,
    keep_error,
    kept_errors,
    kv_cache_bytes,
    weights_bytes,
)
from kit.models.fit import Fit, best_method, fit
from kit.models.get import fetch
from kit.models.provenance import model_provenance
from kit.models.score import Score
from kit.models.source import Location, available, check_name, locate
from kit.models.spec import GetSpec
from kit.models.uses import suits

__all__ = [
    "DEFAULT",
    "METHOD_BITS",
    "Estimate",
    "Fit",
    "GetSpec",
    "KeptError",
    "Location",
    "ModelCard",
    "Score",
    "SpeedEstimate",
    "TuningEstimate",
    "available",
    "best_method",
    "card_here",
    "card_of",
    "catalogue",
    "check_name",
    "converted_folder",
    "count_active_parameters",
    "count_parameters",
    "details",
    "disk_bytes",
    "download_bytes",
    "estimate",
    "estimate_tuning",
    "expected_speed",
    "fetch",
    "fit",
    "is_converted",
    "keep_error",
    "kept_errors",
    "kv_cache_bytes",
    "locate",
    "model_provenance",
    "siblings",
    "suits",
    "weights_bytes",
]

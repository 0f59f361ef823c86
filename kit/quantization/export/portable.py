"""Settings that older Transformers read as they are meant.

Transformers 5 writes what 4 reads otherwise, without a word (rotary base and scaling: 4.57 takes 10000 and no scaling)
or not at all (names of tokenizer classes, the list of special tokens). So everything stands in both forms.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kit.i18n import _
from kit.models.folder import read_json
from kit.quantization.export.difference import differs

_CONFIG, _TOKENIZER = "config.json", "tokenizer_config.json"
_SAME_IN_4 = {"TokenizersBackend": "PreTrainedTokenizerFast"}


def make_portable(folder: Path) -> None:
    """Add to the settings in `folder` what older versions look for; what newer ones read stays as it is."""
    config = read_json(folder / _CONFIG)
    if config is not None:
        for part in _parts(config):
            part.update(_old_names(part))
        _write(folder / _CONFIG, config)
    settings = read_json(folder / _TOKENIZER)
    if settings is not None:
        _write(folder / _TOKENIZER, _old_tokenizer(settings))


def prove_config(source: Path, folder: Path) -> dict[str, Any]:
    """Compare the settings of an export with those of its original, as new and as old Transformers read them.

    Returns
    -------
    dict
        What stands where older versions look for it.

    Raises
    ------
    KitError
        The shape of the model differs, or the rotary base is missing where older versions look for it.
    """
    original, exported = _read(source), _read(folder)
    for name in sorted(original.keys() - _MAY_DIFFER):
        if original[name] != exported.get(name):
            problem = _("{name} in config.json is {found} in place of {value}.")
            raise differs(problem.format(name=name, found=exported.get(name), value=original[name]))
    found = {}
    for part, told in zip(_parts(original), _parts(read_json(folder / _CONFIG) or {}), strict=True):
        for name, value in _old_names(part).items():
            if told.get(name) != value:
                problem = _("{name} in config.json is {found} where Transformers 4 looks for {value}.")
                raise differs(problem.format(name=name, found=told.get(name), value=value))
            found[name] = value
    return found


# Written by whoever saves; none changes what is computed.
_MAY_DIFFER = {"dtype", "torch_dtype", "transformers_version", "_name_or_path", "quantization_config", "architectures"}


def _read(folder: Path) -> dict[str, Any]:
    from transformers import AutoConfig

    values: dict[str, Any] = AutoConfig.from_pretrained(str(folder), trust_remote_code=False).to_dict()
    return values


def _parts(config: dict[str, Any]) -> list[dict[str, Any]]:
    inner = config.get("text_config")
    return [config, inner] if isinstance(inner, dict) else [config]


def _old_names(config: dict[str, Any]) -> dict[str, Any]:
    """Return what Transformers 4 looks for: the rotary base and scaling beside the other settings."""
    rope = config.get("rope_parameters")
    if not isinstance(rope, dict):
        return {name: config[name] for name in ("rope_theta",) if name in config}
    if "full_attention" in rope:  # one set for each kind of layer, as Gemma 3 has it
        local = (rope.get("sliding_attention") or {}).get("rope_theta")
        beside = {} if local is None else {"rope_local_base_freq": local}
        return {**_of_rope(rope["full_attention"]), **beside}
    return _of_rope(rope)


def _of_rope(rope: dict[str, Any]) -> dict[str, Any]:
    found = {name: rope[name] for name in ("rope_theta", "partial_rotary_factor") if rope.get(name) is not None}
    if rope.get("rope_type", "default") != "default":
        found["rope_scaling"] = {name: value for name, value in rope.items() if name not in found}
    return found


def _old_tokenizer(settings: dict[str, Any]) -> dict[str, Any]:
    settings = {name: value for name, value in settings.items() if name not in _OF_THIS_MACHINE}
    name = settings.get("tokenizer_class")
    settings["tokenizer_class"] = _SAME_IN_4.get(str(name), name)
    if isinstance(settings.get("extra_special_tokens"), list):
        settings["additional_special_tokens"] = settings.pop("extra_special_tokens")
    return settings


_OF_THIS_MACHINE = {"backend", "is_local", "local_files_only"}


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

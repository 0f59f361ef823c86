"""What the config.json of a model says of its design, in the words of `ModelCard`; no weights, no other library.

Designs name the same thing differently, and a model that also sees keeps its text model one level down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.errors import UnsupportedError
from kit.i18n import _
from kit.models.sliding import sliding, stateful

Config = Mapping[str, Any]

_TEXT = ("text_config", "llm_config", "language_config", "thinker_config")
_VISION = ("vision_config", "vision_tower", "mm_vision_tower", "vit_config")
_NAMES = {
    "layers": ("num_hidden_layers", "n_layer", "num_layers", "n_layers"),
    "hidden_size": ("hidden_size", "n_embd", "d_model", "dim"),
    "heads": ("num_attention_heads", "n_head", "n_heads"),
    "vocabulary": ("padded_vocab_size", "vocab_size"),
}
_KV_HEADS = ("num_key_value_heads", "multi_query_group_num", "num_kv_heads", "n_head_kv", "n_kv_heads")
_HEAD_DIM = ("head_dim", "kv_channels", "attention_head_dim")
_WIDTH = ("intermediate_size", "ffn_hidden_size", "n_inner", "ffn_dim")
_CONTEXT = ("max_position_embeddings", "n_positions", "seq_length", "max_sequence_length", "max_seq_len", "n_ctx")
_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts")
_PER_TOKEN = ("num_experts_per_tok", "num_experts_per_token", "moe_top_k", "moe_k", "top_k_experts")
_READERS = ("bert", "roberta", "xlm-roberta", "distilbert", "electra", "albert", "deberta", "deberta-v2", "modernbert")
_PLAIN = (  # designs whose feed-forward block has no gate: two matrices where others have three
    *("gpt2", "gpt_neo", "gpt_neox", "gptj", "gpt_bigcode", "codegen", "opt", "bloom", "mpt", "falcon", "biogpt"),
    *("xglm", "phi", "starcoder2", "nemotron", "arcee", "apertus"),
)
_TIED = ("gemma", "gpt2", "opt", "bloom", "falcon", "smollm3", "starcoder2", "cohere")  # where the file leaves it out


def design(config: Config, *, tied: bool | None = None) -> dict[str, Any]:
    """Return the fields of `ModelCard` that `config` states.

    Parameters
    ----------
    config : mapping
        The content of a config.json.
    tied : bool, optional
        Is the embedding also the output layer? Whoever has seen the names of the weights knows; left out, the file or
        the custom of its design decides.

    Raises
    ------
    UnsupportedError
        It describes no model with layers and heads; the missing entry is named.
    """
    text = text_part(config)
    _refuse_readers(text)
    facts: dict[str, Any] = {field: _needed(text, field, names) for field, names in _NAMES.items()}
    facts["kv_heads"] = _kv_heads(text, facts["heads"])
    facts["head_dim"] = _first(text, _HEAD_DIM)
    facts["intermediate_size"] = _first(text, _WIDTH) or 4 * facts["hidden_size"]
    facts["context"] = _first(text, _CONTEXT) or _first(config, _CONTEXT) or 2048
    facts["tied_embeddings"] = _tied(config, text) if tied is None else tied
    facts["modality"] = "text+image" if any(config.get(name) for name in _VISION) else "text"
    facts.update(_latent(text))
    facts.update(_mixture(text, facts["layers"]))
    facts.update(sliding(text, facts["layers"], facts["context"]))
    facts["state_layers"] = stateful(text, facts["layers"])
    return {name: value for name, value in facts.items() if value is not None}


def has_gate(config: Config) -> bool:
    """Does the feed-forward block have a gate, so that it has three matrices?"""
    return text_part(config).get("model_type") not in _PLAIN


def text_part(config: Config) -> Config:
    """Return the part of `config` that describes the text model, what stands above it filled in."""
    for name in _TEXT:
        inner = config.get(name)
        if isinstance(inner, Mapping) and _first(inner, _NAMES["hidden_size"]):
            return {**config, **inner}
    return config


def _refuse_readers(text: Config) -> None:
    kind = str(text.get("model_type", ""))
    if kind in _READERS or text.get("is_encoder_decoder") is True:
        raise UnsupportedError(
            _("A model of type {kind} does not continue text, as Tunebook needs it.").format(kind=kind or "?"),
            fix=_("Give a decoder, such as Llama, Qwen or Gemma."),
        )


def _kv_heads(text: Config, heads: int) -> int:
    if text.get("multi_query") is True and not text.get("new_decoder_architecture"):
        return 1  # the first Falcon
    return _first(text, _KV_HEADS) or heads


def _tied(config: Config, text: Config) -> bool:
    for part in (text, config):
        if isinstance(part.get("tie_word_embeddings"), bool):
            return bool(part["tie_word_embeddings"])
    return str(text.get("model_type", "")).startswith(_TIED)


def _latent(text: Config) -> dict[str, Any]:
    rank = _first(text, ("kv_lora_rank",))
    if rank is None:
        return {}
    turning = _first(text, ("qk_rope_head_dim",)) or 0
    return {
        "kv_rank": rank,
        "query_rank": _first(text, ("q_lora_rank",)),
        "rope_head_dim": turning,
        "value_head_dim": _first(text, ("v_head_dim",)),
        "head_dim": turning + (_first(text, ("qk_nope_head_dim",)) or 0),
        "kv_heads": _first(text, _NAMES["heads"]),
    }


def _mixture(text: Config, layers: int) -> dict[str, Any]:
    experts = _first(text, _EXPERTS)
    if not experts or experts < 2:
        return {}
    width = _first(text, ("moe_intermediate_size", *_WIDTH)) or 0
    dense = _dense_layers(text, layers)
    return {
        "experts": experts,
        "experts_per_token": _first(text, _PER_TOKEN) or 1,
        "intermediate_size": width,
        "shared_size": _shared(text, width) or None,
        "dense_layers": dense or None,
        "dense_size": _first(text, ("intermediate_size_mlp", *_WIDTH)) if dense else None,
    }


def _shared(text: Config, width: int) -> int:
    if str(text.get("model_type", "")).startswith("llama4"):
        return width
    named = _first(text, ("shared_expert_intermediate_size", "shared_intermediate_size"))
    return named or (_first(text, ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts")) or 0) * width


def _dense_layers(text: Config, layers: int) -> int:
    kinds = text.get("mlp_layer_types")
    if isinstance(kinds, list) and kinds:  # newer files say it of every layer
        return sum(kind == "dense" for kind in kinds)
    first = _first(text, ("first_k_dense_replace", "moe_layer_start_index")) or 0
    step = _first(text, ("interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq")) or 1
    named = text.get("mlp_only_layers")
    return first or (layers - layers // step) or (len(named) if isinstance(named, list) else 0)


def _needed(text: Config, field: str, names: tuple[str, ...]) -> int:
    value = _first(text, names)
    if value is None:
        raise UnsupportedError(
            _("The config.json states no {name}: this is no language model with layers and heads.").format(
                name=names[0]
            ),
            fix=_("Give the folder or hub id of a decoder, such as Llama, Qwen or Gemma ({field}).").format(
                field=field
            ),
        )
    return value


def _first(part: Config, names: tuple[str, ...]) -> int | None:
    """Return the first of `names` that is a positive whole number."""
    for name in names:
        value = part.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None

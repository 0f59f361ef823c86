"""What is known of one open model before anything is downloaded."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_type_hints

from kit._check import checked, plain
from kit.errors import ParameterError, nearest
from kit.i18n import N_, _
from kit.models.score import Score, read_scores
from kit.spec import param

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_TOGETHER = (
    ("experts", "experts_per_token"),
    ("dense_layers", "dense_size"),
    ("sliding_window", "sliding_layers"),
    ("kv_rank", "rope_head_dim"),
    ("kv_rank", "value_head_dim"),
)
_AT_MOST = (
    ("experts_per_token", "experts"),
    ("dense_layers", "layers"),
    ("sliding_layers", "layers"),
    ("state_layers", "layers"),
)


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """Facts on one open model.

    Counts are of single weights, every one counted once: embeddings that are also the output layer count once.
    What a text model has no part of (experts, a sliding window, latent attention, a vision tower) is left out.

    Raises
    ------
    ParameterError
        A field has the wrong type or a value that cannot be.
    """

    name: str = param(label=N_("Name"), help=N_("How specs call it"), empty=False)
    title: str = param(label=N_("Title"), help=N_("How people call it"), empty=False)
    hub_id: str = param("", label=N_("Hub id"), help=N_("organisation/name on the Hugging Face hub"))
    path: str | None = param(None, label=N_("Path"), help=N_("Folder on this machine that holds it"))
    family: str = param(label=N_("Family"), help=N_("Models of one design"), empty=False)
    parameters: int = param(label=N_("Parameters"), help=N_("All weights"), low=1)
    active_parameters: int = param(
        label=N_("Active parameters"), help=N_("Weights used for one token of text; no vision tower"), low=1
    )
    vision_parameters: int | None = param(
        None, label=N_("Vision parameters"), help=N_("Of the vision tower and what joins it to the text model"), low=1
    )
    stated_parameters: int | None = param(
        None, label=N_("Stated parameters"), help=N_("As its makers or the hub give them, rounded"), low=1
    )
    stated_active_parameters: int | None = param(
        None, label=N_("Stated active parameters"), help=N_("As its makers or the hub give them, rounded"), low=1
    )
    layers: int = param(label=N_("Layers"), low=1)
    hidden_size: int = param(label=N_("Hidden size"), low=1)
    heads: int = param(label=N_("Heads"), help=N_("Query heads in a layer"), low=1)
    kv_heads: int = param(label=N_("KV heads"), help=N_("Key and value heads in a layer"), low=1)
    head_dim: int | None = param(None, label=N_("Head size"), help=N_("Left out: hidden size divided by heads"), low=1)
    intermediate_size: int = param(
        label=N_("Intermediate size"), help=N_("Width of the feed-forward block, or of one expert"), low=1
    )
    experts: int | None = param(None, label=N_("Experts"), help=N_("In a layer of a mixture of experts"), low=2)
    experts_per_token: int | None = param(
        None, label=N_("Experts per token"), help=N_("How many of them work on one token"), low=1
    )
    shared_size: int | None = param(
        None, label=N_("Shared size"), help=N_("Width of the experts that work on every token, together"), low=1
    )
    dense_layers: int | None = param(
        None, label=N_("Dense layers"), help=N_("Layers without experts in a mixture of experts"), low=1
    )
    dense_size: int | None = param(
        None, label=N_("Dense size"), help=N_("Width of the feed-forward block in those layers"), low=1
    )
    kv_rank: int | None = param(
        None, label=N_("KV rank"), help=N_("Latent attention: width of what stands for keys and values"), low=1
    )
    query_rank: int | None = param(
        None, label=N_("Query rank"), help=N_("Latent attention: width between two query matrices"), low=1
    )
    rope_head_dim: int | None = param(
        None,
        label=N_("Position head size"),
        help=N_("Latent attention: part of a head that turns with position"),
        low=1,
    )
    value_head_dim: int | None = param(
        None, label=N_("Value head size"), help=N_("Latent attention: width of a value head"), low=1
    )
    sliding_window: int | None = param(
        None, label=N_("Sliding window"), help=N_("How far some layers look back"), unit="tokens", low=1
    )
    sliding_layers: int | None = param(
        None, label=N_("Sliding layers"), help=N_("Layers that look back only so far"), low=1
    )
    state_layers: int | None = param(
        None,
        label=N_("State layers"),
        help=N_("Layers that keep a state of one size, however long the text, instead of keys and values"),
        low=1,
    )
    vocabulary: int = param(label=N_("Vocabulary"), help=N_("Rows of the embedding, padding included"), low=1)
    context: int = param(label=N_("Context"), help=N_("Longest sequence without stretching"), unit="tokens", low=1)
    tied_embeddings: bool = param(label=N_("Tied embeddings"), help=N_("Is the embedding also the output layer?"))
    licence: str = param(label=N_("Licence"), empty=False)
    licence_commercial: str = param(
        label=N_("Commercial use"),
        help=N_("Does the licence allow it?"),
        choices=("yes", "no", "conditions", "unknown"),
    )
    licence_terms: str = param("", label=N_("Terms"), help=N_("What commercial use asks for, in a sentence"))
    gated: bool = param(label=N_("Gated"), help=N_("Must terms be accepted on the hub before the download?"))
    own_code: bool = param(False, label=N_("Own code"), help=N_("Does loading it run code that its makers publish?"))
    tasks: tuple[str, ...] = param(label=N_("Tasks"), empty=False)
    modality: str = param("text", label=N_("Modality"), help=N_("What it reads"), empty=False)
    languages: tuple[str, ...] = param((), label=N_("Languages"), help=N_("ISO 639 codes its makers name"))
    tags: tuple[str, ...] = param((), label=N_("Tags"), help=N_("Fields it was made for, such as medicine"))
    base: str | None = param(None, label=N_("Base"), help=N_("Hub id of the model it was tuned from"))
    released: str = param("", label=N_("Released"), help=N_("Year and month, as 2024-11; empty: not known"))
    package: str | None = param(None, label=N_("Package"), help=N_("A Python package that carries it"))
    scores: tuple[Score, ...] = param((), label=N_("Published scores"), help=N_("Each with its setting and reporter"))
    source: str = param(label=N_("Source"), help=N_("Where the figures of its design come from"), empty=False)
    terms_source: str = param(
        "", label=N_("Source of terms"), help=N_("Where licence, access, languages and month come from")
    )
    unverified: tuple[str, ...] = param(
        (),
        label=N_("Not verified"),
        help=N_("Fields that no document at hand states; check them before relying on them"),
    )

    def __post_init__(self) -> None:
        hints = _hints()
        for field in dataclasses.fields(self):
            value = checked(field.name, plain(getattr(self, field.name)), hints[field.name], field.metadata)
            object.__setattr__(self, field.name, value)
        self._check_together()

    def __repr__(self) -> str:  # the full one has forty fields; `to_dict` has them
        return f"ModelCard({self.name}: {self.parameters / 1e9:.2g} B, {self.modality}, {self.licence})"

    def _check_together(self) -> None:
        self._check_heads()
        for name in ("active_parameters", "vision_parameters"):
            if (getattr(self, name) or 0) > self.parameters:
                allowed = _("at most parameters ({parameters})").format(parameters=self.parameters)
                raise ParameterError(name, getattr(self, name), allowed=allowed)
        for one, other in _TOGETHER:
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise ParameterError(
                    other, getattr(self, other), allowed=_("given exactly when {name} is").format(name=one)
                )
        for name, most in _AT_MOST:
            limit = getattr(self, most)
            if getattr(self, name) is not None and (limit is None or getattr(self, name) > limit):
                allowed = _("at most {name} ({limit})").format(name=most, limit=limit)
                raise ParameterError(name, getattr(self, name), allowed=allowed)
        for i, name in enumerate(self.unverified):
            if name not in _hints():
                raise ParameterError(f"unverified[{i}]", name, allowed=_("the name of a field of a model card"))
        if self.released and not _MONTH.fullmatch(self.released):
            raise ParameterError("released", self.released, allowed=_("a year and a month, as 2024-11"))
        if not self.hub_id and not self.path:
            raise ParameterError("hub_id", self.hub_id, allowed=_("given, or a path"))

    def _check_heads(self) -> None:
        if self.heads % self.kv_heads:
            allowed = _("a divisor of heads ({heads})").format(heads=self.heads)
            raise ParameterError("kv_heads", self.kv_heads, allowed=allowed)
        if self.head_dim is None and self.hidden_size % self.heads:
            raise ParameterError("head_dim", None, allowed=_("given: hidden_size is not a multiple of heads"))

    @property
    def head_size(self) -> int:
        """Width of one attention head."""
        return self.head_dim or self.hidden_size // self.heads

    @property
    def embedding_parameters(self) -> int:
        """Weights of the embedding and, where it is one of its own, of the output layer."""
        return self.vocabulary * self.hidden_size * (1 if self.tied_embeddings else 2)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ModelCard:
        """Make a card from plain values; `active_parameters` left out, all but a vision tower work on each token.

        Raises
        ------
        ParameterError
            An unknown key (the nearest known one is named), a missing one, or a value that is not allowed.
        """
        fields = {field.name: field for field in dataclasses.fields(cls)}
        for name in values:
            if name not in fields:
                near = nearest(str(name), fields)
                fix = _("Did you mean {near!r}?").format(near=near) if near else ""
                raise ParameterError(str(name), values[name], allowed=_("one of ") + ", ".join(fields), fix=fix)
        filled = {name: read_scores(value) if name == "scores" else value for name, value in values.items()}
        if "active_parameters" not in filled and "parameters" in filled:
            filled["active_parameters"] = _without(filled["parameters"], filled.get("vision_parameters"))
        missing = [n for n, f in fields.items() if f.default is dataclasses.MISSING and n not in filled]
        if missing:
            raise ParameterError(missing[0], None, allowed=_("given: a model card has no default for it"))
        return cls(**filled)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for YAML."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values["scores"] = [dataclasses.asdict(score) for score in self.scores]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _without(parameters: Any, vision: Any) -> Any:
    known = isinstance(parameters, int) and isinstance(vision, int)
    return parameters - vision if known and vision < parameters else parameters


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(ModelCard)

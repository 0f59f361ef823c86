"""A causal language model in two parts: its layers, and the output layer.

Apart, logits are computed where the loss counts only. That a model can be taken apart, and that it attends within
packed rows, is not believed by its name: both are tried on a few tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from kit.errors import ParameterError
from kit.i18n import _
from kit.tuning.example import Example
from kit.tuning.spec import TuneSpec
from kit.tuning.speed import attention
from kit.tuning.speed.compiled import compile_blocks
from kit.tuning.speed.frozen import FrozenLayers, can_keep, layers_of
from kit.tuning.speed.fused.layers import fuse_layers
from kit.tuning.speed.packed import Packed, pack

# Of ascending length, so that they are packed in this order.
_TRIAL = (Example((5, 6, 7, 8), (9, 10)), Example((5, 6, 7, 11, 12), (13,)), Example((5, 6, 7, 14, 15, 16), (17, 18)))
_OTHER = Example((5, 6, 7, 19, 20), (21,))
_NOISE = 0.3  # of bf16, through all layers; rows that see each other are found out without it


class Body:
    """The layers of `model`, called on packed or padded rows.

    Parameters
    ----------
    model : causal language model, perhaps with an adapter
    spec : TuneSpec

    Raises
    ------
    ParameterError
        The attention that `spec` asks for is not there.
    """

    def __init__(self, model: Any, spec: TuneSpec) -> None:
        self._model, self._spec = model, spec
        self._base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self._attend(spec.attn_implementation)
        self.head: nn.Module = self._base.get_output_embeddings()
        if spec.fused and spec.mixed_precision == "no":
            fuse_layers(model)
        if spec.compile:
            compile_blocks(self._inner, layers_of(self._inner) or nn.ModuleList())
        self._whole = not self._comes_apart()
        if self._whole:
            self.head = nn.Identity()
        self._frozen: FrozenLayers | None = None
        self._packs = spec.packing and self._sees_own_row_only()
        if self._packs and not self._whole and self._may_keep():
            self._keep_frozen()

    def packs(self, longest: int) -> bool:
        """Can rows of at most `longest` tokens be packed? A sliding window must hold all of a row."""
        window = getattr(self._base.config.get_text_config(), "sliding_window", None)
        return self._packs and (window is None or longest <= window)

    def __call__(self, packed: Packed, **inputs: Any) -> torch.Tensor:
        """Return what the output layer reads of each of t tokens, [t, h]; `inputs` may be embeddings of its ids."""
        how = {"position_ids": packed.positions, "use_cache": False, **self._masking(packed)}
        if self._frozen is not None and not inputs:
            return self._frozen.finish(self._frozen(packed, **how), **how)[0]
        return self.hidden(**(inputs or {"input_ids": packed.ids}), **how)[0]

    @property
    def keeps(self) -> bool:
        """Are the layers before the first that trains computed once for each row?"""
        return self._frozen is not None

    def hidden(self, **inputs: Any) -> torch.Tensor:
        """Return what the output layer reads, [b, s, h]; of a model that does not come apart, its logits."""
        found: torch.Tensor = self._model(**inputs).logits if self._whole else self._inner(**inputs).last_hidden_state
        return found

    @property
    def _inner(self) -> nn.Module:
        inner: nn.Module = getattr(self._base, self._base.base_model_prefix)
        return inner

    def _attend(self, wanted: str) -> None:
        name = wanted
        if wanted == "auto":
            name = attention.NAME if self._spec.packing else "sdpa"
        try:
            self._base.set_attn_implementation(name)
        except (ImportError, ValueError) as exc:
            fix = _('Leave attn_implementation out ("auto"), or install what it needs.')
            allowed = _("one that this machine and model have: {reason}").format(reason=str(exc).rstrip("."))
            raise ParameterError("attn_implementation", wanted, allowed=allowed, fix=fix) from exc

    def _masking(self, packed: Packed) -> dict[str, Any]:
        """Return by what attention knows which tokens belong together."""
        name = self._spec.attn_implementation
        if name == "flash_attention_2":
            return {"attention_mask": None}  # positions that begin again say it
        if name == "auto":
            nothing = torch.zeros(1, 1, 1, 1, device=packed.ids.device)  # keeps Transformers from building one
            return {"attention_mask": nothing, "packed": packed}
        seen = packed.seen()[None, None]
        if name == "sdpa":
            return {"attention_mask": seen}
        dtype = next(self._inner.parameters()).dtype
        return {"attention_mask": torch.zeros_like(seen, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)}

    @torch.no_grad()
    def _comes_apart(self) -> bool:
        prefix = getattr(self._base, "base_model_prefix", "")
        if self.head is None or not hasattr(self._base, prefix):
            return False
        ids = torch.tensor([_TRIAL[2].question], device=self._base.device)
        try:
            whole = self._base(input_ids=ids, use_cache=False).logits
            parts = self.head(self._inner(input_ids=ids, use_cache=False).last_hidden_state)
        except (TypeError, AttributeError):
            return False
        return whole.shape == parts.shape and torch.allclose(whole, parts, rtol=1e-3, atol=1e-3)

    def _may_keep(self) -> bool:
        spec = self._spec
        noisy = spec.neftune_noise_alpha is not None  # other embeddings in every step
        return spec.cache_frozen and not noisy and can_keep(self._inner, spec.first_layer)

    @torch.no_grad()
    def _keep_frozen(self) -> None:
        """Keep what frozen layers compute, if the model found with it is the same model."""
        packed = pack(_TRIAL, shared=0, device=self._base.device)
        wanted = self(packed)
        self._frozen = FrozenLayers(self._inner, self._spec.first_layer)
        found, again = self(packed), self(packed)
        if _alike(found, wanted, 1e-3) and _alike(again, wanted, 1e-3):
            self._frozen.forget()
        else:
            self._frozen = None

    @torch.no_grad()
    def _sees_own_row_only(self) -> bool:
        """Does each of a few packed rows find what it finds alone, whatever stands in the others?"""
        training = self._model.training
        self._model.eval()
        try:
            found, other = self._answer_states(_TRIAL), self._answer_states((_TRIAL[0], _OTHER, _TRIAL[2]))
            alone = torch.cat([self._answer_states((example,)) for example in _TRIAL])
        except (TypeError, ValueError, RuntimeError):  # an attention of its own, which does not take packed rows
            return False
        finally:
            self._model.train(training)
        kept = torch.tensor([0, 1, 3, 4], device=found.device)  # the answers of the first row and of the third
        return _alike(found[kept], other[kept], 1e-3) and _alike(found, alone, _NOISE)

    def _answer_states(self, examples: Sequence[Example]) -> torch.Tensor:
        shared = 3 if len(examples) > 1 and self._spec.attn_implementation != "flash_attention_2" else 0
        packed = pack(examples, shared=shared, device=self._base.device)
        return self(packed)[packed.keep].float()


def _alike(found: torch.Tensor, wanted: torch.Tensor, share: float) -> bool:
    """Do two results differ by no more than a share of what they are?"""
    return bool((found - wanted).norm() <= share * wanted.norm())

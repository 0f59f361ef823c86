"""Each process computes some of the heads and some of the columns of every layer (tensor parallel, from PyTorch).

The matrices that read the hidden state are cut by columns, those that write it by rows (Shoeybi et al. 2019,
arXiv:1909.08053): between the two nothing is sent. An adapter is cut where its matrix is: its second half by columns,
or its first half by rows; the other half is small, and every process has it. Embeddings, norms and the output layer
are whole in every process.
"""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.tensor.parallel import ColwiseParallel, ParallelStyle, RowwiseParallel, parallelize_module

from kit.errors import ParameterError, UnsupportedError
from kit.i18n import _
from kit.tuning.layouts.decoder import base_of, decoder_layers
from kit.tuning.layouts.gradients import sum_gradients
from kit.tuning.layouts.plain import Layout
from kit.tuning.layouts.sharded import Sharded

_COLUMNS = ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj")
_ROWS = ("o_proj", "down_proj")
_ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
_OF_A_HEAD = ("q_norm", "k_norm")


class Matrices(Layout):
    """The processes of a group divide every matrix; groups read rows of their own."""

    divided = True

    def _divide(self) -> None:
        self._shared_by_heads = divide_matrices(self.loss.model, self.places.across("sharers"))

    def _sum_gradients(self) -> None:
        _sum_over_heads(self, self._shared_by_heads)
        super()._sum_gradients()


class ShardedMatrices(Sharded):
    """The processes of a group divide every matrix, and over the groups each part is divided once more."""

    def _divide(self) -> None:
        self._shared_by_heads = divide_matrices(self.loss.model, self.places.across("sharers"))
        super()._divide()

    def _sum_gradients(self) -> None:
        super()._sum_gradients()
        _sum_over_heads(self, self._shared_by_heads)


def divide_matrices(model: Any, mesh: DeviceMesh) -> list[str]:
    """Leave of each layer of `model` what one process of `mesh` computes.

    Returns
    -------
    list of str
        Trained weights that every process has whole, but of whose gradient it only finds what its own heads add.

    Raises
    ------
    ParameterError
        So many processes cannot divide the heads of this model.
    UnsupportedError
        The layers are not of the usual kind.
    """
    check_heads(base_of(model).config.get_text_config(), mesh.size())
    for layer in decoder_layers(model):
        parallelize_module(layer, mesh, cuts_of(layer))
    model.to(mesh.device_type)  # what was not cut; where it was loaded elsewhere
    trained = (name for name, p in model.named_parameters() if p.requires_grad)
    return [name for name in trained if any(f".{norm}." in name for norm in _OF_A_HEAD)]


def check_heads(config: Any, processes: int) -> None:
    """Refuse a number of processes that cannot divide the heads of a model.

    Raises
    ------
    ParameterError
    """
    heads = config.num_attention_heads
    kv_heads = getattr(config, "num_key_value_heads", None) or heads
    width = getattr(config, "intermediate_size", None) or heads
    fit = [n for n in range(1, min(kv_heads, 64) + 1) if not (heads % n or kv_heads % n or width % n)]
    if processes in fit:
        return
    allowed = _("one of {fit} processes for each copy of a model with {heads} heads and {kv_heads} key-value heads")
    raise ParameterError(
        "processes",
        processes,
        allowed=allowed.format(fit=", ".join(map(str, fit)), heads=heads, kv_heads=kv_heads),
        fix=_('Change processes or group_size, or choose layout="fsdp".'),
    )


def cuts_of(layer: nn.Module) -> dict[str, ParallelStyle]:
    """Return how each matrix of `layer` is cut, by its place in it.

    Raises
    ------
    UnsupportedError
        Its parts are not of the usual kind, and would not fit together.
    """
    plan: dict[str, ParallelStyle] = {}
    for parent, module in layer.named_modules():
        matrices = {name: each for name, each in module.named_children() if _is_matrix(each)}
        if not matrices.keys() & {*_COLUMNS, *_ROWS}:
            continue
        _check_known(module, matrices)
        for name, matrix in matrices.items():
            if name in _COLUMNS:
                plan |= _cut(f"{parent}.{name}", matrix, "lora_B", ColwiseParallel)
            elif name in _ROWS:
                plan |= _cut(f"{parent}.{name}", matrix, "lora_A", RowwiseParallel)
    return plan


def _cut(place: str, matrix: nn.Module, half: str, style: type[ParallelStyle]) -> dict[str, ParallelStyle]:
    if not hasattr(matrix, "base_layer"):
        return {place: style()}
    adapters = getattr(matrix, half)
    return {f"{place}.base_layer": style(), **{f"{place}.{half}.{name}": style() for name in adapters}}


def _is_matrix(module: nn.Module) -> bool:
    return isinstance(getattr(module, "base_layer", module), nn.Linear)


def _check_known(module: nn.Module, matrices: dict[str, nn.Module]) -> None:
    """Refuse a layer whose parts do not fit together once they are cut, such as one that computes q, k and v at once.

    Raises
    ------
    UnsupportedError
    """
    attention = bool(matrices.keys() & set(_ATTENTION))
    wanted = set(_ATTENTION) if attention else {"up_proj", "down_proj"}
    others = matrices.keys() - {*_COLUMNS, *_ROWS}
    own = [name for name, _p in module.named_parameters(recurse=False)]
    if wanted - matrices.keys() or others or own or (attention and not _norms_one_head(module)):
        kind = type(module).__name__
        problem = _("The matrices of {kind} cannot be divided over processes: it is not of the usual kind.")
        raise UnsupportedError(problem.format(kind=kind), fix=_('Choose layout="fsdp" or "pp".'))


def _norms_one_head(attention: nn.Module) -> bool:
    """Do norms of queries and keys, where there are any, look at one head at a time?"""
    size = getattr(attention, "head_dim", None)
    norms = [getattr(attention, name) for name in _OF_A_HEAD if hasattr(attention, name)]
    return all(p.numel() == size for norm in norms if norm is not None for p in norm.parameters())


def _sum_over_heads(layout: Layout, names: list[str]) -> None:
    if names:
        weights = [layout.weights[name] for name in names]
        sum_gradients(weights, lambda flat: layout.places.sum(flat, "sharers"))

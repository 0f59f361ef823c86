"""Which type each tensor gets: the mixtures that llama.cpp's own quantizer makes under these names.

Q4_K_M and Q5_K_M hold the output layer in Q6_K, and so the values of attention and the last layer of each block in
half of all blocks: the first and last eighth, and every third between (`use_more_bits` in llama-quant.cpp). A row whose
length the blocks of 256 do not divide gets the nearest type with blocks of 32. In one point these recipes differ: for
Q4_0 with an importance matrix, llama.cpp holds an eighth of the blocks in Q4_1; here they are Q4_0 like the others.
"""

from __future__ import annotations

from collections.abc import Iterable

from kit.engines.llamacpp.blocks import block_of

# By method without "gguf-" and "-imatrix": the type of most, the type of those with more, and the type of the output.
_RECIPES = {
    "bf16": ("bf16", "bf16", "bf16"),
    "f16": ("f16", "f16", "f16"),
    "q8_0": ("q8_0", "q8_0", "q8_0"),
    "q6_k": ("q6_k", "q6_k", "q6_k"),
    "q5_k_m": ("q5_k", "q6_k", "q6_k"),
    "q4_k_m": ("q4_k", "q6_k", "q6_k"),
    "q4_0": ("q4_0", "q4_0", "q6_k"),
}
# llama.cpp's numbers for what most of a file is: LlamaFileType.
FILE_TYPES = {"bf16": 32, "f16": 1, "q8_0": 7, "q6_k": 18, "q5_k_m": 17, "q4_k_m": 15, "q4_0": 2}
_SHORTER = {"q3_k": "iq4_nl", "q4_k": "q5_0", "q5_k": "q5_1", "q6_k": "q8_0"}  # for rows that 256 does not divide


def base_of(method: str) -> str:
    """Return the recipe of a method, such as "q4_k_m" of "gguf-q4_k_m-imatrix"."""
    return method.removeprefix("gguf-").removesuffix("-imatrix")


def types(shapes: Iterable[tuple[str, tuple[int, ...]]], recipe: str, *, blocks: int) -> dict[str, str]:
    """Return the type of each tensor.

    Parameters
    ----------
    shapes : iterable of (name, shape)
        As GGUF calls them.
    recipe : str
        Such as "q4_k_m".
    blocks : int
        Layers of the model.
    """
    shapes = list(shapes)
    most, more, output = _RECIPES[recipe]
    last = "output.weight" if any(name == "output.weight" for name, _shape in shapes) else "token_embd.weight"
    found = {}
    for name, shape in shapes:
        wanted = most
        if name == last:
            wanted = output
            if shape[-1] % block_of(output) and output != most:
                wanted = "q8_0"
        elif name.endswith(("attn_v.weight", "ffn_down.weight")) and gets_more(int(name.split(".")[1]), blocks):
            wanted = more
        found[name] = fitting(wanted, shape)
    return found


def fitting(wanted: str, shape: tuple[int, ...]) -> str:
    """Return `wanted`, or the nearest type whose blocks divide the rows of such a tensor; vectors stay as they are."""
    if len(shape) < 2:
        return "f32"
    if shape[-1] % block_of(wanted) == 0:
        return wanted
    shorter = _SHORTER.get(wanted, "f16")
    return shorter if shape[-1] % block_of(shorter) == 0 else "f16"


def gets_more(block: int, blocks: int) -> bool:
    """Does this block of layers get more bits where some do?"""
    eighth = blocks // 8
    return block < eighth or block >= 7 * blocks // 8 or (block - eighth) % 3 == 2

"""The C functions of llama.cpp that are used, as the xllamacpp package carries them.

The package offers Python a server and no model; but its compiled module holds all of llama.cpp and exports the C
functions, so it is opened a second time, as a plain library. Structures that are passed by value are in `parameters`.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
from ctypes import POINTER, c_bool, c_char_p, c_float, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from pathlib import Path
from typing import Any

from kit.engines.llamacpp.parameters import Batch, Block, check_defaults
from kit.errors import MissingPackageError, UnsupportedError
from kit.i18n import _

PACKAGE = "xllamacpp"

_INTS = POINTER(c_int32)
# What each function takes and returns, as in llama.h and ggml.h.
_FUNCTIONS: dict[str, tuple[list[Any], Any]] = {
    "llama_backend_init": ([], None),
    "llama_log_set": ([c_void_p, c_void_p], None),
    "llama_model_default_params": ([], Block),
    "llama_context_default_params": ([], Block),
    "llama_model_load_from_file": ([c_char_p, Block], c_void_p),
    "llama_model_free": ([c_void_p], None),
    "llama_model_get_vocab": ([c_void_p], c_void_p),
    "llama_model_size": ([c_void_p], c_int64),
    "llama_model_n_ctx_train": ([c_void_p], c_int32),
    "llama_model_chat_template": ([c_void_p, c_char_p], c_char_p),
    "llama_init_from_model": ([c_void_p, Block], c_void_p),
    "llama_free": ([c_void_p], None),
    "llama_set_n_threads": ([c_void_p, c_int32, c_int32], None),
    "llama_n_ctx": ([c_void_p], c_uint32),
    "llama_n_batch": ([c_void_p], c_uint32),
    "llama_get_memory": ([c_void_p], c_void_p),
    "llama_memory_clear": ([c_void_p, c_bool], None),
    "llama_memory_seq_rm": ([c_void_p, c_int32, c_int32, c_int32], c_bool),
    "llama_batch_init": ([c_int32, c_int32, c_int32], Batch),
    "llama_batch_free": ([Batch], None),
    "llama_decode": ([c_void_p, Batch], c_int32),
    "llama_get_logits": ([c_void_p], POINTER(c_float)),
    "llama_vocab_n_tokens": ([c_void_p], c_int32),
    "llama_tokenize": ([c_void_p, c_char_p, c_int32, _INTS, c_int32, c_bool, c_bool], c_int32),
    "llama_state_seq_get_size": ([c_void_p, c_int32], c_size_t),
    "llama_state_seq_get_data": ([c_void_p, c_void_p, c_size_t, c_int32], c_size_t),
    "llama_state_seq_set_data": ([c_void_p, c_void_p, c_size_t, c_int32], c_size_t),
    "ggml_quantize_init": ([c_int], None),
    "ggml_quantize_chunk": ([c_int, c_void_p, c_void_p, c_int64, c_int64, c_int64, c_void_p], c_size_t),
    "ggml_row_size": ([c_int, c_int64], c_size_t),
}

# Takes what llama.cpp says to its own developers; kept here, since the library calls it as long as it lives.
_hear_nothing = ctypes.CFUNCTYPE(None, c_int, c_char_p, c_void_p)(lambda _level, _text, _data: None)


@functools.lru_cache(maxsize=1)
def llama() -> Any:
    """Return llama.cpp, opened once.

    Raises
    ------
    MissingPackageError
        The package is not installed.
    UnsupportedError
        Its llama.cpp is not one whose structures are known.
    """
    library = ctypes.CDLL(str(_file()))
    for name, (arguments, returned) in _FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError as exc:
            problem = _("This version of {package} has no function {name}.").format(package=PACKAGE, name=name)
            raise UnsupportedError(problem, fix=_fix()) from exc
        function.argtypes, function.restype = arguments, returned
    check_defaults(library, _fix())
    library.llama_log_set(_hear_nothing, None)
    library.llama_backend_init()
    return library


def _file() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec is not None else []:
        found = sorted(Path(folder).glob(f"{PACKAGE}*.so")) or sorted(Path(folder).glob(f"{PACKAGE}*.pyd"))
        if found:
            return found[0]
    raise MissingPackageError(PACKAGE, needed_for="llama.cpp", extra="engines")


def _fix() -> str:
    return _("Install the version that was tested: pip install '{package}==2026.10.11549'.").format(package=PACKAGE)

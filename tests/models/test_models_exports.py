"""The room is light to import and shows what it says."""

from __future__ import annotations

import subprocess
import sys
import types

import kit.models


def test_importing_loads_nothing_heavy() -> None:
    heavy = [
        "torch",
        "transformers",
        "huggingface_hub",
        "gguf",
        "safetensors",
        "pandas",
        "pyarrow",
        "scipy",
        "mlflow",
        "tqdm",
    ]
    script = "import sys, kit.models; print(sorted(set(sys.argv[1:]) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_all_is_what_is_there() -> None:
    shown = {
        name
        for name, value in vars(kit.models).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert shown == set(kit.models.__all__)

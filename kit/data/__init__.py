"""Data: read, checked, divided, and turned into prompts."""

from kit.data.bundled import datasets
from kit.data.dataset import Dataset
from kit.data.load import load_data, open_data
from kit.data.spec import DataSpec

__all__ = ["DataSpec", "Dataset", "datasets", "load_data", "open_data"]

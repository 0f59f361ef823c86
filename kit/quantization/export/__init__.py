"""Models written out for whoever runs them, and proven to be what they were."""

from kit.quantization.export.spec import ExportSpec

__all__ = ["ExportSpec"]

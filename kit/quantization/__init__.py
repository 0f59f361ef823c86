"""Ways of holding weights in fewer bits. Only light names are exported; heavy modules are imported when used."""

from kit.quantization import known
from kit.quantization.registry import Method, get_method, methods, register

__all__ = ["Method", "get_method", "known", "methods", "register"]

"""One copy of the weights for every visitor: a service beside all kernels that speaks OpenAI's protocol."""

from kit.service.found import Found, ensure, find, stop
from kit.service.spec import ServiceSpec

__all__ = ["Found", "ServiceSpec", "ensure", "find", "stop"]

# For pyright, when it reads this package: every operation takes and returns anything. From Keras's source it would infer that an operation
# returns a tensor or None, or what the numpy and OpenVINO backends return.

from typing import Any

def __getattr__(name: str) -> Any: ...

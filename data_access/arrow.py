"""Arrow as this package uses it: arrays in annotations, and the compute kernels.

The published stubs lag behind pyarrow and refuse what its kernels accept, so to the type checker
both are Any.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow.compute

#: A pyarrow Array.
Array: TypeAlias = Any

#: pyarrow.compute.
kernels: Any = pyarrow.compute

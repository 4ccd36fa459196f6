"""Chalkgrad: the PyTorch you can read.

`import autograd as torch` reads like PyTorch: the same names, the same numbers, NumPy arrays inside, and every number
of a backward pass visible.
"""

import importlib as _importlib
import warnings as _warnings
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from autograd import aliases as _aliases
from autograd import cuda, errors, function, hooks, kernels, versions
from autograd._tensor import Size, Tensor
from autograd.anomaly import detect_anomaly, is_anomaly_enabled
from autograd.backward import backward, grad
from autograd.checking import gradcheck, gradgradcheck
from autograd.creation import (
    arange,
    as_tensor,
    asarray,
    edited,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    is_tensor,
    linspace,
    numel,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from autograd.device import device
from autograd.dtypes import bool_ as bool
from autograd.dtypes import (
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from autograd.dtypes import float16 as half
from autograd.dtypes import float32 as float
from autograd.dtypes import float64 as double
from autograd.dtypes import int16 as short
from autograd.dtypes import int32 as int
from autograd.dtypes import int64 as long
from autograd.function import Function
from autograd.generator import Generator, default_generator
from autograd.hooks import watch
from autograd.modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from autograd.op import OUT, Op
from autograd.ops.compare import (
    allclose,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    eq,
    equal,
    ge,
    gt,
    isclose,
    isfinite,
    isinf,
    isnan,
    le,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    ne,
)
from autograd.ops.elementwise import (
    abs,
    add,
    clamp,
    clip,
    clone,
    cos,
    div,
    exp,
    floor,
    floor_divide,
    log,
    log1p,
    maximum,
    minimum,
    mul,
    multiply,
    neg,
    negative,
    pow,
    reciprocal,
    relu,
    remainder,
    sigmoid,
    sign,
    sin,
    sqrt,
    sub,
    tanh,
    where,
)
from autograd.ops.index import masked_fill
from autograd.ops.join import cat, chunk, concat, concatenate, split, stack, unbind
from autograd.ops.linalg import dot, matmul, mm, mv
from autograd.ops.reduce import (
    all,
    any,
    argmax,
    argmin,
    log_softmax,
    logsumexp,
    max,
    mean,
    min,
    softmax,
    std,
    sum,
    var,
)
from autograd.ops.shape import (
    broadcast_to,
    expand,
    flatten,
    permute,
    ravel,
    reshape,
    squeeze,
    swapaxes,
    t,
    transpose,
    unsqueeze,
)
from autograd.random import (
    get_rng_state,
    initial_seed,
    manual_seed,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    seed,
    set_rng_state,
)

__all__ = [
    "OUT",
    "Function",
    "Generator",
    "Op",
    "Size",
    "Tensor",
    "abs",
    "add",
    "all",
    "allclose",
    "any",
    "arange",
    "argmax",
    "argmin",
    "as_tensor",
    "asarray",
    "backward",
    "bitwise_and",
    "bitwise_not",
    "bitwise_or",
    "bitwise_xor",
    "bool",
    "broadcast_to",
    "cat",
    "chunk",
    "clamp",
    "clip",
    "clone",
    "concat",
    "concatenate",
    "cos",
    "cuda",
    "default_generator",
    "detect_anomaly",
    "device",
    "div",
    "dot",
    "double",
    "dtype",
    "edited",
    "empty",
    "empty_like",
    "enable_grad",
    "eq",
    "equal",
    "errors",
    "exp",
    "expand",
    "eye",
    "flatten",
    "float",
    "float16",
    "float32",
    "float64",
    "floor",
    "floor_divide",
    "from_numpy",
    "full",
    "full_like",
    "function",
    "ge",
    "get_default_dtype",
    "get_rng_state",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "gt",
    "half",
    "hooks",
    "initial_seed",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "is_tensor",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "kernels",
    "le",
    "linspace",
    "log",
    "log1p",
    "log_softmax",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logsumexp",
    "long",
    "lt",
    "manual_seed",
    "masked_fill",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mm",
    "mul",
    "multiply",
    "mv",
    "ne",
    "neg",
    "negative",
    "no_grad",
    "numel",
    "ones",
    "ones_like",
    "permute",
    "pow",
    "rand",
    "rand_like",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "ravel",
    "reciprocal",
    "relu",
    "remainder",
    "reshape",
    "seed",
    "set_default_dtype",
    "set_grad_enabled",
    "set_rng_state",
    "short",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "split",
    "sqrt",
    "squeeze",
    "stack",
    "std",
    "sub",
    "sum",
    "swapaxes",
    "t",
    "tanh",
    "tensor",
    "transpose",
    "uint8",
    "unbind",
    "unsqueeze",
    "var",
    "versions",
    "watch",
    "where",
    "zeros",
    "zeros_like",
]

__version__ = "0.1.0"

#: Tells this package from the other distribution named `autograd`.
__chalkgrad__ = True

# As in PyTorch, 1/0 is inf and log(-1) is nan without a word; `detect_anomaly` finds where. Only this package's own
# calls are silenced: NumPy goes on warning about everybody else's.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"(autograd|nn)\.")

_aliases.install()

#: Found on first use, so that `import autograd` loads NumPy and nothing else: name -> module, attribute of it.
_LAZY = {
    "nn": ("nn", None),
    "optim": ("nn.optim", None),
    "utils": ("autograd.utils", None),
    "autograd": ("autograd", None),
    "draw": ("autograd.drawing", "draw"),
    "Graph": ("autograd.drawing", "Graph"),
}


def __getattr__(name: str) -> _Any:
    """Find what `import autograd` does not load at once, and the dtype tokens (`FloatTensor`)."""
    if name in _LAZY:
        module_name, attribute = _LAZY[name]
        module = _importlib.import_module(module_name)
        return module if attribute is None else getattr(module, attribute)
    from autograd.dtypes import TOKENS

    if name in TOKENS:
        return TOKENS[name]
    raise AttributeError(f"module 'autograd' has no attribute '{name}'")


if _TYPE_CHECKING:
    from autograd.drawing import Graph as Graph
    from autograd.drawing import draw as draw

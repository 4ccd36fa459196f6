"""Chalkgrad: the PyTorch you can read.

`import autograd as torch` reads like PyTorch: the same names, the same numbers, NumPy arrays inside, and every number
of a backward pass visible.
"""

import importlib as _importlib
import math as _math
import warnings as _warnings
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from autograd import (
    accelerator,
    backends,
    cuda,
    direct,
    errors,
    function,
    graph,
    hooks,
    kernels,
    return_types,
    special,
    versions,
)
from autograd import aliases as _aliases
from autograd import creation as _creation
from autograd import edits as _edits
from autograd import questions as _questions
from autograd import random as _random
from autograd import values as _values
from autograd._tensor import Size, Tensor
from autograd.anomaly import detect_anomaly, is_anomaly_check_nan_enabled, is_anomaly_enabled, set_detect_anomaly
from autograd.backends import are_deterministic_algorithms_enabled, use_deterministic_algorithms
from autograd.backward import backward, grad
from autograd.checking import gradcheck, gradgradcheck
from autograd.creation import *
from autograd.device import (
    channels_last,
    channels_last_3d,
    contiguous_format,
    device,
    get_default_device,
    layout,
    memory_format,
    preserve_format,
    set_default_device,
    strided,
)
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
from autograd.edits import *
from autograd.function import Function
from autograd.generator import Generator, default_generator
from autograd.hooks import watch
from autograd.inference import inference_mode, is_inference_mode_enabled
from autograd.modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from autograd.op import OUT, Op
from autograd.ops import arithmetic as _arithmetic
from autograd.ops import choices as _choices
from autograd.ops import compare as _compare
from autograd.ops import counting as _counting
from autograd.ops import decompositions as _decompositions
from autograd.ops import diagonals as _diagonals
from autograd.ops import einsum as _einsum
from autograd.ops import elementwise as _elementwise
from autograd.ops import extremes as _extremes
from autograd.ops import flips as _flips
from autograd.ops import gather as _gather
from autograd.ops import grids as _grids
from autograd.ops import index as _index
from autograd.ops import inverses as _inverses
from autograd.ops import join as _join
from autograd.ops import layout as _layout
from autograd.ops import linalg as _linalg
from autograd.ops import masks as _masks
from autograd.ops import norms as _norms
from autograd.ops import parts as _parts
from autograd.ops import products as _products
from autograd.ops import reduce as _reduce
from autograd.ops import rounding as _rounding
from autograd.ops import scan as _scan
from autograd.ops import scatter as _scatter
from autograd.ops import shape as _shape
from autograd.ops import softmax as _softmax
from autograd.ops import sorting as _sorting
from autograd.ops import special as _special
from autograd.ops import tiling as _tiling
from autograd.ops import trigonometry as _trigonometry
from autograd.ops.arithmetic import *
from autograd.ops.choices import *
from autograd.ops.compare import *
from autograd.ops.counting import *
from autograd.ops.decompositions import *
from autograd.ops.diagonals import *
from autograd.ops.einsum import *
from autograd.ops.elementwise import *
from autograd.ops.extremes import *
from autograd.ops.flips import *
from autograd.ops.gather import *
from autograd.ops.grids import *
from autograd.ops.index import *
from autograd.ops.inverses import *
from autograd.ops.join import *
from autograd.ops.layout import *
from autograd.ops.linalg import *
from autograd.ops.masks import *
from autograd.ops.norms import *
from autograd.ops.parts import *
from autograd.ops.products import *
from autograd.ops.reduce import *
from autograd.ops.rounding import *
from autograd.ops.scan import *
from autograd.ops.scatter import *
from autograd.ops.shape import *
from autograd.ops.softmax import *
from autograd.ops.sorting import *
from autograd.ops.special import *
from autograd.ops.tiling import *
from autograd.ops.trigonometry import *
from autograd.printing import set_printoptions
from autograd.questions import *
from autograd.random import *
from autograd.threads import get_num_threads, set_num_threads
from autograd.values import *

__all__ = [
    "OUT",
    "Function",
    "Generator",
    "Op",
    "Size",
    "Tensor",
    "accelerator",
    "are_deterministic_algorithms_enabled",
    "backends",
    "backward",
    "bool",
    "channels_last",
    "channels_last_3d",
    "contiguous_format",
    "cuda",
    "default_generator",
    "detect_anomaly",
    "device",
    "direct",
    "double",
    "dtype",
    "e",
    "enable_grad",
    "errors",
    "float",
    "float16",
    "float32",
    "float64",
    "function",
    "get_default_device",
    "get_default_dtype",
    "get_num_threads",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "half",
    "hooks",
    "inf",
    "inference_mode",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_anomaly_check_nan_enabled",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "kernels",
    "layout",
    "long",
    "memory_format",
    "nan",
    "newaxis",
    "no_grad",
    "pi",
    "preserve_format",
    "return_types",
    "set_default_device",
    "set_default_dtype",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_num_threads",
    "set_printoptions",
    "short",
    "special",
    "strided",
    "uint8",
    "use_deterministic_algorithms",
    "versions",
    "watch",
]

# What the families of operations offer, each its own list.
for _family in (
    _arithmetic, _choices, _compare, _counting, _creation, _decompositions, _diagonals, _edits, _einsum, _elementwise,
    _extremes, _flips, _gather, _grids, _index, _inverses, _join, _layout, _linalg, _masks, _norms, _parts, _products,
    _questions, _random, _reduce, _rounding, _scan, _scatter, _shape, _softmax, _sorting, _special, _tiling,
    _trigonometry, _values,
):  # fmt: skip
    __all__ += _family.__all__

inf, nan, pi, e = _math.inf, _math.nan, _math.pi, _math.e
newaxis = None

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
    "func": ("autograd.func", None),
    "functional": ("autograd.functional", None),
    "io": ("autograd.io", None),
    "load": ("autograd.io", "load"),
    "save": ("autograd.io", "save"),
    "vmap": ("autograd.batches", "vmap"),
    "linalg": ("autograd.linalg", None),
    "draw": ("autograd.drawing", "draw"),
    "Graph": ("autograd.drawing", "Graph"),
    "explain": ("autograd.derivation", "explain"),
    "Derivation": ("autograd.derivation", "Derivation"),
    "step_through": ("autograd.stepping", "step_through"),
    "Recorder": ("autograd.stepping", "Recorder"),
    "StepThrough": ("autograd.stepping", "StepThrough"),
}


def __getattr__(name: str) -> _Any:
    """Find what `import autograd` does not load at once, and the dtype tokens (`FloatTensor`)."""
    if name in _LAZY:
        module_name, attribute = _LAZY[name]
        module = _importlib.import_module(module_name)
        return module if attribute is None else getattr(module, attribute)
    from autograd.dtypes import NOT_PROVIDED, TOKENS, not_provided

    if name in TOKENS:
        return TOKENS[name]
    why = f": {not_provided(name)}" if name in NOT_PROVIDED else ""
    raise AttributeError(f"module 'autograd' has no attribute '{name}'{why}")


def __dir__() -> list[str]:
    """Name what is found on first use as well, and nothing private, so that editors offer what there is."""
    from autograd.dtypes import TOKENS

    names = {*globals(), *_LAZY, *TOKENS}
    return sorted(name for name in names if name.startswith("__") or not name.startswith("_"))


if _TYPE_CHECKING:
    import autograd as autograd
    import nn as nn
    from autograd import func as func
    from autograd import functional as functional
    from autograd import linalg as linalg
    from autograd import utils as utils
    from autograd.batches import vmap as vmap
    from autograd.derivation import Derivation as Derivation
    from autograd.derivation import explain as explain
    from autograd.drawing import Graph as Graph
    from autograd.drawing import draw as draw
    from autograd.io import load as load
    from autograd.io import save as save
    from autograd.stepping import Recorder as Recorder
    from autograd.stepping import StepThrough as StepThrough
    from autograd.stepping import step_through as step_through
    from nn import optim as optim

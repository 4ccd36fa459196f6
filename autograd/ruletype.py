"""What a class of derivative rules gets besides what is written in it: slots, PyTorch's name, methods of its own."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from types import FunctionType
from typing import Any

_absent: Any = object()


def _initialiser(names: Sequence[str]) -> Any:
    """Return the `__init__` that sets the attributes of a rule: `Sum(dim=0, keepdim=False)`.

    Written out for the names, as `dataclasses` does it: a loop over keywords would take twice as long.
    """
    arguments = ", ".join(f"{name}=_absent" for name in names)
    lines = [f"    if {name} is not _absent: self.{name} = {name}" for name in names]
    namespace = {"_absent": _absent}
    exec("\n".join([f"def __init__(self, *, {arguments}):", *lines]), namespace)
    return namespace["__init__"]


def with_own_code(function: Any, name: str) -> Any:
    """Return a copy of a function, under a name of its own, with a code object of its own.

    The interpreter adapts bytecode to the types it meets, per code object. One shared by all rules would meet them all.
    """
    code = function.__code__.replace(co_name=name, co_qualname=name)
    own = FunctionType(code, function.__globals__, name, function.__defaults__, function.__closure__)
    own.__doc__ = function.__doc__
    own.__annotations__ = function.__annotations__
    return own


#: `Op.apply` for a fixed number of inputs: half of the time of a loop, and this is what most operations go through.
_APPLY = """
def apply(self, {inputs}):
    self.extra = self.shapes = self.memo = None
    {arrays_of_inputs}
    z = self.forward({arrays})
    if type(z) is tuple:
        return several(self, ({inputs},), ({arrays},), z)
    t = _new(tensor_class)
    t._array = z
    t._dtype = z.dtype
    shape = t._shape = z.shape
    t._grad = t._family = t._extra = None
    if {broadcast}:
        self.shapes = ({shapes},)
    mode = state.mode if special else True
    if mode and ({needed}) and t._dtype.kind == "f":
        self.edges = ({edges},)
        self.seq = tick()
        self.saved = ({saved})
        t._node = self
        t._needs = True
        if mode is not True:
            mode.made(self, ({inputs},), z)
    else:
        t._node = None
        t._needs = False
    return t
"""


def inputs_of(forward: Any) -> int:
    """Return how many inputs a `forward` takes; 0 if not always the same number, or if it is no plain method."""
    code = getattr(forward, "__code__", None)
    if code is None or forward.__defaults__ or code.co_flags & inspect.CO_VARARGS:
        return 0
    return int(code.co_argcount) - 1


def written_out(rule: Any, n: int, names: dict[str, Any]) -> Any:
    """Return `apply` for a rule of `n` inputs; `names` are the global names that it uses."""

    def each(text: str, separator: str = ", ") -> str:
        return separator.join(text.format(i) for i in range(n))

    source = _APPLY.format(
        inputs=each("input{0}"),
        arrays_of_inputs=each("x{0} = input{0}._array", "; "),
        arrays=each("x{0}"),
        broadcast=each("input{0}._shape != shape", " or ") if rule.broadcasts else "False",
        shapes=each("input{0}._shape"),
        needed=each("input{0}._needs", " or "),
        edges=each("((input{0}._node or input{0}) if input{0}._needs else None)"),
        saved="".join([f"x{at}, " if isinstance(at, int) else "z, " for at in rule.saves if not isinstance(at, tuple)]),
    )
    namespace: dict[str, Any] = {}
    exec(compile(source, f"<apply of {rule.__qualname__}>", "exec"), names, namespace)
    apply = namespace["apply"]
    apply.__qualname__ = f"{rule.__qualname__}.apply"
    apply.__doc__ = "Compute the rule's value for its inputs, and record it."
    return apply


class RuleType(type):
    """Gives each rule its slots, PyTorch's name for the node and, where it has several outputs, its ports."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> type:
        """Complete what stands in the class body, and make the class."""
        slots = namespace.setdefault("__slots__", ())
        inherited = [name for base in bases for name in getattr(base, "attributes", ())]
        namespace["attributes"] = (*inherited, *[name for name in slots if name != "shapes"])
        if slots and namespace["attributes"]:
            # Only rules with attributes have an initialiser: making one of the others then costs least.
            namespace.setdefault("__init__", _initialiser(namespace["attributes"]))
        cls = super().__new__(mcls, name, bases, namespace, **kwargs)
        cls.__name__ = namespace.get("torch_name", f"{name}Backward0")
        return cls

"""What a class of derivative rules gets besides what is written in it: slots, PyTorch's name, an initialiser."""

from __future__ import annotations

from collections.abc import Sequence
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

"""The table of docs/tensor.md: which functions and methods there are, read off the package.

`python -m tests.tensor_page` writes it anew, between two markers in the page.
"""

from __future__ import annotations

import importlib
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import autograd
from autograd import Tensor
from autograd.tape import Leaf

PAGE = Path(__file__).resolve().parent.parent / "docs" / "tensor.md"
BEGIN = "<!-- `python -m tests.tensor_page` writes from here -->\n"
END = "<!-- to here -->\n"

#: Families, in the order of the page, and the modules that they are made of.
FAMILIES = {
    "Elementwise": (
        "ops.arithmetic ops.elementwise ops.trigonometry ops.rounding ops.choices ops.special methods.elementwise"
    ),
    "Comparisons, logic": "ops.compare methods.compare",
    "Reductions": "ops.reduce ops.extremes ops.norms ops.softmax methods.reduce",
    "Scans, order, counting": "ops.scan ops.sorting ops.counting",
    "Linear algebra": (
        "ops.linalg ops.products ops.einsum ops.diagonals ops.inverses ops.decompositions methods.linalg"
    ),
    "Shape": (
        "ops.shape ops.join ops.parts ops.tiling ops.flips ops.grids ops.layout ops.reframe "
        "methods.shape methods.layout"
    ),
    "Index": "ops.index ops.gather ops.scatter ops.masks methods.index",
    "Creation": "creation values",
    "Random numbers": "random generator",
    "Dtypes and devices": "dtypes conversion questions device",
    "Gradients": "backward function modes inference anomaly checking batches",
    "Settings": "backends printing threads",
    "Files": "io",
    "The tensor itself": "_tensor edits",
}
#: Modules whose names are called by their path.
NAMESPACES = ("linalg", "special", "func", "autograd.functional", "autograd.graph", "utils.checkpoint")
#: Names that PyTorch does not have, or has for something else.
OURS = {"Graph", "Op", "draw", "edited", "func.value_and_grad", "watch"}
#: What the tape reads off a leaf as it does off a node: no business of a program's.
OF_THE_TAPE = {name for name in vars(Leaf) if not name.startswith("_")} - {"grad"}


class Forms(NamedTuple):
    """In which forms there is something of a name: `autograd.relu`, `Tensor.relu`, `Tensor.relu_`."""

    function: bool
    method: bool
    in_place: bool

    def __str__(self) -> str:
        return ", ".join(field.replace("_", " ") for field, there in self._asdict().items() if there)


def functions() -> dict[str, Any]:
    """Return the functions and classes of the package by name: no modules, numbers, or dtypes."""
    found = {name: getattr(autograd, name) for name in [*autograd.__all__, "Graph", "draw", "load", "save", "vmap"]}
    return {name: value for name, value in found.items() if callable(value)}


def methods() -> dict[str, Any]:
    """Return the methods and attributes of Tensor by name; operators left out."""
    found = {name: getattr(Tensor, name) for name in dir(Tensor) if not name.startswith("_")}
    return {name: value for name, value in found.items() if name not in OF_THE_TAPE}


def base(name: str) -> str:
    """Return the name without the underscore that says "in place"."""
    return name.removesuffix("_")


def forms() -> dict[str, Forms]:
    """Return the forms of every name."""
    f, m = functions(), methods()
    bases = {name for name in (*f, *m) if not name.endswith("_")} | {base(name) for name in m}
    return {name: Forms(name in f, name in m, name + "_" in m) for name in bases}


def modules_of_names() -> dict[str, str]:
    """Return in which module each name stands: by the lists of the modules, then by the class of a method."""
    places: dict[str, str] = {}
    for cls in Tensor.__mro__:
        places |= {base(name): cls.__module__ for name in vars(cls) if name not in places}
    for name, value in (*methods().items(), *functions().items()):
        written = getattr(getattr(value, "fget", value), "__module__", None) or ""
        if family_of(written) is not None:  # and not where a factory of functions stands
            places[base(name)] = written
    for path in " ".join(FAMILIES.values()).split():
        module = importlib.import_module(f"autograd.{path}")
        places |= {name: module.__name__ for name in getattr(module, "__all__", ()) if not name.endswith("_")}
    return places


def family_of(module: str) -> str | None:
    """Return the family that a module belongs to."""
    path = module.removeprefix("autograd.")
    return next((family for family, paths in FAMILIES.items() if path in paths.split()), None)


def named(names: Iterable[str]) -> str:
    """Return names as the page lists them."""
    return " ".join(f"`{name}`" for name in sorted(names, key=str.lower))


def in_namespace(path: str) -> list[str]:
    """Return the functions and classes of a module."""
    module = importlib.import_module(f"autograd.{path.removeprefix('autograd.')}")
    written = [name for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__]
    names: list[str] = getattr(module, "__all__", written)
    return [
        name
        for name in names
        if not name.startswith("_") and callable(getattr(module, name)) and f"{path}.{name}" not in OURS
    ]


def table() -> str:
    """Return the table: a row for the names of a family that exist in the same forms."""
    places = modules_of_names()
    found: defaultdict[str, defaultdict[Forms, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, there in forms().items():
        if name not in OURS:
            family = family_of(places[name])
            assert family is not None, f"{name} of {places[name]}: name the module in FAMILIES"
            found[family][there].append(name if there.function or there.method else name + "_")
    lines = ["| Family | As | Names |", "|---|---|---|"]
    for family in FAMILIES:
        for there in sorted(found[family], reverse=True):
            lines.append(f"| {family} | {there} | {named(found[family][there])} |")
    for path in NAMESPACES:
        lines.append(f"| `{path}` | function | {named(in_namespace(path))} |")
    return "\n".join([*lines, f"| Not in PyTorch | | {named(OURS)} |"]) + "\n"


def rows(table: str) -> list[tuple[str, str, list[str]]]:
    """Return what stands in the three columns of a table."""
    found = re.findall(r"^\| (.*?) \| (?:(\w[^|]*) )?\| (`.*) \|$", table, flags=re.M)
    return [(family, form, re.findall(r"`([\w.]+)`", names)) for family, form, names in found]


def between_markers(text: str) -> str:
    """Return what stands between the markers of a page."""
    return text.partition(BEGIN)[2].partition(END)[0]


def written_into(text: str) -> str:
    """Return a page with the table of today."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written_into(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

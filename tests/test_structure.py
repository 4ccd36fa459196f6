"""How the house is built: which module may import which, what an import loads, how long a file may be.

The order of the modules is written once, as the table at the end of `docs/how-it-works.md`, and read from there.
"""

import ast
import inspect
import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import autograd
import nn
from autograd import function, op, tape

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "how-it-works.md"


def name_of(path: Path) -> str:
    """Return the dotted name of the module in a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for package in ("autograd", "nn") for path in sorted((ROOT / package).rglob("*.py"))}


def rows() -> list[list[str]]:
    """Return the modules of each row of the page's table, lowest first."""
    cells = re.findall(r"^\| (`[^|]*) \|", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return [re.findall(r"`([\w.]+)`", cell) for cell in cells]


LEVEL = {module: level for level, modules in enumerate(rows()) for module in modules}


def run_on_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that importing a module runs: not those in functions, nor those for type checkers."""
    for statement in body:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from run_on_import(statement.orelse)
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        else:
            yield statement
            for part in ("body", "orelse", "finalbody"):
                yield from run_on_import(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from run_on_import(handler.body)


def imports(source: str) -> set[str]:
    """Return the modules that importing a module with this source imports; packages on the way left out."""
    found = set()
    for statement in run_on_import(ast.parse(source).body):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            assert statement.level == 0, "imports are written in full"
            for alias in statement.names:
                inside = f"{statement.module}.{alias.name}"
                found.add(inside if inside in MODULES else str(statement.module))
    return found


IMPORTS = {module: imports(path.read_text(encoding="utf-8")) for module, path in MODULES.items()}


# ---------------------------------------------------------------------------------------------------------------------
# Imports
# ---------------------------------------------------------------------------------------------------------------------


def test_every_module_has_one_place_in_the_table() -> None:
    placed = [module for row in rows() for module in row]
    assert len(placed) == len(set(placed))
    assert set(MODULES) - set(placed) == set(), "modules that the table in docs/how-it-works.md lacks"
    assert set(placed) - set(MODULES) == set(), "modules of the table that do not exist"


def test_imports_point_to_rows_above() -> None:
    wrong = [
        f"{module} imports {other}"
        for module, others in IMPORTS.items()
        for other in sorted(others & set(MODULES))
        if LEVEL[other] >= LEVEL[module]
    ]
    assert wrong == []


def test_outside_the_standard_library_modules_import_numpy_alone() -> None:
    """Whatever else is useful (graphviz, SciPy, matplotlib) is imported by the functions that use it."""
    allowed = sys.stdlib_module_names | {"autograd", "nn", "numpy"}
    wrong = [
        f"{module} imports {other}"
        for module, others in IMPORTS.items()
        for other in sorted(others)
        if other.partition(".")[0] not in allowed
    ]
    assert wrong == []


def loaded_by(code: str) -> set[str]:
    """Return the names of the modules that come with a file and are loaded after `code` ran in a new process."""
    report = "import sys; print(*[name for name, m in sys.modules.items() if getattr(m, '__spec__', None)])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_every_module_loads_numpy_alone() -> None:
    before = {name.partition(".")[0] for name in loaded_by("")}
    every = "; ".join(f"import {module}" for module in MODULES if module != "autograd.__main__")
    packages = {name.partition(".")[0] for name in loaded_by(every)} - before - sys.stdlib_module_names
    assert packages == {"autograd", "nn", "numpy"}


def test_importing_autograd_loads_neither_networks_nor_pictures() -> None:
    loaded = loaded_by("import autograd")
    late = [m for m in MODULES if m.startswith(("nn", "autograd.drawing", "autograd.derivation", "autograd.examples"))]
    assert "autograd.tape" in loaded
    assert sorted(loaded.intersection(late)) == []
    assert not loaded & {"graphviz", "pygraphviz", "scipy", "matplotlib", "torch"}


def test_nn_uses_what_autograd_makes_public() -> None:
    """It is written as a user would write it: no name of autograd, and no attribute of a tensor or node, with `_`."""
    private = {
        name for cls in (autograd.Tensor, op.Op) for name in dir(cls) if re.match(r"_[^_]", name)
    }  # `_version` and `_base` among them: PyTorch has those, and documents neither
    wrong = []
    for module, path in MODULES.items():
        if module.partition(".")[0] != "nn":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "autograd":
                names = [*str(node.module).split("."), *[alias.name for alias in node.names]]
            elif isinstance(node, ast.Import):
                names = [n for alias in node.names if alias.name.startswith("autograd") for n in alias.name.split(".")]
            elif isinstance(node, ast.Attribute):
                of_autograd = ast.unparse(node.value).partition(".")[0] == "autograd"
                names = [node.attr] if of_autograd or node.attr in private else []
            else:
                continue
            wrong += [f"{module}:{node.lineno} {name}" for name in names if re.match(r"_[^_]", name)]
    assert wrong == []


# ---------------------------------------------------------------------------------------------------------------------
# Size
# ---------------------------------------------------------------------------------------------------------------------


def code_lines(source: str) -> int:
    """Return the number of lines with code on them: docstrings, comments and blank lines do not count."""
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in layout:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            text = node.body[0]
            assert text.end_lineno is not None
            lines.difference_update(range(text.lineno, text.end_lineno + 1))
    return len(lines)


SIZES = {module: code_lines(path.read_text(encoding="utf-8")) for module, path in MODULES.items()}


def test_the_engine_is_read_in_an_hour() -> None:
    assert sum(SIZES[f"autograd.{name}"] for name in ("tape", "op", "modes")) <= 605


def test_a_file_is_read_in_one_sitting() -> None:
    """But for Tensor, most of whose lines say `name = function`."""
    assert {module: size for module, size in SIZES.items() if size > 420 and module != "autograd._tensor"} == {}
    assert SIZES["autograd._tensor"] <= 680


# ---------------------------------------------------------------------------------------------------------------------
# Classes and docstrings
# ---------------------------------------------------------------------------------------------------------------------


def rules(base: type[op.Op] = op.Op) -> Iterator[type[op.Op]]:
    """Yield the derivative rules of the two packages."""
    for rule in base.__subclasses__():
        if rule.__module__ in MODULES:
            yield rule
        yield from rules(rule)


def test_tensors_and_nodes_carry_no_dict() -> None:
    """One class without `__slots__` would give all its instances one, and those of its subclasses."""
    classes = [rule for rule in rules() if not issubclass(rule, function.FunctionCtx)]  # users set attributes on those
    assert len(classes) > 60
    assert [cls for cls in (autograd.Tensor, tape.Port, *classes) if cls.__dictoffset__] == []


class Plain:
    """What Python itself puts into a class."""

    annotated: int


def test_methods_stand_in_the_class_body() -> None:
    """Set from outside, they would be lost to editors, to type checkers and to readers."""
    implicit = {*vars(Plain), "__annotations_cache__"}
    for cls in (*autograd.Tensor.__mro__[:-1], tape.Node, op.Op, nn.Module, nn.Parameter):
        (body,) = [
            node.body
            for node in ast.parse(MODULES[cls.__module__].read_text(encoding="utf-8")).body
            if isinstance(node, ast.ClassDef) and node.name == cls.__qualname__
        ]
        written = {n.id for s in body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        written |= {s.name for s in body if isinstance(s, ast.FunctionDef)}
        slots = set(vars(cls).get("__slots__", ()))
        assert set(vars(cls)) - written - slots - implicit == set(), cls.__qualname__


def documented(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield a public function or class with its name, and the public methods and properties of a class."""
    yield thing.__qualname__, thing
    if inspect.isclass(thing):
        for name, member in inspect.getmembers(thing):
            ours = getattr(member, "fget", member)
            if not name.startswith("_") and getattr(ours, "__module__", None) in MODULES and callable(ours):
                yield f"{thing.__qualname__}.{name}", member


def public(module: ModuleType) -> Iterator[Any]:
    """Yield the public functions and classes that a module offers."""
    for name in dir(module):
        thing = getattr(module, name)
        if not name.startswith("_") and (inspect.isfunction(thing) or inspect.isclass(thing)):
            yield thing


def test_every_public_name_has_a_docstring() -> None:
    """Of those that a decorator or a factory makes as well, which a linter does not see."""
    offered = [thing for module in MODULES if module != "autograd.__main__" for thing in public(import_module(module))]
    offered += [autograd.draw, autograd.Graph, autograd.explain, autograd.Derivation]
    ours = [thing for thing in offered if thing.__module__ in MODULES]
    assert len(ours) > 300
    assert {name for thing in ours for name, member in documented(thing) if not inspect.getdoc(member)} == set()


# ---------------------------------------------------------------------------------------------------------------------
# Notebooks
# ---------------------------------------------------------------------------------------------------------------------


def test_notebooks_are_committed_as_they_ran() -> None:
    """Every cell once, from top to bottom, with what it printed; nothing of the machine they ran on."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        text = path.read_text(encoding="utf-8")
        notebook = json.loads(text)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1)), path.name
        outputs = [output for cell in cells for output in cell["outputs"]]
        assert {output["output_type"] for output in outputs} <= {"stream", "execute_result", "display_data"}, path.name
        assert {output.get("name", "stdout") for output in outputs} == {"stdout"}, f"{path.name} printed a warning"
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        assert notebook["metadata"]["language_info"] == {"name": "python"}
        assert not any(cell["metadata"] for cell in notebook["cells"]), path.name
        assert not re.search(r"/(home|root|tmp|Users)/|[A-Z]:\\\\", text), f"{path.name} has a path of a machine"


# ---------------------------------------------------------------------------------------------------------------------
# The checks see a fault
# ---------------------------------------------------------------------------------------------------------------------

SAMPLE = '''"""Two
lines."""
from typing import TYPE_CHECKING  # a comment

import numpy.linalg

if TYPE_CHECKING:
    import scipy
else:
    from autograd import tape, Tensor

try:
    from graphviz import Source
except ImportError:
    import pygraphviz


class A:
    from nn import losses

    def f(self):
        """One line."""
        import matplotlib

        return """no
docstring"""
'''


def test_what_counts_as_an_import() -> None:
    expected = {"typing", "numpy.linalg", "autograd.tape", "autograd", "graphviz", "pygraphviz", "nn.losses"}
    assert imports(SAMPLE) == expected


def test_what_counts_as_a_line_of_code() -> None:
    assert code_lines(SAMPLE) == 16

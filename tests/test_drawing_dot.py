"""DOT text, and pictures made of it.

The DOT text of known graphs is kept in tests/golden, and docs/graph.dot beside the README's picture docs/graph.svg.
All of these files are written by `python -m tests.drawing_examples`.
"""

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from typing import Any

import graphviz
import pytest

import autograd
import nn
from autograd.drawing import render
from tests.drawing_examples import DOCS, EXAMPLES, GOLDEN, readme
from tests.test_chain_rule_examples import leaf

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: bytes) -> list[str]:
    """Return the lines of text of a picture."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.fixture
def pygraphviz() -> None:
    """Skip the test where the extra `render` is not installed."""
    pytest.importorskip("pygraphviz")


@pytest.fixture
def no_system_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: Any, **__: Any) -> bytes:
        raise graphviz.ExecutableNotFound(["dot"])

    monkeypatch.setattr(graphviz, "pipe", absent)


@pytest.fixture
def no_renderer(no_system_dot: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render.importlib.util, "find_spec", lambda name: None)


# ---------------------------------------------------------------------------------------------------------------------
# DOT
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_golden(name: str) -> None:
    assert EXAMPLES[name]().to_dot() == (GOLDEN / f"{name}.dot").read_text(encoding="utf-8")


def test_the_picture_of_the_readme_shows_the_graph_as_it_is_drawn_now() -> None:
    dot = readme().to_dot(direction="LR")
    assert dot == (DOCS / "graph.dot").read_text(encoding="utf-8")
    lines = [line for label in re.findall(r'label="([^"]*)"', dot) for line in label.split("\\n")]
    assert Counter(texts((DOCS / "graph.svg").read_bytes())) == Counter(lines)


def test_what_a_node_is_shows_in_shape_and_colour() -> None:
    dot = (GOLDEN / "lecture_matrices.dot").read_text(encoding="utf-8")
    default = re.search(r"^  node \[(.*)\];$", dot, re.M)
    assert default is not None
    looks = {
        "op": default[1],
        "leaf": next(line for line in dot.splitlines() if 'label="W1' in line),
        "constant": next(line for line in dot.splitlines() if 'label="t\\n' in line),
    }
    shape = {kind: re.findall(r'(?:shape|style)="?([^",]*)', text) for kind, text in looks.items()}
    colour = {kind: re.findall(r"#[0-9a-f]{6}", text) for kind, text in looks.items()}
    for chosen in (shape, colour):
        assert len({tuple(values) for values in chosen.values()}) == 3
    assert "<" not in dot.replace("->", "")  # no HTML labels


def test_direction() -> None:
    g = readme()
    assert "rankdir=TB" in g.to_dot()
    assert g.to_dot("LR") == g.to_dot().replace("rankdir=TB", "rankdir=LR")
    with pytest.raises(ValueError, match="direction 'up' was asked for; expected 'TB'"):
        g.to_dot(direction="up")  # type: ignore[arg-type]


def test_which_operand_is_which_where_neither_has_a_name() -> None:
    x = leaf(2.0)
    dot = autograd.draw(autograd.exp(x) - autograd.sin(x)).to_dot()
    assert '  n1 -> n3 [label="  left  "];\n  n2 -> n3 [label="  right  "];' in dot
    assert "left" not in autograd.draw(autograd.exp(x) + autograd.sin(x)).to_dot()
    a, b = autograd.exp(x), autograd.sin(x)
    assert "left" not in autograd.draw(a - b, names={"a": a}).to_dot()


def test_modules_are_boxes_inside_boxes() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 3), nn.ReLU()), nn.Linear(3, 1))
    with autograd.watch():
        y = model(autograd.ones(1, 2)).sum()
    dot = autograd.draw(y, names=model).to_dot()
    boxes: list[str] = []
    inside: dict[str, str] = {}
    for line in dot.splitlines()[4:]:
        if "subgraph" in line:
            boxes.append("?")
        elif match := re.match(r' *label="(.*)"; labeljust', line):
            boxes[-1] = match[1]
        elif match := re.match(r' *n\d+ \[label="([^"\\]*)', line):
            inside[match[1]] = " > ".join(boxes)
        elif line.strip() == "}" and boxes:
            boxes.pop()
    assert inside == {
        "constant": "",
        "0.weight": "0",
        "0.bias": "0",
        "addmm": "2",
        "1.0.weight": "1 > 1.0",
        "1.0.bias": "1 > 1.0",
        "relu": "1 > 1.1",
        "2.weight": "2",
        "2.bias": "2",
        "sum": "",
    }


STRANGE = [
    'a "quoted" name',
    r"C:\new\N\G\l",
    "trailing \\",
    "{braces|and} <angle> [brackets]",
    "<b>bold</b>",
    "fish &amp; chips & &#65; &lt;",
    "∂L/∂Wᵢⱼ ± ünïcödé 重み",
    "a;b->c//d/*e*/#f",
    "digraph",
    "%s %d {x!r}",
]


@pytest.mark.parametrize("name", STRANGE)
def test_a_name_shows_as_it_is(name: str, pygraphviz: None) -> None:
    x = autograd.tensor(2.0, requires_grad=True, name=name)
    with autograd.watch():
        y = x * 3
    svg = render._by_wheel(autograd.draw(y).to_dot(), "svg")
    assert svg is not None
    assert texts(svg) == [name, "value 2", "grad –", f"{name} * 3", "value 6", "grad –"]


def test_a_name_stays_on_its_line() -> None:
    x = autograd.tensor(2.0, requires_grad=True, name="a\nb\0c\x1b[31m\td\ud800" + "z" * 100)
    g = autograd.draw(x * 3)
    label = re.search(r'n0 \[label="([^"]*)\\nvalue', g.to_dot())
    assert label is not None
    assert label[1] == "a b c [31m d " + "z" * 16 + "…" + "z" * 30
    assert g.to_text().splitlines()[0].startswith(label[1])
    g.to_dot().encode()


# ---------------------------------------------------------------------------------------------------------------------
# Files
# ---------------------------------------------------------------------------------------------------------------------

MAGIC = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.mark.parametrize("kind", MAGIC)
def test_render_with_the_wheel(kind: str, tmp_path: Path, pygraphviz: None, no_system_dot: None) -> None:
    path = tmp_path / f"graph.{kind.upper()}"
    assert readme().render(path, direction="LR") == path
    assert path.read_bytes().startswith(MAGIC[kind])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_every_line_of_every_label_is_in_the_picture(pygraphviz: None) -> None:
    for draw in EXAMPLES.values():
        dot = draw().to_dot()
        svg = render._by_wheel(dot, "svg")
        assert svg is not None
        lines = [line.strip() for label in re.findall(r'label="([^"]*)"', dot) for line in label.split("\\n")]
        assert Counter([text.strip() for text in texts(svg)]) == Counter(lines)


def test_the_system_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def pipe(engine: str, kind: str, dot: bytes, quiet: bool) -> bytes:
        asked.append((engine, kind, dot.decode(), quiet))
        return b"<svg/>"

    monkeypatch.setattr(graphviz, "pipe", pipe)
    g = readme()
    g.render(str(tmp_path / "graph.svg"))
    assert asked == [("dot", "svg", g.to_dot(), True)]
    assert (tmp_path / "graph.svg").read_bytes() == b"<svg/>"


def test_a_failing_system_dot_leaves_the_work_to_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pygraphviz: None
) -> None:
    monkeypatch.setattr(graphviz, "pipe", _failing)
    readme().render(tmp_path / "graph.pdf")
    assert (tmp_path / "graph.pdf").read_bytes().startswith(b"%PDF")


def _failing(*_: Any, **__: Any) -> bytes:
    raise subprocess.CalledProcessError(1, ["dot"], b"", b'Warning: first\nFormat: "pdf" not recognized.\n')


@pytest.mark.parametrize("kind", ["dot", "txt"])
def test_text_needs_no_renderer(kind: str, tmp_path: Path, no_renderer: None) -> None:
    g = readme()
    g.render(tmp_path / f"graph.{kind}", direction="LR")
    expected = g.to_dot("LR") if kind == "dot" else g.to_text() + "\n"
    assert (tmp_path / f"graph.{kind}").read_bytes().decode() == expected


def test_without_a_renderer_one_sentence_says_what_to_install(tmp_path: Path, no_renderer: None) -> None:
    (tmp_path / "graph.svg").write_text("what was there")
    with pytest.raises(RuntimeError) as raised:
        readme().render(tmp_path / "graph.svg")
    assert str(raised.value) == (
        "there is no Graphviz to draw the picture with; expected the program `dot` or pygraphviz. "
        "Run `pip install 'chalkgrad[render]'`, or install Graphviz (https://graphviz.org/download) so that `dot` "
        "is on the PATH. to_text() and to_dot() need neither."
    )
    assert (tmp_path / "graph.svg").read_text() == "what was there"
    assert [p.name for p in tmp_path.iterdir()] == ["graph.svg"]


def test_a_renderer_that_fails_is_quoted_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphviz, "pipe", _failing)
    monkeypatch.setattr(render, "_WHEEL", "import sys; print('boom', file=sys.stderr); sys.exit(1)")
    monkeypatch.setattr(render.importlib.util, "find_spec", lambda name: object())
    with pytest.raises(RuntimeError, match=r'`dot` said: Format: "pdf" not recognized\.; pygraphviz said: boom'):
        readme().render(tmp_path / "graph.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "graph.txt").write_text("what was there")

    def full(self: Path, target: Path) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        readme().render(tmp_path / "graph.txt")
    assert (tmp_path / "graph.txt").read_text() == "what was there"
    assert [p.name for p in tmp_path.iterdir()] == ["graph.txt"]


@pytest.mark.parametrize("name", ["graph.jpg", "graph", "graph.svg.gz", ".svg"])
def test_an_unknown_suffix_is_refused_before_anything_is_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"suffix names no format it can write; expected one of \.svg, \.png, \.pdf"):
        readme().render(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder .*nowhere"):
        readme().render(tmp_path / "nowhere" / "graph.svg")


def test_a_wrong_direction_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="direction 'RL'"):
        readme().render(tmp_path / "graph.svg", direction="RL")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------------------------------------------------------------
# Notebooks
# ---------------------------------------------------------------------------------------------------------------------


def test_a_notebook_shows_picture_and_text(pygraphviz: None) -> None:
    g = readme()
    bundle = g._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"] == g.to_text()
    assert "loss = · ** 2" in texts(bundle["image/svg+xml"].encode())


def test_a_notebook_without_renderer_shows_text_and_how_to_get_one(no_renderer: None) -> None:
    g = readme()
    bundle = g._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert bundle["text/plain"].startswith(g.to_text())
    assert "pip install 'chalkgrad[render]'" in bundle["text/plain"]

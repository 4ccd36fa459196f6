"""`draw`: what the graph says about a recorded computation, as data and as text."""

import ast
import gc
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd.drawing import Edge, Graph, Node, Output, labels, model
from tests.drawing_examples import chain_rule, readme
from tests.test_chain_rule_examples import example_1, example_2, leaf, univariate

ROOT = Path(__file__).resolve().parent.parent


def watched(x: float = 2.0) -> tuple[autograd.Tensor, Graph]:
    at = leaf(x)
    with autograd.watch():
        f = example_2(at)["f"]
        f.backward()
    return f, autograd.draw(f)


def checked(graph: Graph) -> Graph:
    """Return `graph` after checking what holds for every graph."""
    assert [n.id for n in graph.nodes] == list(range(len(graph.nodes)))
    assert set(graph.nodes) == {*graph.ops, *graph.leaves, *graph.constants}
    edges = [*graph.edges, *graph.constant_edges]
    assert all(e.source < e.target for e in edges)
    assert all(0 <= e.output < len(graph.nodes[e.source].outputs) for e in edges)
    assert {graph.nodes[e.target].kind for e in edges} <= {"op"}
    assert {graph.nodes[e.source].kind for e in graph.edges} <= {"op", "leaf"}
    assert {graph.nodes[e.source].kind for e in graph.constant_edges} <= {"constant"}
    sources = {e.source for e in edges}
    assert all(n.id in sources or n.id in graph.roots for n in graph.nodes)
    for node in graph.ops:
        places = [e.position for e in node.operands if isinstance(e, Edge)]
        assert places == sorted(set(places))
    return graph


# ---------------------------------------------------------------------------------------------------------------------
# The graph as data
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "counts"), [(univariate, (8, 1, 10, 6)), (example_1, (10, 1, 13, 5)), (example_2, (9, 1, 12, 5))]
)
def test_counts_of_the_chain_rule_examples(record: Any, counts: tuple[int, ...]) -> None:
    for g in (chain_rule(record), autograd.draw(record(leaf(2.0))["f"])):
        checked(g)
        assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == counts
        assert g.constants == g.constant_edges == ()


def test_every_number_of_example_2() -> None:
    """Loss 25, dloss/dx 50, and 0 at g1, where two paths cancel: a gradient that is 0 is not one that is absent."""
    g = readme()
    values = {"x": 2, "g1": 6, "g2": 6, "h1": 13, "h2": 18, "loss": 25}
    grads = {"x": 50, "g1": 0, "g2": 10, "h1": -10, "h2": 10, "loss": 1}
    assert {name: g.find(name).value.item() for name in values} == values
    assert {name: g.find(name).grad.item() for name in grads} == grads
    assert all(n.watched and n.grad is not None for n in g.nodes)
    assert g.roots == (g.find("loss").id,)
    assert g.note == ""


def test_the_gradients_of_the_edges_add_up_to_the_gradient_of_the_node() -> None:
    for g in (chain_rule(univariate), chain_rule(example_1), chain_rule(example_2)):
        for node in g.nodes:
            if node.id not in g.roots:
                assert sum(e.grad for e in g.edges if e.source == node.id) == node.grad


def test_a_node_tells_its_operation_its_operands_and_its_line() -> None:
    x = autograd.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="x")
    with autograd.watch():
        y = (x**2).sum(dim=1)
    power, total = autograd.draw(y).ops
    assert (power.op, power.grad_fn, power.operands) == ("pow", "PowBackward0", (Edge(0, 1, 0, 0), 2))
    assert (total.op, total.grad_fn, total.operands) == ("sum", "SumBackward1", (Edge(1, 2, 0, 0),))
    assert total.attributes["dim"] in (1, (1,))
    assert (power.shape, power.dtype, total.shape) == ((2, 2), "float32", (2,))
    assert power.line is not None
    assert Path(power.line[0]).name == Path(__file__).name
    assert "(x**2).sum(dim=1)" in Path(__file__).read_text(encoding="utf-8").splitlines()[power.line[1] - 1]


def test_multiplicity() -> None:
    x = leaf(3.0)
    g = checked(autograd.draw(x * x + x * x))
    assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == (3, 1, 6, 2)


def test_ids_do_not_depend_on_where_things_lie_in_memory() -> None:
    texts = {chain_rule(example_1).to_dot() for _ in range(5)}
    assert len(texts) == 1


def test_constants_are_drawn_but_not_counted() -> None:
    x = leaf(3.0)
    c = autograd.tensor([1.0, 2.0], dtype=autograd.float64, name="c")
    with autograd.watch():
        y = (c * x + c).sum()
        y.backward()
    g = checked(autograd.draw(y))
    assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == (3, 1, 3, 3)
    assert [n.name for n in g.constants] == ["c"]  # used twice, and one node
    assert len(g.constant_edges) == 2
    assert g.find("c").value.tolist() == [1, 2]
    assert "grad" not in next(line for line in g.to_text().splitlines() if line.startswith("c = "))


def test_equal_constants_that_are_two_tensors_are_two_nodes() -> None:
    x = leaf(3.0)
    with autograd.watch():
        y = x * autograd.tensor(2.0) + autograd.tensor(2.0)
    assert len(checked(autograd.draw(y)).constants) == 2


def test_an_unwatched_graph_shows_what_is_known() -> None:
    w = autograd.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="w")
    x = autograd.tensor([1.0, 1.0])
    y = autograd.tanh(w @ x).sum()
    g = checked(autograd.draw(y))
    product, tanh, total = g.ops
    assert (product.shape, tanh.shape, total.shape) == (None, (2,), ())
    assert [n.value for n in g.ops] == [None, None, y._array]
    assert not any(n.watched for n in g.ops)
    assert g.find("w").value.tolist() == [[1, 2], [3, 4]]
    assert g.find("w").grad is None
    y.backward()
    assert autograd.draw(y).find("w").grad.tolist() == w.grad.tolist()
    how = "run the forward pass inside `with autograd.watch():` to see values and gradients of every node."
    assert g.note == f"The operations were not watched: {how}"
    assert g.to_text().endswith(g.note)
    assert "grad –" not in "".join(line for line in g.to_text().splitlines() if not line.startswith("w"))


def test_a_partly_watched_graph_says_so() -> None:
    x = leaf(2.0)
    y = x * 3
    with autograd.watch():
        z = y * 2
    assert autograd.draw(z).note.startswith("1 of 2 operations were not watched: run the forward pass inside")


def test_backward_outside_watch_is_told_from_no_gradient() -> None:
    x = leaf(2.0)
    with autograd.watch():
        z = x * 3
    assert autograd.draw(z).note == ""
    assert "grad –" in autograd.draw(z).to_text()
    z.backward()
    g = autograd.draw(z)
    assert g.ops[0].grad is not None or "run it inside to see those of every node" in g.note


def test_several_outputs_are_one_node_and_ports_are_none() -> None:
    x = leaf([[1.0, 5.0, 2.0], [3.0, 4.0, 9.0]])
    with autograd.watch():
        values, indices = autograd.max(x, dim=1)
        y = (values * 2).sum()
        y.backward()
    g = checked(autograd.draw(y, names={"values": values}))
    assert [n.op for n in g.ops] == ["max", "mul", "sum"]
    top = g.ops[0]
    assert [o.name for o in top.outputs] == ["values", None]
    assert top.outputs[0].value.tolist() == [5, 9]
    assert top.outputs[1].value.tolist() == indices.tolist()
    assert top.outputs[0].grad.tolist() == [2, 2]
    assert top.outputs[1].grad is None
    assert g.find("values") is top


def test_edges_carry_the_number_of_the_output() -> None:
    class Both(autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, n: int, how: str) -> Any:
            ctx.n = n
            return x * n, x + n

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            return g * ctx.n + h, None, None

    for context in (autograd.watch(), autograd.enable_grad()):
        x = leaf(2.0)
        with context:
            product, total = Both.apply(x, 3, "so")
            y = total / product
            y.backward()
        g = checked(autograd.draw(y))
        assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == (2, 1, 3, 2)
        assert [(e.output, e.position) for e in g.edges] == [(0, 0), (1, 0), (0, 1)]
        assert g.ops[0].op == "both"
        assert 'label="  output 1, left  "' in g.to_dot()


def test_a_class_attribute_that_is_a_number_shows() -> None:
    class Scale(autograd.Op):
        """z = c x     dx = c g"""

        __slots__ = ("c",)
        c: float

        def forward(self, x: Any) -> Any:
            return x * self.c

        def backward(self, g: Any) -> Any:
            return g * self.c

    g = autograd.draw(Scale(c=2.5).apply(leaf(2.0)))
    assert (g.ops[0].op, g.ops[0].attributes) == ("scale", {"c": 2.5})
    assert "scale(n0, c=2.5)" in g.to_text()
    assert 'label="scale(c=2.5)' in g.to_dot()


def test_the_graph_of_a_leaf_is_the_leaf() -> None:
    g = checked(autograd.draw(leaf(2.0)))
    assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == (0, 1, 0, 0)
    assert g.note == ""
    assert repr(g) == "<Graph: 0 ops, 1 leaf, 0 edges, depth 0>"


def test_several_results_in_one_graph() -> None:
    x = leaf(2.0)
    y = x * 3
    g = checked(autograd.draw([y, y**2, x]))
    assert (len(g.ops), len(g.leaves), len(g.edges)) == (2, 1, 2)
    assert g.roots == (1, 2, 0)


def test_second_order_graphs() -> None:
    x = leaf(2.0)
    with autograd.watch():
        (slope,) = autograd.grad(x**3, x, create_graph=True)
        slope.backward()
    g = checked(autograd.draw(slope))
    assert g.leaves[0].grad.item() == 12.0
    assert all(isinstance(n.grad, np.ndarray | np.generic) for n in g.ops)


# ---------------------------------------------------------------------------------------------------------------------
# Names
# ---------------------------------------------------------------------------------------------------------------------


def test_names_come_from_tensors_and_are_overruled_by_those_given() -> None:
    w, x = autograd.tensor(1.0, requires_grad=True, name="w"), autograd.tensor(2.0, name="x")
    with autograd.watch():
        h = w * x
        y = h + 1
    y.name = "y"
    g = autograd.draw(y)
    assert [n.name for n in g.nodes] == ["w", "x", None, "y"]
    g = autograd.draw(y, names={"weight": w, "input": x, "h": h})
    assert [n.name for n in g.nodes] == ["weight", "input", "h", "y"]
    assert g.find("h").op == "mul"


def test_the_names_of_a_model() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Sequential(nn.Linear(3, 1)))
    with autograd.watch():
        loss = model(autograd.ones(2, 4)).mean()
        loss.backward()
    g = checked(autograd.draw(loss, names=model))
    assert [n.name for n in g.leaves] == ["0.weight", "0.bias", "2.0.weight", "2.0.bias"]
    assert {n.name: n.path for n in g.leaves} == {
        "0.weight": "0",
        "0.bias": "0",
        "2.0.weight": "2.0",
        "2.0.bias": "2.0",
    }
    assert [n.path for n in g.ops] == ["0", "1", "2.0", ""]
    assert g.find("2.0.weight").grad.tolist() == model[2][0].weight.grad.tolist()


def test_find_names_what_there_is() -> None:
    g = readme()
    with pytest.raises(KeyError, match="no node is named 'w'; expected one of g1, g2, h1, h2, loss, x"):
        g.find("w")
    x = autograd.tensor(1.0, requires_grad=True, name="x")
    twin = autograd.tensor(2.0, requires_grad=True, name="x")
    with pytest.raises(KeyError, match="2 nodes are named 'x'"):
        autograd.draw(x * twin).find("x")
    with pytest.raises(KeyError, match="no node has a name"):
        autograd.draw(leaf(1.0) * 2).find("x")


# ---------------------------------------------------------------------------------------------------------------------
# Bad input
# ---------------------------------------------------------------------------------------------------------------------


def test_what_draw_refuses() -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match=r"shape \(2,\) that requires no gradient: nothing of it was recorded"):
        autograd.draw(x.detach())
    with autograd.no_grad(), pytest.raises(RuntimeError, match="requires no gradient"):
        autograd.draw(x * 2)
    for wrong in (3.0, None, [], [x, 3.0], np.ones(2)):
        with pytest.raises(TypeError, match="draw was given .*expected a Tensor"):
            autograd.draw(wrong)
    with pytest.raises(TypeError, match="the name 'n' was given to int"):
        autograd.draw(x * 2, names={"x": x, "n": 3})
    with pytest.raises(TypeError, match="names was given list"):
        autograd.draw(x * 2, names=["x"])


# ---------------------------------------------------------------------------------------------------------------------
# It lies in the past: a graph does not change, and does not keep the tape alive
# ---------------------------------------------------------------------------------------------------------------------


def test_a_drawn_graph_stays_as_it_was_drawn() -> None:
    w = leaf([1.0, 2.0])
    with autograd.watch():
        y = (w * w).sum()
        y.backward()
    g = autograd.draw(y)
    before = g.to_text()
    w.data -= 0.1 * w.grad.data
    w.grad.zero_()
    assert g.to_text() == before


def test_values_edited_since_the_forward_pass_are_marked() -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    c = autograd.tensor([5.0, 6.0], dtype=autograd.float64)
    with autograd.watch():
        y = x + w
        z = y + c
        total = (z + 1).sum()
    assert not any(n.outputs[0].edited for n in autograd.draw(total).nodes)
    z.mul_(2)
    c[0] = 0.0
    with autograd.no_grad():
        w.mul_(0.5)
    g = autograd.draw(total, names={"w": w, "c": c, "x": x, "y": y})
    edited = {n.name or n.op for n in g.nodes if n.outputs[0].edited}
    assert edited == {"w", "c", "add"}
    assert [n.outputs[0].edited for n in g.ops] == [False, True, False, False]
    assert "value [0, 6] (edited since)" in g.to_text()


def test_the_result_of_an_in_place_edit_is_not_marked() -> None:
    x = leaf([1.0, 2.0])
    with autograd.watch():
        y = x * 2
        y += 1
        y.sum().backward()
        total = y.sum()
    first, second, _ = autograd.draw(total).ops
    assert (first.outputs[0].edited, second.outputs[0].edited) == (True, False)
    assert second.value.tolist() == [3, 5]


def test_a_graph_does_not_keep_the_tape_alive() -> None:
    f, g = watched()
    node = weakref.ref(f.grad_fn)
    gc.disable()
    try:
        del f
        assert node() is None
    finally:
        gc.enable()
    assert g.ops[-1].value == 25.0


# ---------------------------------------------------------------------------------------------------------------------
# Large graphs
# ---------------------------------------------------------------------------------------------------------------------


def test_100_000_operations_without_recursion() -> None:
    y = leaf(1.0)
    for _ in range(100_000):
        y = y + 1.0
    g = autograd.draw(y)
    assert (len(g.ops), len(g.leaves), len(g.edges), g.depth()) == (100_000, 1, 100_000, 100_000)
    assert g.to_dot().count("\n") == 5 + 100_001 + 100_000
    assert g.to_text().count("\n") == 100_002
    bundle = g._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "Too large to show here: use to_text(), to_dot() or render(path)." in bundle["text/plain"]


@given(st.lists(st.tuples(st.sampled_from("+*-/s"), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25))
def test_random_graphs(steps: list[tuple[str, int, int]]) -> None:
    """What is drawn of a random program is what was computed: values, gradients, and gradients along the edges."""
    leaves = [leaf(v) for v in (0.5, 1.5, -0.75)]
    with autograd.watch():
        results = [*leaves, autograd.tensor(0.25, dtype=autograd.float64)]
        for how, i, j in steps:
            a, b = results[i % len(results)], results[j % len(results)]
            results.append(
                a + b if how == "+" else a * b if how == "*" else a - 2 if how == "-" else a / 3 if how == "/"
                else autograd.sigmoid(a)
            )  # fmt: skip
        root = results[-1]
        if not root.requires_grad:
            return
        root.backward()
    g = checked(autograd.draw(root))
    value = {n.id: n.value for n in g.nodes}
    for node in g.ops:
        taken = [value[o.source] if isinstance(o, Edge) else o for o in node.operands]
        expected = {
            "add": lambda a, b: a + b,
            "mul": lambda a, b: a * b,
            "sub": lambda a, b: a - b,
            "div": lambda a, b: a / b,
            "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
        }[node.op](*taken)
        np.testing.assert_allclose(node.value, expected, rtol=1e-12)
    for node in g.nodes:
        if node.id not in g.roots and node.kind != "constant":
            flowed = sum(e.grad for e in g.edges if e.source == node.id)
            np.testing.assert_allclose(flowed, node.grad, rtol=1e-9, atol=1e-12)
    drawn = {float(n.value): n.grad for n in g.leaves}
    for x in leaves:
        if x.item() in drawn:
            np.testing.assert_array_equal(drawn[x.item()], x.grad.numpy())


# ---------------------------------------------------------------------------------------------------------------------
# Numbers in words, and the text view
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0, "2"),
        (np.float32(0.1), "0.1"),
        (-10.000001, "-10"),
        (123456.0, "1.235e+05"),
        (1e-12, "1e-12"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (np.int64(123456), "123456"),
        (np.bool_(True), "True"),
        (np.array([[0.1, 0.8], [0.4, 0.6]]), "[[0.1, 0.8], [0.4, 0.6]]"),
        (np.arange(6.0), "[0, 1, 2, 3, 4, 5]"),
        (np.arange(7.0), "3 ± 2, 0…6"),
        (np.arange(7), "3 ± 2, 0…6"),
        (np.zeros((0, 3)), "empty"),
        (np.array([np.inf, 1, 2, 3, 4, 5, 6]), "inf ± nan, 1…inf"),
        (np.array([[7.0]]), "[[7]]"),
    ],
)
def test_numbers_in_words(value: Any, text: str) -> None:
    assert labels.array(value) == text


def test_a_gradient_that_is_absent_is_not_zero() -> None:
    x = leaf([1.0, -1.0])
    with autograd.watch():
        y = autograd.relu(x)
        y.sum().backward()
        unused = x * 2
    assert "grad –" in autograd.draw(unused).to_text().splitlines()[1]
    assert "grad [1, 0]" in autograd.draw(y).to_text()


def test_the_text_view() -> None:
    assert str(readme()).splitlines() == [
        "x = leaf        value 2   grad 50",
        "g1 = x * 3      value 6   grad 0",
        "n2 = x ** 2     value 4   grad 10",
        "g2 = n2 + x     value 6   grad 10",
        "n4 = g1 * 2     value 12  grad -10",
        "h1 = n4 + 1     value 13  grad -10",
        "n6 = g1 * 2     value 12  grad 10",
        "h2 = n6 + g2    value 18  grad 10",
        "n8 = h1 - h2    value -5  grad -10",
        "loss = n8 ** 2  value 25  grad 1",
        "<Graph: 9 ops, 1 leaf, 12 edges, depth 5>",
    ]


def test_operations_are_written_as_in_python() -> None:
    x = autograd.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True, name="x")
    with autograd.watch():
        results = {
            "1 - x": 1 - x,
            "2 / x": 2 / x,
            "2 ** x": 2**x,
            "x ** 2": x**2,
            "-x": -x,
            "x @ v": x @ autograd.tensor([1.0, 2.0], name="v"),
            "sum(x, dim=": x.sum(dim=0),
            "clamp(x, low=0.5)": x.clamp(min=0.5),
            "sigmoid(x)": autograd.sigmoid(x),
        }
    for text, y in results.items():
        assert any(
            f"n{len(autograd.draw(y).nodes) - 1} = {text}" in line for line in str(autograd.draw(y)).splitlines()
        )


def test_the_module_path_is_in_the_text() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    with autograd.watch():
        y = model(autograd.ones(1, 2)).sum()
    lines = autograd.draw(y, names=model).to_text().splitlines()
    assert [line.partition("  # ")[2] for line in lines[:6]] == ["0", "0", "", "0", "1", ""]


# ---------------------------------------------------------------------------------------------------------------------
# What it imports
# ---------------------------------------------------------------------------------------------------------------------


def test_the_model_imports_the_standard_library_alone() -> None:
    tree = ast.parse(Path(model.__file__).read_text(encoding="utf-8"))
    imported = [n.module or "" for n in tree.body if isinstance(n, ast.ImportFrom)]
    imported += [name.name for n in tree.body if isinstance(n, ast.Import) for name in n.names]
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_graph_can_be_made_by_hand() -> None:
    x = Node(0, "leaf", (Output("x", (), "float64", 2.0, 4.0),))
    y = Node(1, "op", (Output("y", (), "float64", 4.0, 1.0),), op="pow", operands=(Edge(0, 1, 0, 0), 2))
    assert str(Graph([x, y], [1])).splitlines()[1] == "y = x ** 2  value 4  grad 1"


def test_drawing_is_imported_when_it_is_used_and_graphviz_when_it_renders(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import autograd\n"
        "assert not [m for m in sys.modules if m.startswith('autograd.drawing')]\n"
        "g = autograd.draw(autograd.tensor(1.0, requires_grad=True) * 2)\n"
        "assert type(g) is autograd.Graph\n"
        "g.to_dot(), g.to_text(), repr(g)\n"
        "print([m for m in ('graphviz', 'pygraphviz', 'nn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")

"""What bad input is told: the exception PyTorch raises, and what happened, what was expected, what to do.

Every row is run once; its message must have the three parts and the words that make it useful (shapes, names, the way
out). That nothing changed before the refusal is tested below the table.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

import autograd
import nn

THREE_PARTS = re.compile(r"(?P<happened>.+); expected (?P<expected>.+?)\. (?P<remedy>.+)", re.DOTALL)


def leaf(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64, requires_grad=True)


def constant(value: object) -> autograd.Tensor:
    return autograd.tensor(value, dtype=autograd.float64)


class Refusal(NamedTuple):
    """A mistake, what PyTorch raises for it, and patterns for the three parts of the message."""

    name: str
    mistake: Callable[[], Any]
    error: type[Exception]
    happened: str
    expected: str
    remedy: str


def edit_a_leaf() -> None:
    x = leaf([1.0, 2.0])
    x += 1.0


def edit_a_view_of_a_leaf() -> None:
    leaf([1.0, 2.0])[:1].add_(1.0)


def edit_a_saved_value() -> None:
    y = leaf([1.0, 2.0, 3.0]) * 1.0
    z = autograd.exp(y)
    z += 1.0
    z.sum().backward()


def edit_expanded_memory() -> None:
    wide = (leaf([1.0]) * 1.0).expand(3)
    wide += 1.0


def edit_an_unbound_view() -> None:
    first = (leaf([1.0, 2.0]) * 1.0).unbind()[0]
    first += 1.0


def enlarge_in_place() -> None:
    x = constant([1.0, 2.0])
    x += constant([[1.0, 2.0], [3.0, 4.0]])


def backward_twice() -> None:
    y = autograd.exp(leaf(1.0))
    y.backward()
    y.backward()


def gradient_of_the_unused() -> None:
    x, other = leaf([1.0]), leaf([1.0, 2.0])
    autograd.grad((x * x).sum(), [x, other])


def nan_in_backward() -> None:
    """0 * inf: the forward pass shows nothing, the gradient of sqrt at 0 times 0 is NaN."""
    x = leaf([0.0, 4.0])
    with autograd.detect_anomaly():
        loss = (autograd.sqrt(x) * constant([0.0, 1.0])).sum()
        loss.backward()


def two_parameters() -> list[nn.Parameter]:
    return [nn.Parameter(constant([1.0])), nn.Parameter(constant([2.0, 3.0]))]


def index_by_floats() -> None:
    constant([1.0, 2.0])[constant([0.0])]


REFUSALS = [
    # shapes
    Refusal("shapes that do not broadcast", lambda: constant([[1.0, 2.0, 3.0]] * 2) + constant([1.0] * 4),
            RuntimeError, r"\(2, 3\).*\(4,\)|3.*4", r"equal|same|1|broadcast", r"."),
    Refusal("where with shapes that do not broadcast",
            lambda: autograd.where(constant([1.0, 2.0]) > 1, constant([1.0] * 3), constant([1.0] * 3)),
            RuntimeError, r"2.*3|3.*2", r".", r"."),
    Refusal("matrix product", lambda: constant([[1.0, 2.0, 3.0]] * 2) @ constant([[1.0, 2.0, 3.0]] * 2),
            RuntimeError, r"2x3|\(2, 3\)", r"3|column|row|inner", r"."),
    Refusal("mm of a vector", lambda: autograd.mm(constant([[1.0, 2.0]]), constant([1.0, 2.0])),
            RuntimeError, r"mm|matri", r"2-?D|matri|dimension", r"matmul|mv|@"),
    Refusal("mv", lambda: autograd.mv(constant([[1.0, 2.0]]), constant([1.0, 2.0, 3.0])),
            RuntimeError, r"1x2|\(1, 2\)", r".", r"."),
    Refusal("dot of different lengths", lambda: autograd.dot(constant([1.0]), constant([1.0, 2.0])),
            RuntimeError, r"1.*2", r"1.*2|same|equal", r"."),
    Refusal("matrix product of different dtypes",
            lambda: autograd.ones(1, 2) @ autograd.ones(2, 1, dtype=autograd.float64),
            RuntimeError, r"dtype.*(float32|float64|Float|Double)", r"same|one dtype", r"\.to\(|\.double\(|type"),
    Refusal("reshape", lambda: constant([1.0] * 6).reshape(4),
            RuntimeError, r"shape '?\[4\]'?.*6", r"6|element", r"-1|."),
    Refusal("dimension out of range", lambda: constant([[1.0]]).sum(dim=2),
            IndexError, r"[Dd]imension.*2", r"-2.*1", r"."),
    Refusal("cat", lambda: autograd.cat([constant([[1.0, 2.0]]), constant([[1.0]])]),
            RuntimeError, r"2.*1|1.*2", r".", r"."),
    Refusal("stack", lambda: autograd.stack([constant([1.0, 2.0]), constant([1.0])]),
            RuntimeError, r"\[2\].*\[1\]|\(2,\).*\(1,\)", r"same|equal|one shape", r"."),
    Refusal("expand", lambda: constant([1.0, 2.0]).expand(3),
            RuntimeError, r"3.*2|2.*3", r"1|same", r"."),
    Refusal("Linear fed with the wrong width", lambda: nn.Linear(8, 4)(autograd.ones(32, 16)),
            RuntimeError, r"32.*16", r"8", r"."),
    # indices and labels
    Refusal("an index of floats", index_by_floats, IndexError, r"float64", r"int|long|bool", r"\.long\(\)|int64"),
    Refusal("a float as index", lambda: constant([1.0, 2.0])[1.5], IndexError, r"float", r"int", r"."),
    Refusal("an index out of range", lambda: constant([1.0, 2.0])[5],
            IndexError, r"5.*(axis|dimension) 0.*2", r".", r"."),
    Refusal("indices out of range", lambda: constant([1.0, 2.0])[autograd.tensor([0, 5])],
            IndexError, r"5.*(axis|dimension) 0.*2", r".", r"."),
    Refusal("too many indices", lambda: constant([1.0, 2.0])[0, 0], IndexError, r"too many.*1", r"1", r"."),
    Refusal("a mask of the wrong shape", lambda: constant([1.0, 2.0])[autograd.tensor([True])],
            IndexError, r"1.*2", r".", r"."),
    Refusal("loss.data[0]", lambda: (leaf([1.0]) * 2).sum().data[0], IndexError, r"0-d", r".", r"\.item\(\)"),
    Refusal("a class label too large",
            lambda: nn.CrossEntropyLoss()(autograd.ones(2, 3), autograd.tensor([0, 3])),
            IndexError, r"3", r"0.*2", r"."),
    Refusal("a negative class label",
            lambda: nn.CrossEntropyLoss()(autograd.ones(2, 3), autograd.tensor([0, -1])),
            IndexError, r"-1", r"0.*2", r"."),
    Refusal("one-hot targets without a batch of the same size",
            lambda: nn.CrossEntropyLoss()(autograd.ones(2, 3), autograd.tensor([0, 1, 2])),
            ValueError, r"2.*3|3.*2", r".", r"."),
    # gradients
    Refusal("an integer tensor with requires_grad", lambda: autograd.tensor([1, 2], requires_grad=True),
            RuntimeError, r"floating.*int64|int64.*floating", r"float", r"1\.0|\.float\(\)|dtype"),
    Refusal("requires_grad_ on integers", lambda: autograd.tensor([1, 2]).requires_grad_(),
            RuntimeError, r"floating.*int64|int64.*floating", r"float", r"1\.0|\.float\(\)|dtype"),
    Refusal("a leaf edited in place", edit_a_leaf, RuntimeError, r"leaf", r".", r"no_grad"),
    Refusal("a view of a leaf edited in place", edit_a_view_of_a_leaf, RuntimeError, r"leaf", r".", r"no_grad"),
    Refusal("a saved value edited", edit_a_saved_value, RuntimeError,
            r"modified by an inplace operation.*ExpBackward0.*\(3,\)", r".", r"clone|x = x"),
    Refusal("expanded memory edited", edit_expanded_memory, RuntimeError, r"expanded", r".", r"clone\(\)"),
    Refusal("a view out of unbind edited", edit_an_unbound_view, RuntimeError, r"Unbind", r".", r"clone|x\[i\]"),
    Refusal("an edit that would enlarge", enlarge_in_place, RuntimeError, r"\[2\].*\[2, 2\]", r"shape", r"x = x \+ y"),
    Refusal("an edit that would lose digits", lambda: autograd.tensor([1, 2]).add_(0.5),
            RuntimeError, r"float32.*int64", r".", r"\.float\(\)"),
    Refusal("backward twice", backward_twice, RuntimeError, r"second time.*ExpBackward0", r".", r"retain_graph=True"),
    Refusal("backward of a vector", lambda: (leaf([1.0, 2.0]) * 2).backward(),
            RuntimeError, r"scalar.*\(2,\)", r"one element", r"\.sum\(\)\.backward\(\).*gradient="),
    Refusal("a gradient of the wrong shape", lambda: (leaf([1.0, 2.0]) * 2).backward(constant([1.0])),
            RuntimeError, r"\(1,\).*\(2,\)", r"shape", r"."),
    Refusal("an unused input", gradient_of_the_unused, RuntimeError, r"not have been used.*1.*\(2,\)", r".",
            r"allow_unused=True"),
    Refusal(".numpy() of what needs a gradient", lambda: (leaf([1.0]) * 2).numpy(),
            RuntimeError, r"numpy\(\).*requires? grad", r".", r"detach\(\)\.numpy\(\)"),
    Refusal("NaN under detect_anomaly", nan_in_backward, RuntimeError, r"SqrtBackward0.*nan", r".", r"."),
    # modules and optimizers
    Refusal("no parameters", lambda: nn.optim.SGD([], lr=0.1), ValueError, r"empty", r"one parameter",
            r"parameters\(\)"),
    Refusal("no parameters for Adam", lambda: nn.optim.Adam(iter(())), ValueError, r"empty", r"one parameter",
            r"parameters\(\)"),
    Refusal("a parameter twice", lambda: nn.optim.SGD([*(2 * two_parameters()[:1]), *two_parameters()], lr=0.1),
            ValueError, r"more than on|duplicate", r"once", r"."),
    Refusal("a negative learning rate", lambda: nn.optim.SGD(two_parameters(), lr=-0.1),
            ValueError, r"learning rate.*-0\.1", r"0|positive|negative", r"."),
    Refusal("a negative learning rate for Adam", lambda: nn.optim.Adam(two_parameters(), lr=-0.1),
            ValueError, r"learning rate.*-0\.1", r"0|positive|negative", r"."),
    Refusal("results instead of parameters", lambda: nn.optim.SGD([leaf([1.0]) * 2], lr=0.1),
            ValueError, r"non-leaf.*\(1,\).*MulBackward0", r"lea", r"requires_grad_\(\)"),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row.name)
@pytest.mark.filterwarnings("ignore:Anomaly Detection has been enabled:UserWarning")
def test_bad_input_is_told_what_to_do(row: Refusal) -> None:
    with pytest.raises(row.error) as caught:
        row.mistake()
    message = str(caught.value)
    parts = THREE_PARTS.fullmatch(message)
    assert parts is not None, f"the message lacks one of its three parts: {message}"
    for part in ("happened", "expected", "remedy"):
        assert re.search(getattr(row, part), parts[part], re.DOTALL), f"{part}: {parts[part]}"


# ---------------------------------------------------------------------------------------------------------------------
# Backward of something that needs no gradient
# ---------------------------------------------------------------------------------------------------------------------


def why(tensor: autograd.Tensor) -> str:
    with pytest.raises(RuntimeError, match="does not require grad") as caught:
        tensor.backward()
    return str(caught.value)


def test_backward_of_a_leaf_without_requires_grad_names_it() -> None:
    message = why(autograd.tensor(2.0, name="bias"))
    assert "bias" in message
    assert "requires_grad=True" in message


def test_backward_of_a_result_of_constants_lists_the_leaves_and_why_none_requires_a_gradient() -> None:
    """Such a result keeps no history: the leaves are found where the caller holds them."""
    w, x = constant([1.0, 2.0]), autograd.tensor([3, 4])
    message = why((w * x).sum())
    assert re.search(r"leaves found.*shape \(\).*float64.*requires_grad=False", message), message
    assert re.search(r"\bw \(shape \(2,\).*float64\): requires_grad=False", message), message
    assert re.search(r"\bx \(shape \(2,\).*int64\): requires_grad=False: only floating-point", message), message


def test_backward_of_what_nothing_leads_to_names_the_leaf_that_was_left_behind() -> None:
    weight = leaf([1.0, 2.0])
    message = why((weight.data * 2.0).sum())
    assert re.search(r"\bweight .*requires_grad=True, but nothing recorded leads from it", message), message


def test_backward_of_several_lists_each() -> None:
    x = leaf([1.0, 2.0])
    with autograd.no_grad():
        unrecorded = (x * x).sum()
    with pytest.raises(RuntimeError, match="does not require grad") as caught:
        autograd.autograd.backward([(x * x).sum(), autograd.tensor(2.0, name="bias"), unrecorded])
    assert re.search(r"bias.*no_grad", str(caught.value), re.DOTALL), str(caught.value)
    assert x.grad is None


def test_backward_of_what_was_computed_under_no_grad_says_so() -> None:
    w = leaf([1.0, 2.0])
    with autograd.no_grad():
        loss = (w * w).sum()
    assert "no_grad" in why(loss)


def test_backward_of_what_was_detached_says_so() -> None:
    assert "detach" in why((leaf([1.0, 2.0]) * 2).sum().detach())


def test_backward_of_integers_says_so() -> None:
    message = why(autograd.tensor([1, 2]).sum())
    assert "int64" in message
    assert "floating" in message


# ---------------------------------------------------------------------------------------------------------------------
# load_state_dict: everything that is wrong at once, and nothing loaded
# ---------------------------------------------------------------------------------------------------------------------


def wrong_state(model: nn.Module) -> dict[str, Any]:
    state = {key: value.detach().clone() + 1.0 for key, value in model.state_dict().items()}
    del state["0.bias"], state["2.bias"]
    state["2.weight"] = autograd.ones(5, 7)
    state["3.weight"] = autograd.ones(2, 2)
    state["head.bias"] = autograd.ones(2)
    return state


def test_load_state_dict_lists_all_that_is_wrong_and_loads_nothing() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    before = {key: value.tolist() for key, value in model.state_dict().items()}
    with pytest.raises(RuntimeError) as caught:
        model.load_state_dict(wrong_state(model))
    message = str(caught.value)
    assert re.search(r'[Mm]issing key.*"0\.bias".*"2\.bias"', message), message
    assert re.search(r'[Uu]nexpected key.*"3\.weight".*"head\.bias"', message), message
    assert re.search(r"2\.weight.*5, 7.*2, 3", message), message
    assert "Sequential" in message
    assert {key: value.tolist() for key, value in model.state_dict().items()} == before


def test_load_state_dict_not_strict_still_refuses_shapes_and_reports_the_rest() -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    state = wrong_state(model)
    with pytest.raises(RuntimeError, match=r"2\.weight"):
        model.load_state_dict(state, strict=False)
    state["2.weight"] = autograd.zeros(2, 3)
    result = model.load_state_dict(state, strict=False)
    assert result.missing_keys == ["0.bias", "2.bias"]
    assert result.unexpected_keys == ["3.weight", "head.bias"]
    assert model[2].weight.tolist() == [[0.0] * 3] * 2


# ---------------------------------------------------------------------------------------------------------------------
# Refused before anything changed
# ---------------------------------------------------------------------------------------------------------------------


def test_a_refused_edit_leaves_value_version_and_graph() -> None:
    x = leaf([1.0, 2.0])
    y = x * x
    longer = leaf([1.0] * 3)
    for edit in (lambda: x.add_(1.0), lambda: x.__setitem__(0, 5.0), lambda: x[:1].zero_(), lambda: y.add_(longer)):
        with pytest.raises(RuntimeError):
            edit()
    assert x.tolist() == [1.0, 2.0]
    assert y.tolist() == [1.0, 4.0]
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_a_refused_backward_leaves_every_gradient() -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = x * w
    loss = (y * y).sum() + (w * 3.0).sum()
    with autograd.no_grad():
        y += 1.0
    with pytest.raises(RuntimeError):
        loss.backward()
    assert x.grad is None
    assert w.grad is None


def test_an_optimizer_that_refuses_its_group_does_not_keep_it() -> None:
    first, second = two_parameters()
    optimizer = nn.optim.SGD([first], lr=0.1)
    with pytest.raises(ValueError, match="more than one"):
        optimizer.add_param_group({"params": [second, first]})
    assert len(optimizer.param_groups) == 1
    first.grad, second.grad = constant([1.0]), constant([1.0, 1.0])
    optimizer.step()
    assert first.tolist() == [0.9]
    assert second.tolist() == [2.0, 3.0]


def test_anomaly_mode_names_the_line_that_made_the_operation() -> None:
    with pytest.raises(RuntimeError) as caught:
        nan_in_backward()
    told = str(caught.value) + "".join(getattr(caught.value, "__notes__", []))
    assert "test_messages.py" in told


def test_without_anomaly_mode_nan_passes_silently() -> None:
    x = leaf([0.0, 4.0])
    (autograd.sqrt(x) * constant([0.0, 1.0])).sum().backward()
    assert x.grad[0].item() != x.grad[0].item()
    assert x.grad[1].item() == 0.25


def test_anomaly_mode_accepts_what_is_finite() -> None:
    x = leaf([1.0, 4.0])
    with autograd.detect_anomaly():
        autograd.sqrt(x).sum().backward()
    assert x.grad.tolist() == [0.5, 0.25]


def test_an_error_inside_a_module_says_which() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Sequential(nn.ReLU(), nn.Linear(16, 4)))
    with pytest.raises(RuntimeError) as caught:
        model(autograd.ones(2, 8))
    told = str(caught.value) + "\n".join(getattr(caught.value, "__notes__", []))
    assert re.search(r"1\.1\b.*Linear", told), told
    assert re.search(r"Linear.*16.*4", told), told

"""docs/tensor.md lists what there is, and what it lists is PyTorch's; every function that is promised is there."""

from __future__ import annotations

import re
from typing import Any

import pytest

import autograd
from tests import tensor_page

#: Functions that a program written for PyTorch may count on, in each form that PyTorch has.
PROMISED = {
    "elementwise": (
        "add sub mul div neg pow abs exp exp2 expm1 log log2 log10 log1p sqrt rsqrt square reciprocal sin cos tan "
        "asin acos atan atan2 sinh cosh tanh asinh acosh atanh sigmoid logit erf erfc erfinv lgamma digamma clamp "
        "maximum minimum fmax fmin where eq ne lt le gt ge isclose allclose equal isnan isinf isfinite sign sgn "
        "floor ceil round trunc frac fmod remainder floor_divide logical_and logical_or logical_xor logical_not "
        "bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_left_shift bitwise_right_shift lerp addcmul addcdiv "
        "xlogy logaddexp logaddexp2 hypot nan_to_num deg2rad rad2deg copysign heaviside sinc softmax log_softmax "
        "relu"
    ),
    "reductions": (
        "sum mean prod max min amax amin aminmax argmax argmin all any var std var_mean std_mean norm logsumexp "
        "cumsum cumprod cummax cummin logcumsumexp median mode nanmean nansum quantile count_nonzero topk sort "
        "argsort kthvalue unique bincount histc diff trapezoid"
    ),
    "linear algebra": (
        "matmul mm bmm mv dot inner outer addmm addmv addbmm baddbmm einsum tensordot kron trace diagonal diag "
        "diag_embed tril triu cross cdist linalg.inv linalg.solve linalg.det linalg.slogdet linalg.cholesky "
        "linalg.qr linalg.eigh linalg.svd linalg.pinv linalg.matrix_norm linalg.vector_norm linalg.norm "
        "linalg.matrix_power linalg.multi_dot linalg.lstsq"
    ),
    "shape and index": (
        "reshape view view_as transpose swapaxes t T mT permute movedim squeeze unsqueeze flatten unflatten ravel "
        "expand expand_as broadcast_to broadcast_tensors repeat tile repeat_interleave cat stack hstack vstack "
        "dstack split chunk tensor_split unbind narrow select unfold flip fliplr flipud roll rot90 gather scatter "
        "scatter_add scatter_reduce index_select index_add index_copy index_fill index_put masked_fill "
        "masked_select masked_scatter take take_along_dim nonzero argwhere meshgrid tril_indices triu_indices "
        "combinations cartesian_prod clone contiguous to type_as size dim numel stride element_size is_contiguous"
    ),
    "creation": (
        "tensor as_tensor asarray from_numpy zeros ones empty full eye arange linspace logspace zeros_like "
        "ones_like empty_like full_like rand_like randn_like randint_like new_tensor new_zeros new_ones new_empty "
        "new_full rand randn randint randperm normal bernoulli multinomial uniform exponential"
    ),
    "functional": (
        "autograd.functional.vjp autograd.functional.jvp autograd.functional.jacobian autograd.functional.hessian "
        "autograd.functional.hvp autograd.functional.vhp func.grad func.grad_and_value func.vjp func.jacrev "
        "func.hessian func.vmap autograd.gradcheck autograd.gradgradcheck"
    ),
    "utilities": (
        "set_default_dtype get_rng_state set_rng_state Generator finfo iinfo device inference_mode "
        "utils.checkpoint.checkpoint result_type promote_types can_cast is_tensor set_printoptions from_dlpack "
        "set_num_threads __format__ __float__ __int__ __bool__ __len__ __iter__ __contains__ __deepcopy__ "
        "__dlpack__ __dlpack_device__"
    ),
}


def there(library: Any, path: str) -> bool:
    for name in path.split("."):
        library = getattr(library, name, None)
    return library is not None


def spellings(name: str) -> list[str]:
    """Function and method, and both in place."""
    return [name, f"Tensor.{name}", f"{name}_", f"Tensor.{name}_"]


@pytest.mark.parametrize("family", PROMISED)
def test_what_is_promised_is_there(family: str) -> None:
    missing = [name for name in PROMISED[family].split() if not any(there(autograd, s) for s in spellings(name))]
    assert missing == []


@pytest.mark.oracle
@pytest.mark.parametrize("family", PROMISED)
def test_in_each_form_that_torch_has(family: str) -> None:
    torch = pytest.importorskip("torch")
    wanted = {name: [s for s in spellings(name) if there(torch, s)] for name in PROMISED[family].split()}
    assert [name for name, forms in wanted.items() if not forms] == [], "names that torch does not have"
    assert [s for forms in wanted.values() for s in forms if not there(autograd, s)] == []


# ----------------------------------------------------------------------------------------------------------- the page

TABLE = tensor_page.between_markers(tensor_page.PAGE.read_text(encoding="utf-8"))


def test_the_table_is_that_of_today() -> None:
    assert tensor_page.table().strip() == TABLE.strip(), "run `python -m tests.tensor_page`"


def claims(table: str) -> list[str]:
    """Everything that a table says is there, as paths: `relu`, `Tensor.relu`, `Tensor.relu_`, `linalg.inv`."""
    paths = []
    for family, form, names in tensor_page.rows(table):
        for name in names:
            if family.startswith("`"):
                paths.append(f"{family[1:-1]}.{name}")
                continue
            forms = {"function": name, "method": f"Tensor.{name}", "in place": f"Tensor.{name.removesuffix('_')}_"}
            paths += [forms[f] for f in form.split(", ")] if form else [name]
    return paths


def test_every_name_of_the_table_is_there() -> None:
    listed = claims(TABLE)
    assert len(listed) > 700
    assert len(listed) == len(set(listed))
    assert [path for path in listed if not there(autograd, path)] == []


@pytest.mark.oracle
def test_every_name_of_the_table_is_torchs_or_said_to_be_ours() -> None:
    torch = pytest.importorskip("torch")
    theirs = {path for path in claims(TABLE) if there(torch, path) or there(torch.autograd, path)}
    theirs -= {"Graph"}  # TorchScript's there
    assert set(claims(TABLE)) - theirs == tensor_page.OURS


def names_said_to_be_missing() -> list[str]:
    bullet = tensor_page.PAGE.read_text(encoding="utf-8").partition("- Rarer functions")[2].partition("\n- ")[0]
    return re.findall(r"`([\w.]+)`", bullet)


def test_what_is_said_to_be_missing_is() -> None:
    assert len(names_said_to_be_missing()) > 10
    assert [name for name in names_said_to_be_missing() if there(autograd, name)] == []


@pytest.mark.oracle
def test_what_is_said_to_be_missing_is_torchs() -> None:
    torch = pytest.importorskip("torch")
    assert [name for name in names_said_to_be_missing() if not there(torch, name)] == []


def test_every_operation_with_an_underscore_is_listed() -> None:
    """A function `relu_` is said to be there by the method of that name."""
    functions = {name for name in autograd.__all__ if name.endswith("_")}
    assert functions <= {path.removeprefix("Tensor.") for path in claims(TABLE)}


def test_the_checks_see_a_fault() -> None:
    table = (
        "| Elementwise | function, method, in place | `exp` |\n"
        "| `linalg` | function | `gone` |\n"
        "| Not in PyTorch | | `watch` |\n"
    )
    assert claims(table) == ["exp", "Tensor.exp", "Tensor.exp_", "linalg.gone", "watch"]
    assert not there(autograd, "linalg.gone")
    page = f"before\n{tensor_page.BEGIN}old\n{tensor_page.END}after\n"
    assert tensor_page.between_markers(tensor_page.written_into(page)).strip() == tensor_page.table().strip()
    assert tensor_page.written_into(page).startswith("before\n")
    assert tensor_page.written_into(page).endswith("after\n")

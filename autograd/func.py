"""Functions of functions, by PyTorch's names: `torch.func`; and `value_and_grad`, by JAX's."""

from autograd.batches import vmap
from autograd.stateless import functional_call, stack_module_state
from autograd.transforms import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, value_and_grad, vjp

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "value_and_grad",
    "vjp",
    "vmap",
]

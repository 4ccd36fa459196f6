"""The methods of Tensor that only name an operation, a class per family; `Tensor` inherits them all."""

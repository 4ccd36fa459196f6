"""Methods of Tensor that make new tensors, fill with random numbers, convert, or tell of what kind a tensor is."""

from __future__ import annotations

from autograd import conversion, creation, questions, random, values


class CreationMethods:
    """Methods of Tensor that make new tensors, fill with random numbers, convert, or tell of what kind a tensor is."""

    __slots__ = ()

    new_empty = creation.new_empty
    new_full = creation.new_full
    new_ones = creation.new_ones
    new_tensor = values.new_tensor
    new_zeros = creation.new_zeros

    __dlpack__ = values.dlpack
    __dlpack_device__ = values.dlpack_device

    bernoulli = random.bernoulli
    multinomial = random.multinomial

    bernoulli_ = random.bernoulli_
    cauchy_ = random.cauchy_
    exponential_ = random.exponential_
    geometric_ = random.geometric_
    log_normal_ = random.log_normal_
    normal_ = random.normal_
    random_ = random.random_
    uniform_ = random.uniform_

    get_device = questions.get_device
    is_complex = questions.is_complex
    is_floating_point = questions.is_floating_point
    is_nonzero = questions.is_nonzero
    is_same_size = questions.is_same_size
    is_signed = questions.is_signed

    bool = conversion.bool_
    byte = conversion.byte
    char = conversion.char
    cpu = conversion.cpu
    cuda = conversion.cuda
    double = conversion.double
    float = conversion.float_
    half = conversion.half
    int = conversion.int_
    long = conversion.long
    short = conversion.short
    to = conversion.to
    type = conversion.type_
    type_as = conversion.type_as

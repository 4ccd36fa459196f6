"""Sequences of unequal lengths, padded or packed (`torch.nn.utils.rnn`)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import autograd
from autograd import Tensor
from autograd.errors import say


class PackedSequence(NamedTuple):
    """Sequences of unequal lengths, step by step: first the first elements of all, then the second ones, and so on.

    Made by `pack_padded_sequence` and `pack_sequence`.

    Attributes
    ----------
    data : Tensor, shape (all elements, ...)
        Of each step the longest sequence first.
    batch_sizes : Tensor of int64
        How many sequences have a first element, a second one, and so on.
    sorted_indices, unsorted_indices : Tensor of int64, or None
        Which sequence is the longest, the next, and so on; and where each of them is. None: they were in order.
    """

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """Return the same sequences in another dtype or on a device, as `Tensor.to` takes them."""
        return self._replace(data=self.data.to(*args, **kwargs))

    def double(self) -> PackedSequence:
        """Return the same sequences in float64."""
        return self.to(autograd.float64)

    def float(self) -> PackedSequence:
        """Return the same sequences in float32."""
        return self.to(autograd.float32)

    def long(self) -> PackedSequence:
        """Return the same sequences in int64."""
        return self.to(autograd.int64)

    def cpu(self) -> PackedSequence:
        """Return the sequences themselves: they are nowhere else."""
        return self


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Return padded sequences packed.

    Parameters
    ----------
    input : Tensor, shape (T, N, ...), or (N, T, ...) if `batch_first`
    lengths : Tensor, or sequence of int
        Of each sequence, at least 1.
    batch_first : bool
    enforce_sorted : bool
        The longest come first. False: they are sorted here.

    Raises
    ------
    RuntimeError
        The lengths are not in order, are not one a sequence, or not from 1 to T.
    """
    sizes = [int(n) for n in (lengths.tolist() if isinstance(lengths, Tensor) else lengths)]
    steps = input.transpose(0, 1) if batch_first else input
    if len(sizes) != steps.shape[1]:
        raise RuntimeError(
            say(
                f"Expected `len(lengths)` to be equal to batch_size, but got {len(sizes)} "
                f"(batch_size={steps.shape[1]})",
                "one length a sequence",
                "Check batch_first.",
            )
        )
    order = sorted(range(len(sizes)), key=lambda i: -sizes[i])
    if enforce_sorted and any(a < b for a, b in itertools.pairwise(sizes)):
        raise RuntimeError(
            say(
                f"`lengths` array must be sorted in decreasing order when `enforce_sorted` is True: got {sizes}",
                "the longest sequence first",
                "Pass enforce_sorted=False, and they are sorted here.",
            )
        )
    if not sizes or min(sizes) < 1 or max(sizes) > len(steps):
        raise RuntimeError(
            say(
                f"Length of all samples has to be greater than 0, and at most the {len(steps)} steps there are: "
                f"got {sizes}",
                f"lengths from 1 to {len(steps)}",
                "Leave out empty sequences.",
            )
        )
    sorted_indices = None if enforce_sorted else autograd.tensor(order)
    if sorted_indices is not None:
        steps, sizes = steps.index_select(1, sorted_indices), [sizes[i] for i in order]
    counts = [sum(n > t for n in sizes) for t in range(sizes[0])]
    data = autograd.cat([steps[t, :n] for t, n in enumerate(counts)])
    return PackedSequence(data, autograd.tensor(counts), sorted_indices, _inverse(sorted_indices))


def _inverse(order: Tensor | None) -> Tensor | None:
    return None if order is None else order.argsort()


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """Return packed sequences padded, and their lengths.

    Parameters
    ----------
    sequence : PackedSequence
    batch_first : bool
        Return (N, T, ...) rather than (T, N, ...).
    padding_value : float
    total_length : int, optional
        T; the longest sequence's length if left out.

    Raises
    ------
    ValueError
        `total_length` is less than that.
    """
    counts = sequence.batch_sizes.tolist()
    longest = len(counts)
    if total_length is not None and total_length < longest:
        raise ValueError(
            say(
                f"Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {longest}",
                f"at least {longest}",
                "Leave it out.",
            )
        )
    steps = []
    for part in sequence.data.split(counts):
        missing = autograd.full((counts[0] - len(part), *part.shape[1:]), padding_value, dtype=part.dtype)
        steps.append(autograd.cat([part, missing]))
    for _ in range((total_length or longest) - longest):
        steps.append(autograd.full(tuple(steps[0].shape), padding_value, dtype=sequence.data.dtype))
    padded = autograd.stack(steps)
    lengths = autograd.tensor([sum(n > i for n in counts) for i in range(counts[0])])
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices]
    return (padded.transpose(0, 1) if batch_first else padded), lengths


def pad_sequence(
    sequences: Iterable[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Return sequences (length, ...) side by side, filled up to the longest.

    Parameters
    ----------
    sequences : iterable of Tensor
    batch_first : bool
        Return (N, T, ...) rather than (T, N, ...).
    padding_value : float
    padding_side : {"right", "left"}

    Raises
    ------
    RuntimeError
        There are no sequences, nothing to iterate over, or `padding_side` is another word.
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            say(
                f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}",
                "a list of tensors",
                "Put them into a list.",
            )
        )
    sequences = list(sequences)
    if padding_side not in ("right", "left"):
        raise RuntimeError(
            say(f"padding_side should be either 'right' or 'left', but got '{padding_side}'", "one of them", "Check.")
        )
    if not sequences:
        raise RuntimeError(say("received an empty list of sequences", "one sequence or more", "Check the data."))
    longest = max(len(s) for s in sequences)
    filled = []
    for s in sequences:
        missing = autograd.full((longest - len(s), *s.shape[1:]), padding_value, dtype=s.dtype)
        filled.append(autograd.cat([s, missing] if padding_side == "right" else [missing, s]))
    return autograd.stack(filled, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Any, batch_first: bool = False) -> list[Tensor]:
    """Return the sequences of a padded tensor (T, N, ...), or (N, T, ...) if `batch_first`, one by one."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    sizes = lengths.tolist() if isinstance(lengths, Tensor) else list(lengths)
    return [row[:n] for row, n in zip(rows, sizes, strict=True)]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Return sequences (length, ...) packed. Errors as for `pack_padded_sequence`."""
    lengths = [len(s) for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """Return packed sequences one by one."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)

"""The derivation: the chain rule of one gradient, written out with its numbers, as a lecturer would on the board."""

from autograd.derivation.chain import Derivation, ErrorTerm, explain
from autograd.derivation.links import Link, Place

__all__ = ["Derivation", "ErrorTerm", "Link", "Place", "explain"]

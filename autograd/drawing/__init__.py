"""See it: the recorded graph as data, as a picture and as text. `draw` reads the tape into a `Graph`."""

from autograd.drawing.model import Edge, Graph, Node, Output
from autograd.drawing.read import draw

__all__ = ["Edge", "Graph", "Node", "Output", "draw"]

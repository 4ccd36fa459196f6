"""What a notebook shows of graphs, derivations and networks: a real one, executed and converted by nbconvert."""

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

EXAMPLE = """
import autograd as torch
import nn

x = torch.tensor([0.35, 0.9], name="x")
W1 = torch.tensor([[0.1, 0.8], [0.4, 0.6]], requires_grad=True, name="W1")
w2 = torch.tensor([0.3, 0.9], requires_grad=True, name="w2")
with torch.watch():
    y = torch.sigmoid(w2 @ torch.sigmoid(W1 @ x))
    loss = (0.5 - y) ** 2 / 2
    loss.backward()
"""

#: What a cell ends with, and what its output must hold, by MIME type.
CELLS = {
    "torch.draw(loss)": {"image/svg+xml": "<svg", "text/plain": "7 ops, 2 leaves"},
    "torch.explain(loss, W1, index=(0, 0))": {"text/latex": r"\partial", "text/plain": "0.000929071"},
    "torch.step_through(loss)": {"text/html": "<iframe title=", "text/plain": "<StepThrough: 1 pass, 15 steps>"},
    "nn.draw_network(nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1)), x)": {"image/svg+xml": "<circle"},
}


@pytest.fixture(scope="module")
def executed() -> Any:
    """The notebook with its outputs."""
    nbformat = pytest.importorskip("nbformat")
    preprocessors = pytest.importorskip("nbconvert.preprocessors")
    pytest.importorskip("ipykernel")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (EXAMPLE, *CELLS)])
    preprocessors.ExecutePreprocessor(timeout=120).preprocess(notebook, {"metadata": {"path": str(ROOT)}})
    return notebook


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_shows_it(executed: Any, cell: str) -> None:
    (source,) = [c for c in executed.cells if c.source == cell]
    shown: dict[str, Any] = {}
    for output in source.outputs:
        assert output.output_type in ("execute_result", "display_data"), output
        shown |= output.data
    for kind, text in CELLS[cell].items():
        assert text in shown[kind]


@pytest.mark.slow
def test_the_converted_page_shows_all_of_it(executed: Any) -> None:
    nbconvert = pytest.importorskip("nbconvert")
    page, _ = nbconvert.HTMLExporter().from_notebook_node(executed)
    assert len(re.findall(r'<img[^>]*src="data:image/svg\+xml;base64,', page)) == 2
    assert r"\partial" in page

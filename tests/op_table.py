"""One row for every operation: its name, what it computes, samples, and what it refuses.

`name` is PyTorch's, and says where the operation is found: "add", "Tensor.add_", "nn.functional.linear". The tests that
run over the table call it in `autograd`, and in `torch` where that is installed; `numpy` computes the same on arrays.
The rows themselves stand in `op_rows`, a file per family.
"""

from __future__ import annotations

from tests.op_rows.activations import ACTIVATIONS
from tests.op_rows.arithmetic import ARITHMETIC
from tests.op_rows.attention import ATTENTION
from tests.op_rows.choices import CHOICES
from tests.op_rows.compare import LOGICAL
from tests.op_rows.convolutions import CONVOLUTIONS
from tests.op_rows.counting import COUNTING
from tests.op_rows.creation import CREATION
from tests.op_rows.ctc import TEXTS_IN_SEQUENCES
from tests.op_rows.diagonals import DIAGONAL_ROWS, EINSUM_ROWS
from tests.op_rows.elementwise import ELEMENTWISE
from tests.op_rows.gather import PICKING
from tests.op_rows.index import INDEXING
from tests.op_rows.inplace import IN_PLACE
from tests.op_rows.join import JOINED
from tests.op_rows.layout import LAYOUT
from tests.op_rows.linalg import PRODUCT_ROWS
from tests.op_rows.lookups import LOOKUPS
from tests.op_rows.losses import LOSSES
from tests.op_rows.matrices import DECOMPOSITIONS, INVERSES, NORMS_OF_MATRICES
from tests.op_rows.memory import CONVERSIONS
from tests.op_rows.networks import NETWORKS
from tests.op_rows.normalizations import NORMALIZATIONS
from tests.op_rows.norms import NORM_ROWS
from tests.op_rows.operators import OPERATORS
from tests.op_rows.parts import PARTS
from tests.op_rows.poolings import POOLINGS
from tests.op_rows.products import COMPOSED_PRODUCTS
from tests.op_rows.random import RANDOM
from tests.op_rows.recurrent import RECURRENT
from tests.op_rows.reduce import REDUCTIONS
from tests.op_rows.rounding import ROUNDING
from tests.op_rows.scan import SCANS
from tests.op_rows.scatter import SCATTERING
from tests.op_rows.shape import SHAPE
from tests.op_rows.sorting import SORTING
from tests.op_rows.special import SPECIAL_FUNCTIONS
from tests.op_rows.tiling import FLIPPED, GRIDS, TILED
from tests.op_rows.trigonometry import TRIGONOMETRY

ROWS = [
    *ARITHMETIC,
    *ELEMENTWISE,
    *TRIGONOMETRY,
    *ROUNDING,
    *CHOICES,
    *SPECIAL_FUNCTIONS,
    *LOGICAL,
    *REDUCTIONS,
    *SCANS,
    *SORTING,
    *COUNTING,
    *SHAPE,
    *PARTS,
    *JOINED,
    *TILED,
    *FLIPPED,
    *GRIDS,
    *LAYOUT,
    *PRODUCT_ROWS,
    *COMPOSED_PRODUCTS,
    *DIAGONAL_ROWS,
    *EINSUM_ROWS,
    *INVERSES,
    *DECOMPOSITIONS,
    *NORM_ROWS,
    *NORMS_OF_MATRICES,
    *INDEXING,
    *PICKING,
    *SCATTERING,
    *OPERATORS,
    *IN_PLACE,
    *CONVERSIONS,
    *CREATION,
    *RANDOM,
    *ACTIVATIONS,
    *NORMALIZATIONS,
    *LOSSES,
    *LOOKUPS,
    *CONVOLUTIONS,
    *POOLINGS,
    *RECURRENT,
    *NETWORKS,
    *ATTENTION,
    *TEXTS_IN_SEQUENCES,
]

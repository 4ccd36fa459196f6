"""Neural networks with PyTorch's names, written on the public names of `autograd`."""

import nn._identity  # noqa: F401  isort: skip  (first: is this the `autograd` we are written for?)

from nn import data as data
from nn import functional as functional
from nn import init as init
from nn import optim as optim
from nn.layers.activation import CELU as CELU
from nn.layers.activation import ELU as ELU
from nn.layers.activation import GELU as GELU
from nn.layers.activation import GLU as GLU
from nn.layers.activation import SELU as SELU
from nn.layers.activation import Hardshrink as Hardshrink
from nn.layers.activation import Hardsigmoid as Hardsigmoid
from nn.layers.activation import Hardswish as Hardswish
from nn.layers.activation import Hardtanh as Hardtanh
from nn.layers.activation import LeakyReLU as LeakyReLU
from nn.layers.activation import LogSigmoid as LogSigmoid
from nn.layers.activation import LogSoftmax as LogSoftmax
from nn.layers.activation import Maxout as Maxout
from nn.layers.activation import Mish as Mish
from nn.layers.activation import PReLU as PReLU
from nn.layers.activation import ReLU as ReLU
from nn.layers.activation import ReLU6 as ReLU6
from nn.layers.activation import RReLU as RReLU
from nn.layers.activation import Sigmoid as Sigmoid
from nn.layers.activation import SiLU as SiLU
from nn.layers.activation import Softmax as Softmax
from nn.layers.activation import Softmax2d as Softmax2d
from nn.layers.activation import Softmin as Softmin
from nn.layers.activation import Softplus as Softplus
from nn.layers.activation import Softshrink as Softshrink
from nn.layers.activation import Softsign as Softsign
from nn.layers.activation import Tanh as Tanh
from nn.layers.activation import Tanhshrink as Tanhshrink
from nn.layers.activation import Threshold as Threshold
from nn.layers.container import ModuleList as ModuleList
from nn.layers.container import Sequential as Sequential
from nn.layers.linear import Identity as Identity
from nn.layers.linear import Linear as Linear
from nn.losses import CrossEntropyLoss as CrossEntropyLoss
from nn.losses import MSELoss as MSELoss
from nn.module import Module as Module
from nn.parameter import Parameter as Parameter

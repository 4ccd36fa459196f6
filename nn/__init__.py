"""Neural networks with PyTorch's names, written on the public names of `autograd`."""

import nn._identity  # noqa: F401  isort: skip  (first: is this the `autograd` we are written for?)

from nn import data as data
from nn import functional as functional
from nn import init as init
from nn import optim as optim
from nn.layers.activation import ReLU as ReLU
from nn.layers.activation import Sigmoid as Sigmoid
from nn.layers.activation import Softmax as Softmax
from nn.layers.activation import Tanh as Tanh
from nn.layers.container import ModuleList as ModuleList
from nn.layers.container import Sequential as Sequential
from nn.layers.linear import Identity as Identity
from nn.layers.linear import Linear as Linear
from nn.losses import CrossEntropyLoss as CrossEntropyLoss
from nn.losses import MSELoss as MSELoss
from nn.module import Module as Module
from nn.parameter import Parameter as Parameter

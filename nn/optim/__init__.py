"""Optimizers: rules for turning gradients into better parameters (`torch.optim`)."""

from nn.optim.adam import Adam as Adam
from nn.optim.optimizer import Optimizer as Optimizer
from nn.optim.sgd import SGD as SGD

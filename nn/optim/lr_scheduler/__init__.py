"""Schedules: learning rates that change from epoch to epoch (`torch.optim.lr_scheduler`)."""

from nn.optim.lr_scheduler.base import LRScheduler as LRScheduler
from nn.optim.lr_scheduler.composed import ChainedScheduler as ChainedScheduler
from nn.optim.lr_scheduler.composed import SequentialLR as SequentialLR
from nn.optim.lr_scheduler.cosine import CosineAnnealingLR as CosineAnnealingLR
from nn.optim.lr_scheduler.cosine import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
from nn.optim.lr_scheduler.cycles import CyclicLR as CyclicLR
from nn.optim.lr_scheduler.cycles import OneCycleLR as OneCycleLR
from nn.optim.lr_scheduler.factors import ConstantLR as ConstantLR
from nn.optim.lr_scheduler.factors import ExponentialLR as ExponentialLR
from nn.optim.lr_scheduler.factors import LinearLR as LinearLR
from nn.optim.lr_scheduler.factors import MultiStepLR as MultiStepLR
from nn.optim.lr_scheduler.factors import PolynomialLR as PolynomialLR
from nn.optim.lr_scheduler.factors import StepLR as StepLR
from nn.optim.lr_scheduler.functions import LambdaLR as LambdaLR
from nn.optim.lr_scheduler.functions import MultiplicativeLR as MultiplicativeLR
from nn.optim.lr_scheduler.plateau import ReduceLROnPlateau as ReduceLROnPlateau

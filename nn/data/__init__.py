"""Data sets, the loader that makes batches of them, and toy data (`torch.utils.data`, and a little more)."""

from nn.data.dataset import Dataset as Dataset
from nn.data.dataset import TensorDataset as TensorDataset
from nn.data.loader import BatchSampler as BatchSampler
from nn.data.loader import DataLoader as DataLoader
from nn.data.loader import RandomSampler as RandomSampler
from nn.data.loader import SequentialSampler as SequentialSampler
from nn.data.loader import default_collate as default_collate
from nn.data.toy import Iris as Iris
from nn.data.toy import iris as iris
from nn.data.toy import moons as moons
from nn.data.toy import rings as rings
from nn.data.toy import spiral as spiral
from nn.data.toy import xor as xor

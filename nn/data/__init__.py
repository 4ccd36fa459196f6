"""Data sets, the loader that makes batches of them, and toy data (`torch.utils.data`, and a little more)."""

from nn.data.collate import default_collate as default_collate
from nn.data.collate import default_convert as default_convert
from nn.data.dataset import ChainDataset as ChainDataset
from nn.data.dataset import ConcatDataset as ConcatDataset
from nn.data.dataset import Dataset as Dataset
from nn.data.dataset import IterableDataset as IterableDataset
from nn.data.dataset import StackDataset as StackDataset
from nn.data.dataset import Subset as Subset
from nn.data.dataset import TensorDataset as TensorDataset
from nn.data.dataset import random_split as random_split
from nn.data.loader import DataLoader as DataLoader
from nn.data.sampler import BatchSampler as BatchSampler
from nn.data.sampler import RandomSampler as RandomSampler
from nn.data.sampler import Sampler as Sampler
from nn.data.sampler import SequentialSampler as SequentialSampler
from nn.data.sampler import SubsetRandomSampler as SubsetRandomSampler
from nn.data.sampler import WeightedRandomSampler as WeightedRandomSampler
from nn.data.toy import Iris as Iris
from nn.data.toy import iris as iris
from nn.data.toy import moons as moons
from nn.data.toy import rings as rings
from nn.data.toy import spiral as spiral
from nn.data.toy import xor as xor
from nn.data.workers import get_worker_info as get_worker_info

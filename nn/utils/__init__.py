"""Helpers: gradients kept in bounds, parameters as one vector or computed from others (`torch.nn.utils`)."""

from nn.utils import parametrizations as parametrizations
from nn.utils import parametrize as parametrize
from nn.utils import rnn as rnn
from nn.utils import stateless as stateless
from nn.utils.clip_grad import clip_grad_norm_ as clip_grad_norm_
from nn.utils.clip_grad import clip_grad_value_ as clip_grad_value_
from nn.utils.clip_grad import clip_grads_with_norm_ as clip_grads_with_norm_
from nn.utils.clip_grad import get_total_norm as get_total_norm
from nn.utils.convert_parameters import parameters_to_vector as parameters_to_vector
from nn.utils.convert_parameters import vector_to_parameters as vector_to_parameters

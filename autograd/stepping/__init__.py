"""Step through a forward and a backward pass: `step_through`, and `Recorder` for the passes of a training loop."""

from autograd.stepping.recorder import Recorder, StepThrough, step_through

__all__ = ["Recorder", "StepThrough", "step_through"]

"""The lectures' examples, worked: what `python -m autograd` runs."""

"""Layers: modules with a function of their own, and containers of modules."""

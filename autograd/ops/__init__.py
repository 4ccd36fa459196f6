"""Derivative rules, one file per family, each a class with its formula, and the functions that apply them."""

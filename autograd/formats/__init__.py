"""How tensors are laid out in files: archives of arrays, nested structures, safetensors."""

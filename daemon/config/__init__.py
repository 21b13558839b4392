"""The two YAML files: read with positions, checked whole, handed on as frozen values."""

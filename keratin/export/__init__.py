"""Programs in folders: pure functions with their variables, written so that no code is needed.

`save` and `load` are public as `tf.saved_model`; the format is described in `docs/saved_model.md`.
"""

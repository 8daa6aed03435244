# The exports of `keratin.keras.ops.numpy`, see `keratin/__init__.pyi`.


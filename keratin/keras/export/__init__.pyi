# The exports of `keratin.keras.export`, see `keratin/__init__.pyi`.

from keratin.keras.export._archive import ExportArchive as ExportArchive

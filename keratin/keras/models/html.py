"""The table of layers that a notebook shows of a model."""

from __future__ import annotations

from html import escape
from typing import Any

from keratin.keras.models.summary import table_of, totals

_NUMBERS = ("Param #",)
_MOST_ROWS = 30  # longer tables scroll


def html_of(model: Any) -> str:
    """The summary of a model as HTML; names in it are text, whatever signs they have."""
    columns, rows = table_of(model)
    head = "".join(_cell("th", column, column) for column in columns)
    lines = [_row(columns, row) for row in rows]
    style = "max-height: 40em; overflow: auto; " if len(rows) > _MOST_ROWS else ""
    return "\n".join(
        [
            f'<div style="{style}overflow-x: auto">',
            f"<p><b>{escape(model.name)}</b> ({escape(type(model).__name__)})</p>",
            f"<table><thead><tr>{head}</tr></thead><tbody>",
            *lines,
            "</tbody></table>",
            "<p>" + "<br>".join(escape(line.strip()) for line in totals(model)) + "</p>",
            "</div>",
        ]
    )


def _row(columns: list[str], cells: list[str]) -> str:
    found = [_cell("td", column, cell) for column, cell in zip(columns, cells, strict=True)]
    return f"<tr>{''.join(found)}</tr>"


def _cell(tag: str, column: str, text: str) -> str:
    side = "right" if column in _NUMBERS else "left"
    name, zero, kind = text.partition("\0")
    shown = escape(name) if not zero else f"<b>{escape(name)}</b> {escape(kind)}"
    return (
        f'<{tag} style="text-align: {side}; padding: 2px 8px; white-space: nowrap">{shown}</{tag}>'
    )

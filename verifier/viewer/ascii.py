"""Drawings for terminals and logs that know nothing but ASCII."""

TABLE = str.maketrans(
    {
        "●": "o",
        "○": "o",
        "·": ".",
        "─": "-",
        "━": "=",
        "┄": "~",
        "▶": ">",
        "◀": "<",
        "▷": ">",
        "◁": "<",
        "▸": ">",
        "✗": "x",
        "✓": "+",
        "≠": "/=",
        "…": "~",
        "→": "->",
    }
)


def ascii_only(text: str) -> str:
    """The text with its strokes as letters."""
    return text.translate(TABLE).encode("ascii", "replace").decode("ascii")

"""Drawings for terminals and logs that know nothing but ASCII."""

STROKES, LETTERS = "●○·│─━═┄▶◀▷◁▸✗✓…", "oo.|-==~><><>x+~"
TABLE = str.maketrans({**dict(zip(STROKES, LETTERS, strict=True)), "≠": "/=", "→": "->"})


def ascii_only(text: str) -> str:
    """The text with its strokes as letters."""
    return text.translate(TABLE).encode("ascii", "replace").decode("ascii")

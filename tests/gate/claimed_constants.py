"""What claims come to beside their text, in which a value that is new may be or not."""

from tests.gate.watched import Edits

Edit = tuple[str, str]
ASKED = ("is_lit(light)", "light.colour in {}")
LIT = """@record
class Lit:
    state: Colour = Colour.RED
    has: Family[Colour, bool] = Family({Colour.GREEN: True})"""
GREEN = LIT.replace("Colour.RED", "Colour.GREEN")
RECORD = ("import always", "import Family, always, record")
BOTH = """BOTH = (
    lambda light: light.colour == Colour.GREEN,
    lambda light: light.colour != Colour.RED,
)


"""
MADE = """def one_of(lit, is_lit):
    return lambda light: (light.colour in lit) == is_lit


BOTH = one_of((Colour.GREEN,), True), one_of((Colour.RED,), False)
"""
HIDING = "class Some:\n    WIDE = True\n\n\nclass Lit(Some):\n    WIDE = False"
HAS = "Lit.HAS"
ENUM = ("from models", "from enum import Enum\n\nfrom models")


def before(text: str, named: str) -> Edits:
    """Something before a claim, of which the claim names a part."""
    return ("@always", f"{text}\n\n\n@always"), (ASKED[0], ASKED[1].format(named))


METHOD = "\n    def is_lit(self) -> bool:\n        return {}\n"
LAMP = "@record\nclass Lamp(Light):\n    dim: bool = False\n"
WIDER = ("(Colour.GREEN,)", "(Colour.GREEN, Colour.YELLOW)")
CONSTANTS: dict[str, tuple[Edits, Edit]] = {
    "an attribute of a class": (
        (
            ("@always", "class Lit:\n    HAS = (Colour.GREEN,)\n\n\n@always"),
            (ASKED[0], ASKED[1].format("Lit.HAS")),
        ),
        WIDER,
    ),
    "a set": (
        (
            (
                "@always",
                "LIT, ONE = frozenset((Colour.GREEN,)), frozenset([Colour.GREEN])\n\n\n@always",
            ),
            (ASKED[0], "light.colour == Colour.GREEN or LIT != ONE"),
        ),
        WIDER,
    ),
    "the value of an enum's member": (
        (
            ("@always", "class Lit(Enum):\n    HAS = (Colour.GREEN,)\n\n\n@always"),
            ENUM,
            (ASKED[0], ASKED[1].format("Lit.HAS.value")),
        ),
        WIDER,
    ),
    "a constant in the state": (
        (
            (
                "@record",
                "@dataclass(frozen=True)\nclass Lit:\n    has: tuple[Any, ...]\n\n\n@record",
            ),
            ("from enum", "from dataclasses import dataclass\nfrom enum"),
            ("import Enum\n", "import Enum\nfrom typing import Any\n"),
            ("    colour: Colour", "    lit: Lit\n    colour: Colour"),
            ("Light(), ", "Light(lit=Lit((Colour.GREEN,))), "),
            (ASKED[0], ASKED[1].format("light.lit.has")),
        ),
        WIDER,
    ),
    "a method of the state's own record": (
        (
            ("    on: bool = False\n", f"    on: bool = False\n{METHOD.format('self.on')}"),
            ("@step", f"{LAMP}{METHOD.format('self.colour in (Colour.GREEN,)')}\n\n@step"),
            ("Light(), ", "Lamp(), "),
            (ASKED[0], "light.is_lit()"),
        ),
        WIDER,
    ),
    "a class that another one extends": (
        before("class Some:\n    HAS = (Colour.GREEN,)\n\n\nclass Lit(Some):\n    pass", HAS),
        WIDER,
    ),
    "a default of a named tuple": (
        (
            *before(
                "class Lit(NamedTuple):\n    has: tuple[Colour, ...] = (Colour.GREEN,)", "Lit().has"
            ),
            ("from models", "from typing import NamedTuple\n\nfrom models"),
        ),
        WIDER,
    ),
    "a private attribute of an enum": (
        (
            *before(
                "class Lit(Enum):\n    ONE = 1\n    __HAS = (Colour.GREEN,)\n\n"
                "    def has(self):\n        return self.__HAS",
                "Lit.ONE.has()",
            ),
            ENUM,
        ),
        WIDER,
    ),
    "a record": (
        (*before(f"{LIT}\n\n\nONE = Lit(state=Colour.GREEN)", "(Colour.GREEN, ONE.state)"), RECORD),
        ("(state=Colour.GREEN)", "(state=Colour.YELLOW)"),
    ),
    "a default of a record": (
        (*before(GREEN, "(Colour.GREEN, Lit().state)"), RECORD),
        ("state: Colour = Colour.GREEN", "state: Colour = Colour.YELLOW"),
    ),
    "a row of a record": (
        (*before(LIT, ""), ("light.colour in ", "Lit().has[light.colour]"), RECORD),
        ("{Colour.GREEN: True}", "{Colour.GREEN: True, Colour.YELLOW: True}"),
    ),
    "which of two functions a class has": (
        (
            *before(f"{BOTH}class Lit:\n    one, other, is_it = BOTH[0], BOTH[1], BOTH[0]", ""),
            ("light.colour in  or", "Lit.is_it(light) or light.on and"),
            ("and not light.on", "and Lit.one(light) and Lit.other(light) or not light.on"),
        ),
        ("BOTH[1], BOTH[0]", "BOTH[1], BOTH[1]"),
    ),
    "which of two functions a table has first": (
        (
            *before(f"{BOTH}", ""),
            ("light.colour in  or", "BOTH[0](light) or light.on and BOTH[1](light) or"),
        ),
        ("BOTH = (", "BOTH = (\n    lambda light: light.colour != Colour.RED,"),
    ),
    "which function a property calls": (
        (
            *before(
                "class Lit(Enum):\n    ONE = 1\n\n"
                "    def green(self):\n        return (Colour.GREEN,)\n\n"
                "    def lit(self):\n        return tuple(Colour)[1:]\n\n"
                "    has = property(green)",
                "Lit.ONE.has",
            ),
            ENUM,
        ),
        ("property(green)", "property(lit)"),
    ),
    "which of two attributes hides the other": (
        (
            *before(HIDING, ""),
            (
                "light.colour in ",
                "light.colour == Colour.GREEN or Lit.WIDE and light.colour != Colour.RED",
            ),
        ),
        (HIDING, HIDING.replace("True", "not True").replace("False", "True")),
    ),
    "which of two functions with the same text it names": (
        (
            *before(f"{MADE}USED = (BOTH[0],)", ""),
            (
                "light.colour in  or",
                "USED[0](light) or light.on and BOTH[0](light) and BOTH[1](light) or",
            ),
        ),
        ("USED = (BOTH[0],)", "USED = (BOTH[1],)"),
    ),
    "another name of an enum's member": (
        (
            *before(
                "class Lit(Enum):\n    NONE = ()\n    HAS = (Colour.GREEN,)\n    USED = HAS",
                "Lit.USED.value",
            ),
            ENUM,
        ),
        ("USED = HAS", "USED = (Colour.GREEN, Colour.YELLOW)"),
    ),
}
"""What a claim may come to, and an edit by which that has a new value."""
AS_BEFORE: dict[str, tuple[Edits, Edits]] = {
    "a record that it makes has another field": (
        (*before(GREEN, "(Colour.GREEN, Lit().state)"), RECORD),
        (("    state: Colour", "    dim: bool = False\n    state: Colour"),),
    ),
    "a record that it names has another field": (
        (*before(f"{LIT}\n\n\nONE = Lit(state=Colour.GREEN)", "(Colour.GREEN, ONE.state)"), RECORD),
        (("    state: Colour", "    dim: bool = False\n    state: Colour"),),
    ),
    "the state's record begins otherwise where nobody makes one": (
        (("Light(), ", "Light(on=False), "),),
        (("    on: bool = False", "    on: bool = True"),),
    ),
    "an enum has a member before another": (
        (*before("class Lit(Enum):\n    HAS = (Colour.GREEN,)", "Lit.HAS.value"), ENUM),
        (("    HAS = (Colour.GREEN,)", "    NONE = ()\n    HAS = (Colour.GREEN,)"),),
    ),
    "a record that it makes has another row": (
        (*before(LIT, ""), ("light.colour in ", "Lit().has[light.colour]"), RECORD),
        (),
    ),
    "an enum has another name of a member": (
        (*before("class Lit(Enum):\n    HAS = (Colour.GREEN,)", "Lit.HAS.value"), ENUM),
        (("    HAS = (Colour.GREEN,)", "    HAS = (Colour.GREEN,)\n    USED = HAS"),),
    ),
}
"""Claims, and edits by which there is more beside them."""

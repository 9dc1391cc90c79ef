"""Where an expression or a statement can be in a step: HERE, or the body of something."""

from __future__ import annotations

from collections.abc import Callable

PRELUDE = """
def helper(value: object = True, *more: object, **named: object) -> object:
    return value


def same(function: object) -> object:
    return function


@abstracts("gives back what it is given, by way of a fork")
def given_back(s: State, value: object) -> object:
    if s.a:
        return value
    return value


"""

STEP = "@step\ndef go(s: State, x: bool, m: Mode) -> None:\n    t = s.a\n"

EXPRESSION_POSITIONS: dict[str, str] = {
    "test": "    if HERE:\n        s.out = not s.out\n",
    "value": "    s.out = HERE\n",
    "compared": "    s.out = (HERE) == True\n",
    "compared_right": "    s.out = s.b == (HERE)\n",
    "chained": "    s.out = s.a == (HERE) == s.b\n",
    "contained": "    s.out = (HERE) in (True, Mode.BUSY)\n",
    "container": "    s.out = s.a in (HERE)\n",
    "index": "    s.out = (s.a, s.b)[HERE]\n",
    "key": "    s.out = s.bits[HERE]\n",
    "key_of_a_dictionary": "    s.out = {True: s.a, Mode.BUSY: s.b}.get(HERE, x)\n",
    "key_of_a_display": "    s.out = {HERE: s.b, True: x}[True]\n",
    "value_of_a_display": "    s.out = {1: HERE}[1] == True\n",
    "element_of_a_set": "    s.out = len({HERE, True}) == 1\n",
    "bound_of_a_slice": "    s.out = len((1, 2, 3)[HERE:]) == 2\n",
    "argument": "    s.out = helper(HERE) == True\n",
    "starred_argument": "    s.out = helper(*(HERE)) == True\n",
    "keyword_argument": "    s.out = helper(value=HERE) == True\n",
    "argument_of_a_model_function": "    s.out = given_back(s, HERE) == True\n",
    "argument_of_text": "    s.out = str(HERE) == 'True'\n",
    "default": "    def f(v=HERE):\n        return v\n    s.out = f() == True\n",
    "keyword_default": "    def f(*, v=HERE):\n        return v\n    s.out = f() == True\n",
    "decorator": "    @(HERE)\n    def f(v=x):\n        return v\n    s.out = f == True\n",
    "annotation": "    def f(v: HERE) -> HERE:\n        return v\n    s.out = f(x)\n",
    "annotation_of_a_variable": "    v: HERE = x\n    s.out = v\n",
    "f_string": "    s.out = f'{HERE}' == 'True'\n",
    "f_string_with_repr": "    s.out = f'{HERE!r}' == 'True'\n",
    "format_specification": "    s.out = f'{1:{HERE}}' == '1'\n",
    "element_of_a_comprehension": "    s.out = all([HERE for v in (1, 2)])\n",
    "source_of_a_comprehension": "    s.out = all([v for v in (HERE)])\n",
    "condition_of_a_comprehension": "    s.out = len([v for v in (1, 2) if HERE]) == 2\n",
    "element_of_a_generator": "    s.out = any(HERE for v in (1, 2))\n",
    "lambda": "    s.out = (lambda v: HERE)(x) == True\n",
    "default_of_a_lambda": "    s.out = (lambda v=HERE: v)() == True\n",
    "subject": "    match HERE:\n        case 1:\n            s.out = x\n        case _:\n"
    "            s.got = m\n",
    "guard": "    match s.mode:\n        case Mode.BUSY if HERE:\n            s.out = x\n",
    "walrus": "    if (v := HERE):\n        s.out = v == x\n",
    "assumption": "    assume(HERE)\n    s.out = x\n",
    "assertion": "    assert HERE\n    s.out = x\n",
    "assertion_message": "    assert s.a, HERE\n    s.out = x\n",
    "returned": "    def f():\n        return HERE\n    s.out = f() == True\n",
    "test_of_an_expression": "    s.out = s.b if HERE else x\n",
    "branch_of_an_expression": "    s.out = (HERE if s.b else x) == True\n",
    "conjunction": "    s.out = True if (HERE) and s.b else x\n",
    "disjunction": "    s.out = True if s.b or (HERE) else x\n",
    "negation": "    s.out = not (HERE)\n",
    "operand": "    s.out = s.b & (HERE)\n",
    "augmented": "    t |= HERE\n    s.out = t\n",
    "augmented_field": "    s.out ^= HERE\n",
    "looped": "    for v in (HERE):\n        s.out = v == True\n",
    "starred": "    s.out = len([*(HERE), x]) == 2\n",
    "unpacked": "    v, w = HERE\n    s.out = v == x\n",
    "context": "    with (HERE) as v:\n        s.out = v == x\n",
    "raised": "    if x:\n        raise HERE\n    s.out = s.b\n",
    "deleted": "    v = [HERE]\n    del v[0]\n    s.out = len(v) == 0 and x\n",
    "statement": "    HERE\n    s.out = x\n",
    "attribute": "    s.out = (HERE).__class__ == bool\n",
    "assigned_member": "    s.got = HERE\n",
    "assigned_record": "    s.part = HERE\n",
    "assigned_row": "    s.bits[m] = HERE\n",
    "field_of_a_new_record": "    s.part = Part(flag=HERE)\n",
    "identity": "    s.out = (HERE) is True\n",
    "body_of_a_helper_class": "    s.out = Box(lambda: HERE).got() == True\n",
    "yielded": "    s.out = all((lambda: (yield HERE))())\n",
}

STATEMENT_POSITIONS: dict[str, Callable[[str], str]] = {
    "body": lambda text: STEP + _indented(text) + "    s.out = s.out ^ x\n",
    "branch": lambda text: f"{STEP}    if s.b:\n{_indented(text, 2)}    s.out = s.out ^ x\n",
    "loop": lambda text: f"{STEP}    for u in (s.a, True):\n{_indented(text, 2)}",
    "case": lambda text: (
        f"{STEP}    match s.mode:\n        case Mode.BUSY as u:\n{_indented(text, 3)}"
    ),
    "nested_function": lambda text: (
        f"{STEP}    def inner(t, u):\n{_indented(text, 2)}        return t\n"
        "    s.out = inner(x, s.b)\n"
    ),
    "plain_function": lambda text: (
        f"def tool(s, x, m, t=True):\n{_indented(text)}    return t\n\n\n"
        f"{STEP}    s.out = tool(s, x, m)\n"
    ),
    "model_function": lambda text: (
        f'@abstracts("does it")\ndef tool(s: State, x: bool, m: Mode) -> bool:\n    t = s.b\n'
        f"{_indented(text)}    return t\n\n\n{STEP}    s.out = tool(s, x, m)\n"
    ),
    "method": lambda text: (
        f"class Tool:\n    def run(self, s, x, m, t):\n{_indented(text, 2)}        return t\n\n\n"
        f"{STEP}    s.out = Tool().run(s, x, m, s.b)\n"
    ),
}

BOX = """
class Box:
    def __init__(self, function: object) -> None:
        self.function = function

    def got(self) -> object:
        return self.function()


"""


def _indented(text: str, times: int = 1) -> str:
    return "".join(f"{'    ' * times}{line}\n" for line in text.splitlines())

"""Nodes of every kind, filled by chance with what mostly makes sense in a step."""

from __future__ import annotations

import ast
from random import Random
from typing import Any

from tests.language.second_oracle.asdl import Field, constructors, fields_of

BITS = (
    *("s.a", "s.b", "x", "t", "s.part.flag", "s.bits[Mode.BUSY]", "s.mode == Mode.BUSY"),
    *("s.who is None", "s.who == m"),
)
MEMBERS = ("s.mode", "m", "Mode.BUSY")
OTHERS = (
    *("s.part", "(s.a, s.b)", "1", "'True'", "Mode", "s.bits"),
    *("None", "False", "[s.b]", "s.who"),
)
CALLED = ("bool", "helper", "len", "str", "type", "hash", "any", "list", "isinstance", "id", "repr")
DECORATORS = ("helper", "bool", "same", "callable", "repr")
TARGETS = (
    *("t", "u", "s.out", "s.got", "s.bits[Mode.IDLE]"),
    *("s.part.flag", "(t, u)", "s.part", "s.who"),
)
ATTRIBUTES = ("flag", "real", "name", "value", "__class__", "part", "__doc__", "mode")
BODIES = (
    *("s.out = not s.out", "s.got = m", "s.who = m", "s.who = None", "s.out = x"),
    *("s.out = t", "pass", "s.part.flag = x"),
)
CONSTANTS = (True, 1, "True", None, 1.0, False, 0, b"x", "on", ...)
NAMES = ("t", "u")


def parsed(text: str) -> Any:
    return ast.parse(text, mode="eval").body


class Filler:
    """Fills the fields of nodes by chance, with what mostly makes sense there."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def pick(self, *pools: tuple[Any, ...]) -> Any:
        return self.random.choice(self.random.choice(pools))

    def expression(self, depth: int = 1) -> Any:
        """An expression: mostly one about bits."""
        if depth > 0 and self.random.random() < 0.35:
            return self.node(self.random.choice(constructors(ast.expr)), depth - 1)
        return parsed(self.pick(BITS, BITS, BITS, MEMBERS, OTHERS))

    def target(self) -> Any:
        node = ast.parse(f"{self.random.choice(TARGETS)} = 0").body[0]
        assert isinstance(node, ast.Assign)
        return node.targets[0]

    def statement(self) -> ast.stmt:
        return ast.parse(self.random.choice(BODIES)).body[0]

    def node(self, kind: type[ast.AST], depth: int = 1) -> Any:
        """A node of a kind with all its fields."""
        special = getattr(self, f"_{kind.__name__}", None)
        if special is not None:
            return special(depth)
        given = {field.name: self.field(kind, field, depth) for field in fields_of(kind)}  # type: ignore[arg-type]
        return kind(**given)

    def field(self, owner: type[ast.AST], field: Field, depth: int) -> Any:
        """What a field holds."""
        if field.many == "*":
            least = 0 if field.name in OFTEN_EMPTY else 1 + (owner in (ast.BoolOp, ast.MatchOr))
            count = self.random.randint(least, max(least, 2))
            return [self.value(owner, field, depth) for _ in range(count)]
        if field.many == "?" and (field.kind == "string" or self.random.random() < 0.4):
            return None
        return self.value(owner, field, depth)

    def value(self, owner: type[ast.AST], field: Field, depth: int) -> Any:
        """One value of a field's kind."""
        random = self.random
        if field.kind == "expr":
            return self._expression_for(owner, field, depth)
        if field.kind == "stmt":
            return self.statement()
        if field.kind == "identifier":
            return random.choice(ATTRIBUTES if field.name in ("attr", "kwd_attrs") else NAMES)
        if field.kind == "constant":
            if owner is ast.MatchSingleton:
                return random.choice((True, False, None))
            return random.choice(CONSTANTS)
        if field.kind in ("string", "int"):
            return (
                {"conversion": -1, "simple": 1}.get(field.name, 0) if field.kind == "int" else None
            )
        kind = getattr(ast, field.kind)
        below = constructors(kind)
        if field.kind == "expr_context":
            return ast.Load()
        return self.node(random.choice(below) if below else kind, depth - 1)

    def _expression_for(self, owner: type[ast.AST], field: Field, depth: int) -> Any:
        random = self.random
        if field.name in ("target", "targets", "optional_vars"):
            found = ast.Name(random.choice(NAMES), ast.Store()) if owner is ast.NamedExpr else None
            return found or self.target()
        if field.name == "decorator_list":
            return parsed(random.choice(DECORATORS))
        if field.name == "func":
            return parsed(random.choice(CALLED))
        if field.name == "cls":
            return parsed(random.choice(("bool", "Mode", "Part", "object")))
        if field.name == "type":
            return parsed(random.choice(("Exception", "AssertionError", "(ValueError, TypeError)")))
        if field.name in ("exc", "cause"):
            return parsed(random.choice(("ValueError", "AssertionError('no')", "None")))
        if field.name == "context_expr":
            return parsed(random.choice(("s.part", "Box(x)", "open_nothing()", "s.a")))
        if field.name in ("iter", "keys") and random.random() < 0.7:
            return parsed(
                random.choice(("(s.a, s.b)", "Mode", "[x]", "s.bits", "'k'", "Mode.BUSY"))
            )
        if owner is ast.MatchValue or (owner is ast.MatchMapping and field.name == "keys"):
            return parsed(random.choice(("Mode.BUSY", "1", "'True'", "s.got", "Mode.IDLE")))
        if owner is ast.Subscript and field.name == "value":
            return parsed(random.choice(("(s.a, s.b)", "s.bits", "[s.b, x]", "'on'", "s.rows")))
        return self.expression(depth)

    # nodes whose fields depend on each other

    def _Constant(self, _: int) -> Any:
        return ast.Constant(self.random.choice(CONSTANTS))

    def _Name(self, _: int) -> Any:
        return ast.Name(self.random.choice(("x", "m", "t", "s")), ast.Load())

    def _FormattedValue(self, depth: int) -> Any:
        return ast.JoinedStr([self._formatted(depth)])

    def _JoinedStr(self, depth: int) -> Any:
        return ast.JoinedStr([ast.Constant("T"), self._formatted(depth)])

    def _formatted(self, depth: int) -> Any:
        conversion = self.random.choice((-1, -1, 115, 114, 97))
        return ast.FormattedValue(self.expression(depth), conversion, None)

    def _Slice(self, depth: int) -> Any:
        value = parsed(self.random.choice(("(s.a, s.b)", "[x, s.b]", "'True'")))
        bounds = [self.random.choice((None, parsed("1"), self.expression(0))) for _ in range(2)]
        return ast.Subscript(value, ast.Slice(bounds[0], bounds[1]), ast.Load())

    def _Starred(self, depth: int) -> Any:
        source = parsed(self.random.choice(("(s.a, s.b)", "Mode", "s.bits", "[x]", "s.a")))
        return ast.List([ast.Starred(source, ast.Load()), self.expression(0)], ast.Load())

    def _Compare(self, depth: int) -> Any:
        count = self.random.randint(1, 2)
        ops: Any = [self.random.choice(constructors(ast.cmpop))() for _ in range(count)]
        return ast.Compare(self.expression(depth), ops, [self.expression(0) for _ in ops])

    def _Dict(self, depth: int) -> Any:
        keys = [self.random.choice((parsed("'k'"), parsed("s.a"), parsed("Mode.IDLE"), None))]
        values = [parsed("{'k': x}") if keys[0] is None else self.expression(depth)]
        return ast.Dict(keys, values)

    def _Lambda(self, depth: int) -> Any:
        made = ast.Lambda(self._arguments(0), self.expression(depth))
        return made if self.random.random() < 0.3 else ast.Call(made, [], [])

    def _Await(self, depth: int) -> Any:
        return parsed(self.random.choice(("await x", "await later()", "[v async for v in s.bits]")))

    def _comprehension(self, depth: int) -> Any:
        ifs = [self.expression(0)] if self.random.random() < 0.4 else []
        source = parsed(self.random.choice(("(s.a, s.b)", "Mode", "s.bits", "[x]")))
        return ast.comprehension(ast.Name(self.random.choice(NAMES), ast.Store()), source, ifs, 0)

    def _arguments(self, depth: int) -> Any:
        """Parameters that may all be left out, so that calls without arguments do."""
        some = "v=x", "v=True, /, w=s.a", "*v", "*, v=s.b", "**v", "v=m, *w", "v=s.a, *, w=x", ""
        return parsed(f"lambda {self.random.choice(some)}: 0").args

    def _keyword(self, depth: int) -> Any:
        name = self.random.choice(("value", "key", "default", None))
        return ast.keyword(name, parsed("{'value': x}") if name is None else self.expression(0))

    def _alias(self, _: int) -> Any:
        return ast.alias(self.random.choice(("keyword", "operator")), None)

    def _ImportFrom(self, _: int) -> Any:
        return ast.parse(
            self.random.choice(("from operator import and_", "from keyword import *"))
        ).body[0]

    def _FunctionDef(self, depth: int, head: str = "def") -> Any:
        made: Any = ast.parse(f"{head} f(): return 0").body[0]
        made.args = self._arguments(0)
        if hasattr(ast, "TypeVar") and self.random.random() < 0.3:
            made.type_params = ast.parse("def f[T, *U, **V](): pass").body[0].type_params  # type: ignore[attr-defined]
        made.body = [self.statement(), ast.Return(self.expression(depth))]
        if self.random.random() < 0.4:
            made.decorator_list = [parsed(self.random.choice(DECORATORS))]
        use = ast.parse(self.random.choice(("t = f() == True", "t = callable(f)", "f()"))).body[0]
        return [made, use]

    def _AsyncFunctionDef(self, depth: int) -> Any:
        return self._FunctionDef(depth, "async def")

    def _ClassDef(self, depth: int) -> Any:
        made: Any = ast.parse("class C:\n    v = 0\n    def f(self): return 1").body[0]
        made.body[0].value = self.expression(depth)
        made.body[1].body = [ast.Return(self.expression(0))]
        return [
            made,
            ast.parse(self.random.choice(("t = C.v == True", "t = C().f() == True"))).body[0],
        ]

    def _TypeAlias(self, depth: int) -> Any:
        made: Any = ast.parse(self.random.choice(("type T = bool", "type T[U] = bool"))).body[0]
        made.value = self.expression(depth)
        return made

    def _AugAssign(self, depth: int) -> Any:
        targets = "t", "s.out", "s.part.flag", "s.bits[Mode.BUSY]", "s.part"
        made: Any = ast.parse(f"{self.random.choice(targets)} &= x").body[0]
        made.op, made.value = self.random.choice(constructors(ast.operator))(), self.expression(0)
        return made

    def _AnnAssign(self, depth: int) -> Any:
        target = self.random.choice(("t", "s.out", "s.bits[m]"))
        made: Any = ast.parse(f"{target}: bool = x").body[0]
        made.value = self.random.choice((None, self.expression(depth)))
        return made

    def _Delete(self, _: int) -> Any:
        texts = "del t", "v = x\ndel v", "v = [x]\ndel v[0]", "del s.out", "del s.bits[m], t"
        return ast.parse(self.random.choice(texts)).body

    def _Global(self, _: int, word: str = "global") -> Any:
        return ast.parse(
            f"def f():\n    {word} {self.random.choice(NAMES)}\n    return x\nt = f()"
        ).body

    def _Nonlocal(self, _: int) -> Any:
        text = "u = 0\ndef f():\n    nonlocal u\n    u = x\nf()\nt = u"
        return ast.parse(text).body

    def _While(self, depth: int) -> Any:
        made: Any = ast.parse("while 1:\n    break").body[0]
        made.test, made.body = self.expression(depth), [self.statement(), ast.Break()]
        return made

    def _Break(self, _: int, word: str = "break") -> Any:
        return ast.parse(f"for u in (s.a, s.b):\n    if u:\n        {word}\n    s.out = u").body

    def _Continue(self, _: int) -> Any:
        return self._Break(0, "continue")

    def _Try(self, depth: int, word: str = "except") -> Any:
        made: Any = ast.parse(
            f"try:\n    pass\n{word} ValueError:\n    pass\nfinally:\n    pass"
        ).body[0]
        made.body = [self.statement(), ast.Assert(self.expression(0), None)]
        made.handlers = [self._ExceptHandler(depth)]
        made.finalbody = [self.statement()] if self.random.random() < 0.5 else []
        return made

    def _TryStar(self, depth: int) -> Any:
        return self._Try(depth, "except*")

    def _ExceptHandler(self, depth: int) -> Any:
        kinds = parsed(
            self.random.choice(("Exception", "AssertionError", "(ValueError, TypeError)"))
        )
        return ast.ExceptHandler(kinds, self.random.choice((None, "u")), [self.statement()])

    def _Match(self, depth: int) -> Any:
        cases = [
            self._match_case(depth),
            *ast.parse("match 0:\n    case _:\n        s.got = m").body[0].cases,
        ]  # type: ignore[attr-defined]
        subjects = "s.mode", "s.who", "s.a", "(s.a, s.mode)", "s.part", "s.bits", "{'k': x}", "[x]"
        return ast.Match(parsed(self.random.choice(subjects)), cases)

    def _match_case(self, depth: int) -> Any:
        guard = self.expression(0) if self.random.random() < 0.3 else None
        return ast.match_case(self.pattern(depth), guard, [self.statement()])

    def pattern(self, depth: int, kind: type[ast.AST] | None = None) -> Any:
        return self.node(kind or self.random.choice(constructors(ast.pattern)), depth)

    def _MatchMapping(self, depth: int) -> Any:
        key = parsed(self.random.choice(("'k'", "Mode.BUSY", "1")))
        return ast.MatchMapping(
            [key],
            [self.pattern(depth - 1) if depth > 0 else ast.MatchAs()],
            self.random.choice((None, "u")),
        )

    def _MatchClass(self, depth: int) -> Any:
        texts = (
            "bool()",
            "Part(flag=u)",
            "Mode()",
            "Part(mode=Mode.BUSY)",
            "object()",
            "bool(u)",
            "State(a=u)",
        )
        return (
            ast.parse(f"match 0:\n    case {self.random.choice(texts)}: pass")
            .body[0]
            .cases[0]
            .pattern
        )  # type: ignore[attr-defined]

    def _MatchSequence(self, depth: int) -> Any:
        inner = [self.pattern(0) for _ in range(self.random.randint(0, 2))]
        return ast.MatchSequence(inner)

    def _MatchStar(self, _: int) -> Any:
        return ast.MatchSequence([ast.MatchAs(), ast.MatchStar(self.random.choice((None, "u")))])

    def _MatchAs(self, depth: int) -> Any:
        inner = self.random.choice((None, ast.MatchValue(parsed("Mode.BUSY"))))
        return ast.MatchAs(inner, self.random.choice(("u", None if inner is None else "u")))

    def _MatchOr(self, depth: int) -> Any:
        values = [ast.MatchValue(parsed(text)) for text in ("Mode.BUSY", "Mode.IDLE", "1")]
        return ast.MatchOr(self.random.sample(values, 2))


OFTEN_EMPTY = {
    "orelse",
    "finalbody",
    "keywords",
    "decorator_list",
    "type_params",
    "ifs",
    "type_ignores",
}
"""Lists that are mostly left out."""

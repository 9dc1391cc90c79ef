"""Model functions: what runs on plain values as it is, and on symbolic ones by forking."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, wraps
from inspect import Parameter, Signature, signature
from types import FunctionType, SimpleNamespace
from typing import Any, TypeVar, cast, get_type_hints

from verifier.language.citations import Citation
from verifier.language.errors import ModelError, Place, refuse
from verifier.language.kinds import JUDGEMENTS, Kind
from verifier.language.made import note
from verifier.language.ownership import is_model_function, is_record
from verifier.language.running import RUNNING, Run
from verifier.language.source_text import names_around
from verifier.language.symbolic_values import Unknown

F = TypeVar("F", bound=Callable[..., Any])
UNREACHABLE = "Expected code to be unreachable"
"""How the text of typing.assert_never begins, which ends with the value."""


@dataclass(frozen=True)
class ModelFunction:
    """A function of a model, with its body and where it comes from."""

    name: str
    body: Callable[..., Any]
    kind: Kind
    citation: Citation | None
    group: str = ""
    meant: Mapping[str, object] = field(default_factory=dict, compare=False)
    """What its annotations that are texts stood for where it was decorated, as far as known."""

    def __post_init__(self) -> None:
        assert self.judges == bool(self.group), (
            "what is part of a property is of a kind that judges"
        )

    @cached_property
    def observes(self) -> bool:
        """Whether it may read ghosts, and change nothing else."""
        return self.judges or self.kind == "observer"

    @property
    def judges(self) -> bool:
        """Whether it is a property's, which changes nothing at all."""
        return self.kind in JUDGEMENTS

    @property
    def answers(self) -> bool:
        """Whether it is annotated with what it returns."""
        return self.body.__annotations__.get("return") not in (None, "None")

    @property
    def claims(self) -> bool:
        """Whether it is a claim of its property."""
        return self.judges and JUDGEMENTS[self.kind].claims

    @property
    def is_case(self) -> bool:
        """Whether it is a case of its property, which must be reachable."""
        return self.judges and not self.claims

    @property
    def sought(self) -> bool:
        """The answer of its body that violates the claim, or with which the case occurs."""
        return JUDGEMENTS[self.kind].sought

    @property
    def reads(self) -> str:
        """What people read before the sentence that its name is."""
        return JUDGEMENTS[self.kind].reads

    @property
    def place(self) -> Place:
        """Where it is defined."""
        code = self.body.__code__
        return Place(code.co_filename, code.co_firstlineno)

    @property
    def doc(self) -> str:
        """Its first sentence."""
        return (self.body.__doc__ or "").strip().split("\n\n")[0]

    @cached_property
    def hints(self) -> dict[str, Any]:
        """Its parameters' types by name."""
        self._check_annotations()
        try:
            hints = get_type_hints(self.body)
        except Exception as error:  # whatever a text comes to
            raise ModelError(
                f"an annotation of `{self.name}` cannot be read: {error}",
                self.place,
                "import what it names, not for type checking only",
            ) from None
        for name, meant in self.meant.items():
            if name in hints and hints[name] is not meant and hints[name] != meant:
                raise ModelError(
                    f"`{self.body.__annotations__[name]}` stands for something else now than "
                    f"where `{self.name}` is defined",
                    self.place,
                    "give each thing a name of its own",
                )
        for name, parameter in self.signature.parameters.items():
            if parameter.kind is not Parameter.POSITIONAL_OR_KEYWORD:
                raise ModelError(
                    f"the parameter `{parameter}` of `{self.name}` is not a plain one",
                    self.place,
                    "write parameters without `*` and `/`: each is one record or one choice",
                )
            if self.kind == "step" and parameter.default is not Parameter.empty:
                raise ModelError(
                    f"the parameter `{name}` of the step `{self.name}` has a default",
                    self.place,
                    "leave it out: a step's parameters are choices, each of which is tried",
                )
            if name not in hints:
                what = f"the parameter `{name}` of `{self.name}` has no type"
                raise ModelError(what, self.place, "annotate every parameter")
        return {name: hints[name] for name in self.signature.parameters}

    def _check_annotations(self) -> None:
        """Refuse a text as an annotation that names what is local around the function."""
        code = self.body.__code__
        texts = [each for each in self.body.__annotations__.values() if isinstance(each, str)]
        if not texts or code.co_qualname == code.co_name:
            return
        local = names_around(code)
        for text in texts:
            words = set(re.findall(r"\w+", text))
            if words & local:
                raise ModelError(
                    f"an annotation of `{self.name}` names `{min(words & local)}`, which is local "
                    "to a function or class around it",
                    self.place,
                    "write it without quotes, and the module without `from __future__ import "
                    "annotations`",
                )

    @cached_property
    def signature(self) -> Signature:
        return signature(self.body)

    def plainly(self, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call it with values of no run; in one, its own assertions are called after it, too."""
        try:
            return self.body(*given, **named)
        except AssertionError as failure:
            if RUNNING.get() is not None:
                failure.args = (self.claim(failure),)
            raise

    def claim(self, failure: AssertionError) -> str:
        """The name of what an assertion in it claims: its text, or else the function's name."""
        text = str(failure)
        return self.name if not text or text.startswith(UNREACHABLE) else text


def model_function(
    body: F, kind: Kind = "function", citation: Citation | None = None, group: str = ""
) -> F:
    """Make a function one whose paths merge when it returns."""
    if not isinstance(body, FunctionType):
        what = f"`{body!r}` is decorated as a {kind}"
        raise refuse(what, "write the decorator on the line above the function's `def`")
    if RUNNING.get() is not None:
        raise refuse(
            f"`{body.__name__}` is decorated while a model runs", "define it in the module"
        )
    if is_model_function(body):
        what = f"`{body.__name__}` has two decorators of the language"
        raise refuse(what, "keep one, and call a function that has the other")
    if body.__name__ == "<lambda>":
        raise refuse("a lambda is made a model function", "write it with def and a name")
    about = ModelFunction(body.__name__, body, kind, citation, group, _meant(body))

    @wraps(body)
    def call(*given: Any, **named: Any) -> Any:
        run = _run_of(given) or _run_of(named.values())
        if run is None and about.observes:
            run = RUNNING.get()
        return about.plainly(given, named) if run is None else run.call(about, given, named)

    call.__dict__["__model__"] = about
    if about.judges:
        note(call, "claim", body.__name__)
    return cast(F, call)


def _meant(body: FunctionType) -> dict[str, object]:
    """What annotations that are texts stand for where the function is defined, as far as known."""
    found: dict[str, object] = {}
    for name, text in body.__annotations__.items():
        if isinstance(text, str) and name != "return":
            one = SimpleNamespace(__annotations__={name: text})
            with suppress(Exception):
                found[name] = get_type_hints(one, body.__globals__)[name]
    return found


def about(function: object) -> ModelFunction | None:
    """What a decorated function is, None for any other object."""
    if not is_model_function(function):
        return None
    found = function.__dict__["__model__"]
    return found if isinstance(found, ModelFunction) else None


def _run_of(values: Any) -> Run | None:
    for value in values:
        if type(value) is bool:
            continue
        if isinstance(value, Unknown):
            return value._run
        if is_record(value) and value._store.run is not None:
            return cast("Run", value._store.run)
    return None

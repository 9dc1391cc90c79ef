"""`nestproof explain`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence

import click

from verifier.cli.completing import subjects
from verifier.cli.errors import from_here
from verifier.cli.here import project_here
from verifier.cli.named_types import imported_functions, source_of, types_called
from verifier.compiler.compile import compile_compared
from verifier.compiler.transition_system import DEADLOCK
from verifier.execution.machine import ASSERTIONS
from verifier.execution.presenter import Presenter
from verifier.language.citations import Source
from verifier.language.errors import ModelError
from verifier.language.functions import ModelFunction
from verifier.language.kinds import JUDGEMENTS
from verifier.language.plain_values import Value, plural, shown
from verifier.language.system import System, bindings, type_name
from verifier.project.assumptions import assumptions as assumptions_of
from verifier.project.catalogue import Catalogue
from verifier.project.loading import load
from verifier.project.state_fields import state_fields
from verifier.reports.assumptions_text import assumptions_text
from verifier.reports.fields_text import fields_text
from verifier.viewer.markup import inert, words

OWN = {
    ASSERTIONS: "every `assert` of the models holds, such as the kernel's WARN_ON and BUG_ON",
    DEADLOCK: "some step is enabled, unless the system says `may_end=True`",
}
"""What the language itself claims of every system."""
NAMED = 8
"""Fields that no step changes and that are named; a list of all is part of the assumptions."""


@click.command("explain")
@click.argument("name", shell_complete=subjects)
@click.option(
    "--cost", is_flag=True, help="Of a system: paths, gates and time per step and function."
)
@click.option(
    "--assumptions", is_flag=True, help="Of a system or pair: all that its verdicts rest on."
)
@click.option(
    "--fields", is_flag=True, help="Of a system: its fields, and which steps change each."
)
def command(name: str, cost: bool, assumptions: bool, fields: bool) -> int:
    """Explain a rule, a function, a record, a system or a property, with its source."""
    catalogue = load(project_here())
    if assumptions:
        text = _assumptions(catalogue, name)
    elif name in catalogue.systems:
        system = catalogue.systems[name]
        about = _cost if cost else _fields if fields else _system
        text = about(catalogue, system)
    elif cost or fields:
        if name in (*catalogue.groups, *catalogue.functions):
            help = f"--{'cost' if cost else 'fields'} is about a system"
            raise ModelError(f"`{name}` is not a system", help=help)
        raise catalogue.unknown(name, list(catalogue.systems))
    elif name in (*catalogue.groups, *OWN):
        text = _property(catalogue, name)
    elif functions := _called(catalogue, name):
        text = (line for f in functions for line in _function(catalogue, f))
    elif types := types_called(catalogue, name):
        text = (line for each in types for line in _type(catalogue, each))
    elif functions := _mentioning(catalogue, name):
        text = (line for f in functions for line in _function(catalogue, f))
    else:
        known = [*catalogue.systems, *catalogue.groups, *OWN, *catalogue.functions]
        raise catalogue.unknown(name, known)
    for line in text:
        click.echo(line)
    return 0


def _called(catalogue: Catalogue, name: str) -> list[ModelFunction]:
    """The functions with a name, and with them those that stand for what a source calls so."""
    own = catalogue.functions.get(name) or imported_functions(catalogue, name)
    return own and [*own, *(f for f in _citing(catalogue, name) if f not in own)]


def _citing(catalogue: Catalogue, name: str) -> list[ModelFunction]:
    """The functions that stand for what a source calls so."""
    known = (f for functions in catalogue.functions.values() for f in functions)
    return [f for f in known if isinstance(f.citation, Source) and name in f.citation.names]


def _mentioning(catalogue: Catalogue, name: str) -> list[ModelFunction]:
    """The functions that stand for what is called otherwise here, or whose text names it.

    A word without an underscore is nobody's name in a sentence.
    """
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    known = [f for functions in catalogue.functions.values() for f in functions]
    mentioned = [f for f in known if "_" in name and word.search(f.body.__doc__ or "")]
    return _citing(catalogue, name) or mentioned


def _function(catalogue: Catalogue, function: ModelFunction) -> Iterator[str]:
    parameters = ", ".join(f"{name}: {type_name(kind)}" for name, kind in function.hints.items())
    yield click.style(f"{function.name}({parameters})", bold=True)
    if function.doc:
        yield f"  {function.doc}"
    if function.citation is not None:
        yield f"  source: {function.citation}"
    if function.group:
        yield f"  property: {function.group}"
    code = function.body.__code__
    yield f"  model:  {from_here(code.co_filename, catalogue.root)}:{code.co_firstlineno}"
    systems = [
        system.name
        for system in catalogue.systems.values()
        if any(step.function is function for step in system.actions)
        or (function.group and bindings(system, function))
    ]
    if systems:
        yield f"  in:     {', '.join(systems)}"
    yield ""
    yield from (f"  {inert(line)}".rstrip() for line in _source(function))


def _type(catalogue: Catalogue, cls: type) -> Iterator[str]:
    file, first, lines = source_of(cls)
    yield click.style(cls.__name__, bold=True)
    if cls.__doc__:
        yield f"  {inspect.cleandoc(cls.__doc__).partition(chr(10) * 2)[0]}"
    yield f"  model:  {from_here(file, catalogue.root)}:{first}"
    yield ""
    yield from (f"  {inert(line)}".rstrip() for line in lines)


def _source(function: ModelFunction) -> list[str]:
    """The function's own lines; none where its file is gone."""
    try:
        lines, _ = inspect.getsourcelines(function.body)
    except OSError:
        return []
    return [line.rstrip("\n") for line in lines]


def _system(catalogue: Catalogue, system: System) -> Iterator[str]:
    yield click.style(system.name, bold=True)
    if system.summary:
        yield f"  {system.summary}"
    yield ""
    yield "  steps"
    for step in system.actions:
        choices = ", ".join(f"{c.name}: {c.type.__name__}" for c in step.choices)
        yield f"    {step.name}({choices})"
        if step.function.doc:
            yield click.style(f"      {step.function.doc}", dim=True)
    yield ""
    yield "  properties"
    for pair in catalogue.pairs_of(system):
        yield f"    {pair.property:<20} {catalogue.expected.get(pair, '')}".rstrip()
    leaves = [leaf for leaf in system.layout.leaves if not leaf.constant]
    events = sum(leaf.event for leaf in leaves)
    ghosts = sum(leaf.ghost for leaf in leaves)
    yield ""
    yield (
        f"  {plural(len(leaves) - events, 'field')} and {events} of events, "
        f"{ghosts} of them for properties only: see --fields"
    )


def _property(catalogue: Catalogue, group: str) -> Iterator[str]:
    yield click.style(group, bold=True)
    if group in OWN:
        yield f"  always {OWN[group]}"
    spelling = _spelling(catalogue, group)
    for kind in JUDGEMENTS:
        for function in catalogue.properties:
            if function.group == group and function.kind == kind:
                yield f"  {kind} {words(function.name, spelling)}"
                if function.doc:
                    yield click.style(f"    {function.doc}", dim=True)
    yield ""
    width = max(28, *map(len, catalogue.systems))
    for system in catalogue.systems.values():
        for pair in catalogue.pairs_of(system):
            if pair.property == group:
                yield f"  {system.name:<{width}} {catalogue.expected.get(pair, '')}".rstrip()


def _spelling(catalogue: Catalogue, group: str) -> dict[str, str]:
    """How people write the names of the systems that have a property."""
    return {
        name: written
        for system in catalogue.systems.values()
        if any(pair.property == group for pair in catalogue.pairs_of(system))
        for name, written in Presenter(system).picture().words.items()
    }


def _assumptions(catalogue: Catalogue, name: str) -> Iterator[str]:
    """Of a system, which all its properties share; a pair is that of one."""
    pairs = {str(pair): pair.system for pair in catalogue.pairs()}
    system = catalogue.system(pairs.get(name, name))
    yield click.style(f"What verdicts of {system.name} rest on", bold=True)
    compiled = compile_compared(system, catalogue.properties_of(system))
    yield from assumptions_text(assumptions_of(compiled))


def _fields(catalogue: Catalogue, system: System) -> Iterator[str]:
    compiled = compile_compared(system, catalogue.properties_of(system))
    found = list(state_fields(compiled))
    bits = len(compiled.circuit.latches)
    changing = {each.path for each in found}
    number = sum(each.kind != "event" for each in found)
    title = f"{system.name}: {plural(number, 'field')} that steps change, in {plural(bits, 'bit')}"
    yield click.style(title, bold=True)
    yield from fields_text(found, [step.name for step in system.actions])
    starts = zip(compiled.leaves, system.initial_values, strict=True)
    yield from _unchanged(
        [
            (leaf.path, shown(start))
            for leaf, start in starts
            if leaf.path not in changing and not (leaf.event or leaf.constant)
        ]
    )


def _unchanged(fixed: Sequence[tuple[str, Value]]) -> Iterator[str]:
    """The fields that no step changes, as far as they are named."""
    if fixed:
        named = ", ".join(
            f"{path}={value if isinstance(value, str) else int(value)}"
            for path, value in fixed[:NAMED]
        )
        more = f", and {len(fixed) - NAMED} more: see --assumptions" * (len(fixed) > NAMED)
        yield f"\n  {plural(len(fixed), 'field')} that no step changes: {named}{more}"


def _cost(catalogue: Catalogue, system: System) -> Iterator[str]:
    compiled = compile_compared(system, catalogue.properties_of(system))
    steps = {step.name for step in system.actions}
    circuit = compiled.circuit
    yield click.style(
        f"{system.name}: {len(circuit.latches)} latches, {len(circuit.inputs)} inputs, "
        f"{circuit.graph.gates} gates, {compiled.seconds * 1000:.0f} ms",
        bold=True,
    )
    yield "  " + click.style(f"{'':40} {'calls':>7} {'paths':>7} {'gates':>7} {'ms':>8}", dim=True)
    for title, wanted in (("steps", True), ("functions", False)):
        yield f"  {title}"
        rows = [item for item in compiled.costs.items() if (item[0] in steps) == wanted]
        for name, cost in sorted(rows, key=lambda row: (-row[1].paths, -row[1].gates, row[0])):
            yield (
                f"    {name:38} {cost.calls:7} {cost.paths:7} {cost.gates:7} "
                f"{cost.seconds * 1000:8.1f}"
            )
    if not steps:
        raise ModelError(f"`{system.name}` has no steps")

"""From a compiled system to audited verdicts: search, collect evidence, audit it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.check.certify import audited_proofs, vacuous_proof
from verifier.check.vacuity import Emptiness, emptiness, reached, witness_goals
from verifier.compiler.compiled import DEADLOCK, Compiled
from verifier.engines.contract import Engine
from verifier.evidence.bundle import Run
from verifier.evidence.certificates import Certificate, clauses_from
from verifier.evidence.traces import Trace
from verifier.evidence.verdicts import (
    SHORTEST,
    Induction,
    Invariant,
    Limits,
    Path,
    Progress,
    Proved,
    Unknown,
    Verdict,
    Violated,
    Watch,
    silent,
)
from verifier.execution.conversions import path_of
from verifier.execution.machine import ASSERTIONS, Stopped
from verifier.explain.counterexample import trace_of
from verifier.language.errors import ModelError, ToolFailure
from verifier.language.functions import ModelFunction

SHORTENING_SECONDS = 60.0
AGAIN = "replay"
"""What finds a violation by an earlier execution, which may not be the shortest any more."""


@dataclass(frozen=True)
class Result:
    """What is known about a pair: `proved`, `violated`, `vacuous` or `unknown`.

    A violation that was shown by a kept execution has no `evidence` written down. That of a
    vacuous pair shows what is unreachable. `error` is why the system is ill-formed, so that nothing
    can be known about its pairs.
    """

    system: str
    property: str
    verdict: str
    engine: str
    depth: int
    seconds: float
    evidence: Trace | Certificate | None
    reason: str = ""
    error: ModelError | None = None


def ill_formed(system: str, groups: Iterable[str], error: ModelError) -> list[Result]:
    """What is known about the pairs of a system that is ill-formed: nothing, and why."""
    return [
        Result(system, group, "unknown", "none", 0, 0.0, None, error.message, error)
        for group in groups
    ]


def decide(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    groups: Iterable[str],
    engine: Engine,
    limits: Limits,
    watch: Watch = silent,
    minimal: bool = False,
    sound: Mapping[str, Run | Certificate] | None = None,
) -> list[Result]:
    """Decide some properties of a compiled system, with audited evidence for each.

    Evidence that people will read or keep is worth the time that `minimal` lemmas and explained
    counterexamples take. `sound` has evidence that was just audited, of properties and of cases
    that must be reachable: for those nothing is searched. A violation is shown as soon as an engine
    has found it, as the result that is `found` in the progress; a later one may be shorter.
    """
    wanted = list(groups)
    _refuse_absent(properties, compiled, wanted)
    sound = sound or {}
    goals = [group for group in wanted if group in compiled.circuit.bad and group not in sound]
    replayed: dict[str, tuple[Path, Result]] = {}

    def seen(progress: Progress) -> None:
        found = progress.found
        if isinstance(found, Violated):
            result = _violated(compiled, properties, progress.detail, found, False)
            replayed[progress.detail] = found.path, result
            found = result
        watch(replace(progress, found=found))

    verdicts = engine(compiled.circuit, goals, limits, seen) if goals else {}
    witnesses = witness_goals(compiled.system, properties, wanted)
    open_or_violated = {g for g, each in verdicts.items() if not isinstance(each, Proved)}
    open_or_violated |= {g for g, each in sound.items() if isinstance(each, Run)}
    held = [group for group in wanted if group not in open_or_violated]
    wishes = sorted({wish for group in held for wish in witnesses[group]})
    unknown = [wish for wish in wishes if wish not in sound]
    occur = reached(compiled.circuit, unknown, engine, limits, watch)
    occur |= {wish: said_by(compiled, sound[wish]) for wish in wishes if wish in sound}
    proved = {group: each for group, each in verdicts.items() if isinstance(each, Proved)}
    proofs = audited_proofs(compiled, properties, proved, minimal, watch)
    dead = {wish: each for wish, each in occur.items() if isinstance(each, Proved)}
    searched = {wish: each for wish, each in dead.items() if wish not in sound}
    found = audited_proofs(compiled, properties, searched, minimal, watch)
    missing = {wish: each.certificate for wish, each in found.items()}
    missing |= {wish: each for wish in dead if isinstance(each := sound.get(wish), Certificate)}
    results = []
    for group in wanted:
        if group in sound:
            result = _again(compiled.system.name, group, sound[group])
        elif group in proofs:
            seconds = proved[group].seconds + proofs[group].seconds
            result = _proved(group, proofs[group].certificate, seconds)
        else:
            verdict = verdicts.get(group)
            result = _result(compiled, properties, group, verdict, replayed, minimal, watch)
        empty = None
        if result.verdict == "proved":
            empty = _empty(compiled, group, emptiness(witnesses[group], occur))
        if empty is not None and empty.verdict == "vacuous":
            proof = result.evidence if isinstance(result.evidence, Certificate) else None
            case = next(missing[wish] for wish in witnesses[group] if wish in missing)
            shown = vacuous_proof(compiled, properties, proof, case) if minimal else case
            empty = replace(empty, evidence=shown)
        results.append(empty or result)
    return results


def _again(name: str, group: str, evidence: Run | Certificate) -> Result:
    """What kept evidence says, once more."""
    if isinstance(evidence, Certificate):
        return _proved(group, evidence, 0.0)
    return Result(name, group, "violated", AGAIN, len(evidence.moves), 0.0, None)


def _proved(group: str, proof: Certificate, seconds: float) -> Result:
    return Result(proof.system, group, "proved", proof.engine, proof.depth, seconds, proof)


def said_by(compiled: Compiled, evidence: Run | Certificate) -> Verdict:
    """The verdict that evidence is about, in a circuit's words."""
    if isinstance(evidence, Certificate):
        invariant = Invariant(tuple(clauses_from(compiled, evidence.lemmas)))
        induction = Induction(evidence.induction, evidence.simple_path)
        return Proved(evidence.engine, invariant, evidence.depth, 0.0, induction)
    path = path_of(compiled, evidence)
    assert path is not None, "the execution has just been audited"
    return Violated(AGAIN, path, 0.0, shortened=True)


def _refuse_absent(
    properties: Sequence[ModelFunction], compiled: Compiled, groups: Sequence[str]
) -> None:
    """Raise ModelError where a property is asked for that the system does not have."""
    known = {function.group for function in properties}
    known |= {ASSERTIONS, DEADLOCK} & compiled.circuit.bad.keys()
    absent = [group for group in groups if group not in known]
    if absent:
        raise ModelError(
            f"`{compiled.system.name}` has no property `{absent[0]}`",
            mend="nothing can be expected of it: take it out of verdicts.toml",
        )


def _result(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    group: str,
    verdict: Verdict | None,
    replayed: Mapping[str, tuple[Path, Result]],
    explain: bool,
    watch: Watch,
) -> Result:
    """What a search says that has no proof; nothing was searched where there are only cases.

    A path that was `replayed` when it was found is not replayed again, unless to `explain` it.
    """
    name = compiled.system.name
    if isinstance(verdict, Violated):
        shortest = _shortest(compiled, group, verdict, watch)
        path, result = replayed.get(group, (None, None))
        if result is not None and path is shortest.path and not explain:
            return replace(result, seconds=shortest.seconds)
        if explain:
            watch(Progress("explain", shortest.depth, f"{name}/{group}"))
        return _violated(compiled, properties, group, shortest, explain)
    if isinstance(verdict, Unknown):
        seconds, why = verdict.seconds, verdict.reason
        return Result(name, group, "unknown", verdict.engine, verdict.depth, seconds, None, why)
    return Result(name, group, "proved", "simulation", 0, 0.0, None)


def _empty(compiled: Compiled, group: str, found: Emptiness | None) -> Result | None:
    """Vacuous, or unknown whether it is, where a witness is missing."""
    if found is None:
        return None
    first, depth = found.first, found.first.depth if isinstance(found.first, Unknown) else 0
    name = compiled.system.name
    return Result(
        name, group, found.verdict, first.engine, depth, first.seconds, None, found.reason
    )


def _shortest(compiled: Compiled, group: str, verdict: Violated, watch: Watch) -> Violated:
    """The same violation in as few steps as there are, where the engine does not promise it."""
    from verifier.engines.bmc import bmc

    if verdict.shortened or verdict.engine in SHORTEST or verdict.depth <= 1:
        return verdict
    limits = Limits(depth=verdict.depth - 1, seconds=SHORTENING_SECONDS)
    found = bmc(compiled.circuit, [group], limits, watch)[group]
    if isinstance(found, Violated):
        return found
    none_shorter = found.depth == limits.depth
    return replace(verdict, engine=found.engine) if none_shorter else verdict


def _violated(
    compiled: Compiled,
    properties: Sequence[ModelFunction],
    group: str,
    verdict: Violated,
    explain: bool,
) -> Result:
    trace = trace_of(compiled, properties, group, verdict.path, verdict.engine, explain)
    if isinstance(trace, Stopped):
        raise ToolFailure(
            f"{verdict.engine}'s counterexample to {compiled.system.name}/{group} does not replay: "
            f"step {trace.at}: {trace.reason}"
        )
    return Result(
        compiled.system.name,
        group,
        "violated",
        verdict.engine,
        len(trace.steps),
        verdict.seconds,
        trace,
    )

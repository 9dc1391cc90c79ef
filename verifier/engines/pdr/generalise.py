"""From one unreachable cube to as large a one as induction gives.

Bradley: SAT-Based Model Checking without Unrolling. VMCAI 2011.
Hassan, Bradley, Somenzi: Better Generalization in IC3. FMCAD 2013 (counterexamples to
generalisation).
"""

from verifier.engines.pdr.frames import Cube, Frames

_COUNTEREXAMPLES = 0
_DEPTH = 1


def generalise(frames: Frames, cube: Cube, level: int, depth: int = 0) -> Cube:
    """Drop literals of a cube that is inductive relative to F(level - 1) while it stays so.

    Literals that few lemmas have are tried first.
    """
    activity = frames.activity
    cube = sorted(cube, key=lambda literal: activity[literal], reverse=True)
    for literal in reversed(cube):
        if literal not in cube or len(cube) == 1:
            continue
        smaller = _without(frames, [x for x in cube if x != literal], level, depth)
        if smaller is not None:
            cube = smaller
    return cube


def _without(frames: Frames, cube: Cube, level: int, depth: int) -> Cube | None:
    """An inductive part of the cube; states that stand in the way are ruled out themselves."""
    if not frames.excludes_initial(cube):
        return None
    for _ in range(_COUNTEREXAMPLES):
        part = frames.consecution(cube, level)
        if part is not None:
            return part
        if depth == _DEPTH or level == 1:
            return None
        state, _ = frames.predecessor()
        if not frames.excludes_initial(state):
            return None
        part = frames.consecution(state, level - 1)
        if part is None:
            return None
        reached = level - 1
        while reached < frames.top and (further := frames.consecution(part, reached + 1)):
            part, reached = further, reached + 1
        frames.add(generalise(frames, part, reached, depth + 1), reached)
    return frames.consecution(cube, level)

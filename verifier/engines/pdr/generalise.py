"""From one unreachable cube to as large a one as induction gives.

Bradley: SAT-Based Model Checking without Unrolling. VMCAI 2011.
"""

from verifier.engines.pdr.frames import Frames
from verifier.engines.pdr.lemma_index import Cube


def generalise(frames: Frames, cube: Cube, level: int) -> Cube:
    """Drop literals of a cube that is inductive relative to F(level - 1) while it stays so.

    Literals that few lemmas have are tried first.
    """
    activity = frames.activity
    cube = sorted(cube, key=lambda literal: activity[literal], reverse=True)
    for literal in reversed(cube):
        if literal in cube and len(cube) > 1:
            shorter = [other for other in cube if other != literal]
            if frames.excludes_initial(shorter):
                cube = frames.inductive(shorter, level) or cube
    return cube

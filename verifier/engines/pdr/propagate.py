"""Moving lemmas to later frames, and noticing when one frame equals the next."""

from verifier.engines.pdr.frames import Frames


def propagate(frames: Frames) -> None:
    """Push every lemma as far as it goes; what is inductive from some frame on holds for ever."""
    for level in range(1, frames.top):
        for lemma in list(frames.levels[level].values()):
            if lemma.level == level and (part := frames.pushes(lemma)):
                frames.move(lemma, part, level + 1)
        if not frames.levels[level]:
            frames.keep_for_ever(level)
            return

"""Moving lemmas to later frames, and noticing when one frame equals the next."""

from verifier.engines.pdr.frames import Frames


def propagate(frames: Frames) -> None:
    """Push every lemma as far as it goes; what is inductive from some frame on holds for ever.

    A lemma that did not move is tried again only when a new lemma has ruled out the state that
    stopped it.
    """
    for level in range(1, frames.top):
        for lemma in list(frames.levels[level].values()):
            if lemma.level != level or lemma.witness is not None:
                continue
            part = frames.pushes(lemma)
            if part is None:
                lemma.witness = frozenset(frames.predecessor()[0])
            else:
                frames.move(lemma, part, level + 1)
        if not frames.levels[level]:
            frames.keep_for_ever(level)
            return

"""Steps that read what only observers may, and observers that change the model."""

from tests.language.observed import Note, State, refused
from verifier.language import (
    abstracts,
    observer,
    snapshot,
)

# ghosts are not read by models, whatever carries them


@refused("`note.flag` is ghost state and is read by a model function")
def reads_a_snapshot(s: State) -> None:
    s.flag = snapshot(s.note).flag  # here


@refused("`note.flag` is ghost state and is read by a model function")
def compares_snapshots(s: State) -> None:
    s.flag = snapshot(s.note) == Note()  # here


@refused("`note.part.flag` is ghost state and is copied to `part.flag`")
def copies_a_snapshot(s: State) -> None:
    s.part = snapshot(s.note.part)  # here


@refused("`note.part.flag` is ghost state and is copied to `part.flag`")
def builds_on_a_snapshot(s: State) -> None:
    s.note.part = s.part
    s.part = State(part=snapshot(s.note).part).part  # here


@refused("`seen.flag` is ghost state and is read by a model function")
def reads_an_event(s: State) -> None:
    s.flag = s.seen.flag  # here


# they change ghosts only, properties nothing


@observer("changes the model")
def meddling(s: State) -> None:
    meddled(s)


@abstracts("changes a part")
def meddled(s: State) -> None:
    s.part.flag = True  # here


@refused("`part.flag` is changed by an observer")
def meddles(s: State) -> None:
    meddling(s)

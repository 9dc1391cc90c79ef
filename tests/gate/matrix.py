"""Bypasses of the gate by the ways in which each is hidden, with what the gate must say of each.

Every edit but those of the records also breaks the handler of #NM, and hides that from the
verdicts: only what is weaker than before shows it.
"""

from tests.gate.bypasses import Edit, both
from tests.gate.conftest import Project
from tests.gate.hiding import (
    ISOLATION,
    KERNEL,
    MUTANTS,
    STRATEGY,
    VERDICTS,
    Cell,
    added,
    breaks,
    cell,
    deleted,
    does_nothing,
    edited,
    imported,
    linked,
    moved,
    renamed,
    written,
)
from tests.gate.matrix_of_steps import CASE_EXCLUDED, SEES_LESS
from tests.gate.tiny import CLAIM, SYSTEM, module
from tests.gate.weakening import without_lines

NAME, NEW_NAME = "kernel/lazy", "kernel/late"
WAYS = (
    "in one commit",
    "split over two commits",
    "with a new name",
    "in another file",
    "by an import",
)
"""In which there is a base to compare with."""


def unrecorded(*properties: str) -> Edit:
    """Without the lines of some verdicts."""

    def edit(project: Project) -> None:
        for each in properties:
            without_lines(project, each)

    return edit


GONE = "property:isolation"
unrecord = unrecorded("isolation")
PROPERTY_DELETED = {
    "in one commit": cell(GONE, breaks, deleted(ISOLATION), unrecord),
    "split over two commits": Cell((unrecord, both(breaks, deleted(ISOLATION))), GONE, loses=2),
    "with a new name": cell(  # another property takes the name
        "claim:isolation/a_task_finds_its_own",
        breaks,
        deleted(ISOLATION),
        edited(STRATEGY, '"strategy"', '"isolation"'),
        unrecorded("strategy"),
    ),
    "in another file": cell(GONE, breaks, moved(ISOLATION, "attic/isolation.py"), unrecord),
    "by an import": cell(
        GONE,
        breaks,
        written(ISOLATION, '"""Nothing."""\n\nfrom properties.strategy import it_is_lazy\n'),
        unrecord,
    ),
}

PAIR = "pair:kernel/lazy/isolation"
EXCLUDING = SYSTEM.replace("))\n", '), without=("isolation", "control"))\n')
excludes = edited(KERNEL, SYSTEM, EXCLUDING)
unrecord_both = unrecorded("isolation", "control")
broken = both(does_nothing, unrecord_both)
PAIRS_EXCLUDED = {
    "in one commit": cell(PAIR, broken, excludes),
    "split over two commits": Cell((both(excludes, unrecord_both), does_nothing), PAIR),
    "with a new name": cell(
        "system:kernel/lazy", broken, excludes, renamed(NAME, NEW_NAME, KERNEL, VERDICTS)
    ),
    "in another file": cell(
        PAIR,
        broken,
        edited(KERNEL, SYSTEM, ""),
        written("models/boot.py", module("The system.", "System", EXCLUDING)),
        imported("switch_to, use_fpu", "models.kernel", "models/boot.py"),
    ),
    "by an import": cell(
        PAIR,
        broken,
        written("models/leaving.py", '"""Left out."""\n\nOUT = ("isolation", "control")\n'),
        edited(KERNEL, SYSTEM, SYSTEM.replace("))\n", "), without=OUT)\n")),
        imported("OUT", "models.leaving"),
    ),
}

LESS = "claim:isolation/a_task_finds_its_own"
AS_CASE = CLAIM.replace("@always", "@sometimes")
as_case = edited(ISOLATION, "@always", "@sometimes")
separation = both(
    renamed("a_task_finds_its_own", "its_own", ISOLATION),
    renamed("isolation", "separation", ISOLATION, VERDICTS),
)
no_claim = edited(ISOLATION, CLAIM, "")
CLAIM_MADE_A_CASE = {
    "in one commit": cell(LESS, breaks, as_case),
    "split over two commits": Cell(
        (added(ISOLATION, AS_CASE.replace("def a", "def where_a")), both(breaks, no_claim)),
        LESS,
        loses=2,
    ),
    "with a new name": cell(GONE, breaks, as_case, separation),
    "in another file": cell(LESS, breaks, no_claim, added(STRATEGY, AS_CASE)),
    "by an import": cell(
        LESS, breaks, edited(ISOLATION, "always, sometimes", "sometimes, sometimes as always")
    ),
}

CONJUNCT, OTHER = "access.owner == access.by", "access.by == machine.current"
SHORTER = CLAIM.replace(f"{CONJUNCT} and ", "")
shorter = edited(ISOLATION, f"{CONJUNCT} and ", "")
FIRST = CLAIM.replace(f" and {OTHER}", "")
SECOND = SHORTER.replace("a_task_finds_its_own", "it_is_the_current_one")
OWNS = "def owns(access: Access) -> bool:\n    return {}\n"
claims_elsewhere = both(
    written("models/judging.py", module("Who owns what.", "record", OWNS.format(CONJUNCT))),
    edited(ISOLATION, CONJUNCT, "owns(access)"),
    imported("owns", "models.judging", ISOLATION),
)
CONJUNCT_REMOVED = {
    "in one commit": cell(LESS, breaks, shorter),
    "split over two commits": Cell(
        (
            both(edited(ISOLATION, CLAIM, FIRST), added(ISOLATION, SECOND)),
            both(breaks, edited(ISOLATION, FIRST, "")),
        ),
        LESS,
        loses=2,
    ),
    "with a new name": cell(GONE, breaks, shorter, separation),
    "in another file": cell(LESS, breaks, no_claim, added(STRATEGY, SHORTER)),
    "by an import": cell(
        LESS,
        breaks,
        written("models/lax.py", module("Who owns what.", "record", OWNS.format("True"))),
        edited(ISOLATION, "models.judging", "models.lax"),
        base=claims_elsewhere,
    ),
}

TABLE = "mutants:kernel/lazy"
RECORD = '["kernel/lazy"]\nkilled = 9\nequivalent = 0\nsurvivors = []\n'
recorded = written(MUTANTS, RECORD)
renames = renamed(NAME, NEW_NAME, KERNEL, VERDICTS)
TABLE_DELETED = {
    "in one commit": cell(TABLE, deleted(MUTANTS), base=recorded),
    "split over two commits": Cell(
        (both(renames, renamed(NAME, NEW_NAME, MUTANTS)), deleted(MUTANTS)),
        "mutants:kernel/late",
        recorded,
        loses=2,
        weaker_in_all=TABLE,
    ),
    "with a new name": cell(TABLE, renames, deleted(MUTANTS), base=recorded),
    "in another file": cell(TABLE, moved(MUTANTS, "properties/strength.toml"), base=recorded),
    "by an import": cell(  # as near to one as such a file comes
        TABLE,
        deleted(MUTANTS),
        written("properties/strength.toml", ""),
        linked(MUTANTS, "strength.toml"),
        base=recorded,
    ),
}

MATRIX = {
    "a property and its verdicts deleted": PROPERTY_DELETED,
    "a broken handler and its pairs excluded": PAIRS_EXCLUDED,
    "a claim turned into a case": CLAIM_MADE_A_CASE,
    "a conjunct removed": CONJUNCT_REMOVED,
    "an observer that sees less": SEES_LESS,
    "an assumption that excludes the failing case": CASE_EXCLUDED,
    "a table of mutants deleted": TABLE_DELETED,
}

"""What rules a cube out and what a lemma subsumes, next to looking at one lemma after the other."""

from random import Random

import pytest

from verifier.engines.pdr.lemma_index import INFINITE, Lemma, LemmaIndex

LATCHES = 6


def cube(random: Random) -> list[int]:
    latches = random.sample(range(1, LATCHES + 1), random.randrange(LATCHES + 1))
    return [random.choice((1, -1)) * latch for latch in latches]


@pytest.mark.parametrize("seed", range(40))
def test_an_index_answers_as_all_its_lemmas_do(seed: int) -> None:
    random, top = Random(seed), 1
    index, known = LemmaIndex(LATCHES), list[Lemma]()
    for _ in range(200):
        match random.choice(["open", "add", "add", "remove", "keep"]):
            case "open":
                index.open()
                top += 1
            case "add":
                known.append(Lemma(cube(random), random.choice([*range(top + 1), INFINITE])))
                index.add(known[-1])
            case "remove" | "keep" as way:
                at_levels = [lemma for lemma in known if lemma.level != INFINITE]
                if at_levels:
                    lemma = random.choice(at_levels)
                    if way == "keep":
                        index.keep_for_ever(lemma)
                    else:
                        known.remove(lemma)
                        index.remove(lemma)
        asked, level = cube(random), random.randrange(top + 1)
        rules_out = any(x.level >= level and x.literals.issubset(asked) for x in known)
        assert index.rules_out(asked, level) == rules_out
        subsumed = {id(lemma) for lemma in known if lemma.literals.issuperset(asked)}
        assert {id(lemma) for lemma in index.subsumed(frozenset(asked))} == subsumed

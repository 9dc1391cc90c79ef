"""Systems and claims that would silently not be checked are refused, wherever a module has them."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from verifier.language import ModelError, System
from verifier.language.functions import ModelFunction, about
from verifier.project.taking import Taking
from verifier.project.unseen import refuse_systems, refuse_unseen_claims, refuse_unseen_systems

BEGIN = """
from dataclasses import dataclass, replace
from types import SimpleNamespace
from verifier.language import System, always, record, sometimes, step

@record
class Lamp:
    on: bool = False

@step
def press(lamp: Lamp) -> None:
    lamp.on = not lamp.on

def made(name: str) -> System:
    return System(name, Lamp(), (press,))

class Holder:
    pass

SEEN = made("lamp/seen")
"""

Load = Callable[[str], ModuleType]

OWN = Taking(frozenset(), {})
"""Nothing is another catalogue's."""


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """A module of that text, loaded as the catalogue does."""

    def load(text: str) -> ModuleType:
        file = tmp_path / "lamps.py"
        file.write_text(BEGIN + text)
        module = ModuleType("lamps")
        module.__file__ = str(file)
        exec(compile(file.read_text(), str(file), "exec"), vars(module))
        return module

    return load


def systems_of(module: ModuleType) -> dict[str, System]:
    return {value.name: value for value in vars(module).values() if isinstance(value, System)}


def claims_of(module: ModuleType) -> set[ModelFunction]:
    found = map(about, vars(module).values())
    return {each for each in found if each and each.judges}


@pytest.mark.parametrize(
    "text",
    [
        'ALL = [made("lamp/hidden")]',
        'ALL = (1, (made("lamp/hidden"),))',
        'ALL = {"x": {"y": [made("lamp/hidden")]}}',
        'ALL = {SEEN.name: SEEN, "other": made("lamp/hidden")}',
        'ALL = iter([made("lamp/hidden")])',
        'ALL = SimpleNamespace(hidden=made("lamp/hidden"))',
        'Holder.hidden = made("lamp/hidden")',
        'held = Holder(); held.hidden = made("lamp/hidden")',
        'def later(system=made("lamp/hidden")): ...',
        'class All:\n    hidden = made("lamp/hidden")',
        'made("lamp/hidden")',
        'X = made("lamp/hidden"); X = SEEN',
        'X = made("lamp/hidden"); del X',
        'ALL = [replace(SEEN, name="lamp/hidden")]',
        'for _ in range(2):\n    X = made("lamp/hidden")',
        'X = made("lamp/hidden"); X = replace(X, summary="another")',
    ],
)
def test_a_system_that_no_name_of_its_module_stands_for_is_refused(loaded: Load, text: str) -> None:
    module = loaded(text)
    with pytest.raises(ModelError, match="the system `lamp/hidden` is not checked") as caught:
        refuse_unseen_systems([module], systems_of(module), OWN)
    assert caught.value.place is not None
    assert caught.value.place.file == module.__file__
    assert caught.value.help.startswith(("assign it to a name at the top", "make it by one"))


@pytest.mark.parametrize(
    "text",
    [
        'ALL = [SEEN]; MORE = {"seen": SEEN}',
        '_base = made("lamp/base"); X = replace(_base, name="lamp/other")',
        'X = replace(made("lamp/x"), summary="a lamp")',
        'for each in ("lamp/a", "lamp/b"):\n    globals()[each] = made(each)',
    ],
)
def test_systems_that_have_names_are_fine_wherever_else_they_are(loaded: Load, text: str) -> None:
    module = loaded(text)
    systems = systems_of(module)
    refuse_unseen_systems([module], systems, OWN)
    assert "lamp/seen" in systems


@pytest.mark.parametrize(
    "hold", ["[SEEN]", "{'a': ({SEEN.name: SEEN},)}", "SimpleNamespace(a=[SEEN])", "Kept(SEEN)"]
)
def test_a_system_of_another_module_that_is_only_held_is_refused(loaded: Load, hold: str) -> None:
    other = loaded("")
    text = f"@dataclass\nclass Kept:\n    system: System\n\nALL = {hold.replace('SEEN', 'THEIRS')}"
    file = Path(str(other.__file__))
    file.write_text(BEGIN + text)
    module = ModuleType("mine")
    module.__file__ = str(file)
    vars(module)["THEIRS"] = vars(other)["SEEN"]
    exec(compile(file.read_text(), str(file), "exec"), vars(module))
    del vars(module)["THEIRS"]
    with pytest.raises(ModelError, match=r"`lamp/seen` is not checked.*in `ALL`") as caught:
        refuse_unseen_systems([module], {"lamp/seen": vars(module)["SEEN"]}, OWN)
    assert caught.value.place is not None
    assert file.read_text().splitlines()[caught.value.place.line - 1].startswith("ALL = ")


CLAIM = '@{kind}("on")\ndef {name}(lamp: Lamp) -> bool:\n    return lamp.on\n'


def test_a_system_in_properties_is_refused(loaded: Load) -> None:
    module = loaded("")
    with pytest.raises(ModelError, match="the system `lamp/seen` is in properties/"):
        refuse_systems(module)


def test_a_property_in_models_is_refused(loaded: Load) -> None:
    module = loaded(CLAIM.format(kind="always", name="is_on"))
    with pytest.raises(ModelError, match="the property `is_on` is in models/"):
        refuse_unseen_systems([module], systems_of(module), OWN)


@pytest.mark.parametrize(
    "text",
    [
        CLAIM.format(kind="always", name="is_on") + "\nis_on = None",
        CLAIM.format(kind="always", name="is_on") + CLAIM.format(kind="sometimes", name="is_on"),
        CLAIM.format(kind="always", name="is_on") + "\nALL = [is_on]\ndel is_on",
    ],
)
def test_a_claim_that_no_name_of_its_module_stands_for_is_refused(loaded: Load, text: str) -> None:
    module = loaded(f"del SEEN\n__made__.clear()\n{text}")
    with pytest.raises(ModelError, match="the property function `is_on` is not checked"):
        refuse_unseen_claims(module, claims_of(module))


def test_claims_that_have_names_are_fine(loaded: Load) -> None:
    module = loaded(f"del SEEN\n__made__.clear()\n{CLAIM.format(kind='always', name='is_on')}")
    claims = claims_of(module)
    refuse_unseen_claims(module, claims)
    assert [claim.name for claim in claims] == ["is_on"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("@always\ndef on(lamp: Lamp) -> bool:\n    return True", "`@always` is given `on`"),
        ("@sometimes\ndef on(lamp: Lamp) -> bool:\n    return True", "`@sometimes` is given `on`"),
        ('@always("")\ndef on(lamp: Lamp) -> bool:\n    return True', "`@always` is given `''`"),
        ("@step()\ndef on(lamp: Lamp) -> None: ...", "`@step()` is called without a function"),
        ('@step("on")\ndef on(lamp: Lamp) -> None: ...', "`'on'` is decorated as a step"),
        ("@step\nclass On: ...", "is decorated as a step"),
        ("X = System(3, Lamp(), (press,))", "a system is called `3`"),
        ('X = System("lamp/x", Lamp(), press)', "`steps` of `lamp/x` is not a tuple"),
        ('X = System("lamp/x", Lamp(), (press,), without="on")', "`without` of `lamp/x` is not"),
        ('X = System("lamp/x", Lamp(), (press,), arbitrary=("on"))', "`arbitrary` of `lamp/x` is"),
        ('@always("on")\n@staticmethod\ndef on() -> bool: ...', "is decorated as a always"),
    ],
)
def test_a_decorator_or_system_that_is_written_wrong_is_refused_where_it_is(
    loaded: Load, text: str, what: str
) -> None:
    with pytest.raises(ModelError) as caught:
        loaded(text)
    assert what in caught.value.message
    assert caught.value.help
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("lamps.py")
    assert caught.value.place.line > BEGIN.count("\n")

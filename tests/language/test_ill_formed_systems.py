"""Steps and systems that are none: each refused with its place and what helps."""

from tests.language.ill_formed import MANY, Elsewhere, State, idle, message, of_system, refusal
from verifier.language import abstracts, step


def undecorated(s: State) -> None:
    s.flag = True


@step
def chosen_by_number(s: State, number: int) -> None:
    s.flag = number == 1


@step
def untyped(s: State, bit) -> None:  # type: ignore[no-untyped-def]
    s.flag = bit


@step
def of_another_state(s: Elsewhere) -> None:
    s.flag = True


@step
def one_of_many(s: State, many: MANY) -> None:  # type: ignore[valid-type]
    s.flag = many == MANY.M1


def test_a_step_that_is_no_step() -> None:
    assert of_system(undecorated) == message(
        "`undecorated` is listed as a step of `ill/formed` but is not decorated with `@step`",
        place="def undecorated(s: State) -> None:",
        help="decorate it with @step",
    )


def test_a_choice_that_is_no_bool_or_enum() -> None:
    assert of_system(chosen_by_number) == message(
        "the choice `number` of step `chosen_by_number` has the type `int`",
        place="@step",
        help="choices are bool, an Enum, or `E | None`",
    )


def test_a_choice_without_a_type() -> None:
    assert of_system(untyped) == message(
        "the parameter `bit` of `untyped` has no type",
        place="@step",
        help="annotate every parameter",
    )


def test_a_choice_of_a_large_enum() -> None:
    assert "`MANY` has 65 members\n" in of_system(one_of_many)


def test_a_step_of_another_state() -> None:
    assert of_system(of_another_state) == message(
        "the first parameter of step `of_another_state` is not the state of `ill/formed`",
        place="@step",
        help="it is a `State`",
    )


def test_a_function_with_two_decorators() -> None:
    def stands_still(s: State) -> None:
        s.flag = s.flag

    assert refusal(lambda: step(abstracts("stands still")(stands_still))) == message(
        "`stands_still` has two decorators of the language",
        place='assert refusal(lambda: step(abstracts("stands still")(stands_still))) == message(',
        help="keep one, and call a function that has the other",
    )


def test_two_steps_of_one_name() -> None:
    assert of_system(idle, idle) == message(
        "`ill/formed` has 2 steps called `idle`",
        place="@step",
        help="give each step a name of its own",
    )


def test_an_arbitrary_field_that_does_not_exist() -> None:
    assert of_system(idle, arbitrary=("falg",)) == message(
        "`ill/formed` has no field `falg` to be arbitrary",
        place='system = System("ill/formed", State(), steps, arbitrary=arbitrary)',
        help="did you mean `flag`?",
    )


def test_a_lambda_is_no_model_function() -> None:
    assert refusal(lambda: step(lambda _: None)) == message(
        "a lambda is made a model function",
        place="assert refusal(lambda: step(lambda _: None)) == message(",
        help="write it with def and a name",
    )

"""A choice that has no value yet: it can be passed on and stored, and stops who looks at it."""

from typing import NoReturn

from verifier.language.running import stopping


class Looked(Exception):
    """A choice is looked at that has no value yet."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class OpenChoice:
    """Stands for every value of a choice; whatever depends on which one it is raises Looked."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def _look(self, *_: object) -> NoReturn:
        raise stopping(Looked(self.__dict__["_name"]))

    __bool__ = __index__ = __iter__ = __hash__ = __repr__ = __str__ = __format__ = _look
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _look
    __and__ = __or__ = __xor__ = __rand__ = __ror__ = __rxor__ = __invert__ = _look

    def __getattr__(self, name: str) -> NoReturn:
        if name == "_store":  # by which the language asks whether it is a record
            raise AttributeError(name)
        self._look()

"""The items of a family, as a mapping of Python has them: to be looped over any number of times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from verifier.language.errors import in_model, refuse

K = TypeVar("K")
V = TypeVar("V")
Key = TypeVar("Key", contravariant=True)
Item = TypeVar("Item", covariant=True)


class Held(Protocol[Key, Item]):
    """What has an item for each of its keys."""

    def __getitem__(self, key: Key) -> Item: ...


class Items(Generic[K, V]):
    """Each key of a family with the item that it has when it is looped over."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, held: Held[K, V], keys: Iterable[K]) -> None:
        self._given = held
        self._rows = tuple(keys)

    def __iter__(self) -> Iterator[tuple[K, V]]:
        for key in self._rows:
            yield key, self._given[key]

    def __reversed__(self) -> Iterator[tuple[K, V]]:
        for key in reversed(self._rows):
            yield key, self._given[key]

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, item: Any) -> bool:
        if not (isinstance(item, tuple) and len(item) == 2):
            return False
        key, value = item
        return any(key == member and self._given[member] == value for member in self._rows)

    def __eq__(self, other: object) -> NoReturn:
        raise refuse("the items of a family are compared", "loop over them and compare each")

    __and__ = __or__ = __xor__ = __sub__ = __rand__ = __ror__ = __rxor__ = __rsub__ = __eq__
    __lt__ = __le__ = __gt__ = __ge__ = __eq__

    def __repr__(self) -> str:
        if in_model():
            raise refuse("the items of a family are made into text", "compare each")
        return f"<items of {self._given!r}>"

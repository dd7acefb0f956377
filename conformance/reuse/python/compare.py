"""Compares what the client decoded with what was recorded, and with its own types."""

import datetime
import enum
import functools
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from taskrouter_client import models


def losses(want: Any, got: Any, at: str) -> Iterator[str]:
    """Where JSON differs: numbers by value, times by instant."""
    if isinstance(want, dict) and isinstance(got, dict):
        for name in sorted(want.keys() - got.keys()):
            yield f"{at}.{name} is lost"
        for name in sorted(got.keys() - want.keys()):
            yield f"{at}.{name} is {got[name]!r}, but was not answered"
        for name in sorted(want.keys() & got.keys()):
            yield from losses(want[name], got[name], f"{at}.{name}")
    elif isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            yield f"{at} has {len(got)} entries, want {len(want)}"
        for index, (wanted, gotten) in enumerate(zip(want, got, strict=False)):
            yield from losses(wanted, gotten, f"{at}[{index}]")
    elif not same_value(want, got):
        yield f"{at} is {got!r}, want {want!r}"


def same_value(want: Any, got: Any) -> bool:
    if isinstance(want, bool) or isinstance(got, bool):
        return want is got
    return bool(want == got) or same_instant(want, got)


def same_instant(want: Any, got: Any) -> bool:
    try:
        return datetime.datetime.fromisoformat(want) == datetime.datetime.fromisoformat(got)
    except (TypeError, ValueError):
        return False


def misfits(value: Any, hint: Any, at: str) -> Iterator[str]:
    """Where a decoded value is not of the type that the client declares. The client itself looks at
    neither: text where it says int, or null where it says str, comes through as it is."""
    if isinstance(hint, types.UnionType):
        if all(any(misfits(value, choice, at)) for choice in typing.get_args(hint)):
            yield f"{at} is {value!r}, declared {hint}"
    elif typing.get_origin(hint) is list:
        if not isinstance(value, list):
            yield f"{at} is {value!r}, declared a list"
            return
        for index, item in enumerate(value):
            yield from misfits(item, typing.get_args(hint)[0], f"{at}[{index}]")
    elif attrs.has(hint):
        yield from misfits_of_model(value, hint, at)
    elif not of_scalar_type(value, hint):
        yield f"{at} is {value!r}, declared {hint.__name__}"


def misfits_of_model(value: Any, model: type, at: str) -> Iterator[str]:
    if not isinstance(value, model):
        yield f"{at} is {value!r}, declared {model.__name__}"
        return
    hints = dict(hints_of(model))
    hint_of_others = typing.get_args(hints.pop("additional_properties"))[1]
    for name, hint in hints.items():
        yield from misfits(getattr(value, name), hint, f"{at}.{name}")
    for name, other in value.additional_properties.items():  # type: ignore[attr-defined] # all models have it
        if hints:
            yield f"{at}.{name} is not in the document"
        yield from misfits(other, hint_of_others, f"{at}.{name}")


@functools.cache
def hints_of(model: type) -> Mapping[str, Any]:
    return typing.get_type_hints(model, localns=vars(models))


def of_scalar_type(value: Any, hint: Any) -> bool:
    if hint is Any:
        return True
    if issubclass(hint, enum.Enum):
        return isinstance(value, hint) and value in list(hint)
    if hint is float:
        return type(value) in (int, float)
    # Not isinstance: to Python, True is an int.
    return type(value) is hint

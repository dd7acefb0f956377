"""Writes calls.py: each exchange that the replayer lists as a literal call of the generated
client, so that mypy checks the name and the type of every argument, and nobody has to edit a
program when a fixture changes.

Usage: write_calls.py FILE
"""

import datetime
import enum
import importlib
import inspect
import pkgutil
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
from taskrouter_client import api, models
from taskrouter_client.types import Response, Unset

from listing import Exchange, exchanges, function_of

_HEAD = '''\
"""Written by write_calls.py from the replayer's list; never edited."""

import datetime
from typing import Any

from taskrouter_client import AuthenticatedClient, Client, models
from taskrouter_client.types import Response
'''


class Unwritable(Exception):
    """A request that the client's types do not allow."""


def main(path: str) -> None:
    functions = generated_functions()
    imports: set[str] = set()
    calls: list[str] = []
    unwritable: dict[str, str] = {}
    for exchange in exchanges():
        try:
            if "call" not in exchange:
                raise Unwritable("the document does not declare all that the request holds")
            module = functions[key(exchange["call"]["operation"])]
            calls.append(function(exchange, module))
            imports.add(f"from {module.__package__} import {module.__name__.rpartition('.')[2]}\n")
        except Unwritable as error:
            unwritable[exchange["base"]] = str(error)
    source = _HEAD + "".join(sorted(imports)) + f"\nUNWRITABLE: dict[str, str] = {unwritable!r}\n" + "".join(calls)
    Path(path).write_text(source, encoding="utf-8")


def generated_functions() -> dict[str, types.ModuleType]:
    """The module of each operation, by the key of the operation's name."""
    found = {}
    for package in pkgutil.iter_modules(api.__path__, api.__name__ + "."):
        folder = importlib.import_module(package.name).__path__
        for module in pkgutil.iter_modules(folder, package.name + "."):
            found[key(module.name.rpartition(".")[2])] = importlib.import_module(module.name)
    return found


def key(name: str) -> str:
    """A name of the document and the Python name made from it have the same key."""
    return "".join(character for character in name.lower() if character.isalnum())


def function(exchange: Exchange, module: types.ModuleType) -> str:
    call = exchange["call"]
    values = {**call["path"], **call["query"], **call["header"]}
    if "body" in call:
        values["body"] = call["body"]
    hints = typing.get_type_hints(module.sync_detailed)
    returned = source_of_type(hints.pop("return"))
    hints.pop("client")
    optional = {
        name
        for name, parameter in inspect.signature(module.sync_detailed).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    arguments = ["client=client", *written_arguments(values, hints, optional)]
    name = module.__name__.rpartition(".")[2]
    return (
        f"\n\ndef {function_of(exchange)}(client: AuthenticatedClient | Client) -> {returned}:\n"
        f"    return {name}.sync_detailed({', '.join(arguments)})\n"
    )


def written_arguments(values: Mapping[str, Any], hints: Mapping[str, Any], optional: set[str]) -> Iterator[str]:
    parameters = {key(name): name for name in hints}
    for name, value in values.items():
        parameter = parameters.pop(key(name), None)
        if parameter is None:
            raise Unwritable(f"the client has no {name}")
        text = expression(value, hints[parameter])
        if text is None:
            raise Unwritable(f"{name} is {value!r}, expected {source_of_type(hints[parameter])}")
        yield f"{parameter}={text}"
    missing = set(parameters.values()) - optional
    if missing:
        raise Unwritable(f"without {', '.join(sorted(missing))}, which the client requires")


def expression(value: Any, hint: Any) -> str | None:
    """The source of a value as the type wants it; None if it is not of the type."""
    for choice in choices(hint):
        text = literal(value, choice)
        if text is not None:
            return text
    return None


def choices(hint: Any) -> list[Any]:
    """The types of a union, but for Unset, which is never written."""
    if not isinstance(hint, types.UnionType):
        return [hint]
    return [choice for choice in typing.get_args(hint) if choice is not Unset]


def literal(value: Any, choice: Any) -> str | None:
    if typing.get_origin(choice) is list:
        return list_literal(value, typing.get_args(choice)[0])
    if attrs.has(choice):
        return model_literal(value, choice)
    if issubclass(choice, enum.Enum):
        return enum_literal(value, choice)
    if choice is datetime.datetime:
        return time_literal(value)
    if choice is float and type(value) is int:
        return repr(float(value))
    return repr(value) if type(value) is choice else None


def list_literal(value: Any, item: Any) -> str | None:
    if not isinstance(value, list):
        return None
    items = [expression(element, item) for element in value]
    return None if None in items else f"[{', '.join(map(str, items))}]"


def model_literal(value: Any, model: type) -> str | None:
    if not isinstance(value, dict):
        return None
    fields = [field for field in attrs.fields(model) if field.init]
    hints = typing.get_type_hints(model, localns=vars(models))
    optional = {field.name for field in fields if field.default is not attrs.NOTHING}
    arguments = written_arguments(value, {field.name: hints[field.name] for field in fields}, optional)
    return f"models.{model.__name__}({', '.join(arguments)})"


def enum_literal(value: Any, kind: type[enum.Enum]) -> str | None:
    for member in kind:
        if member.value == value:
            return f"models.{kind.__name__}.{member.name}"
    return None


def time_literal(value: Any) -> str | None:
    try:
        time = datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError):
        return None
    # As a caller may have it: in a zone of its own, with fractions of a second. Neither is sent.
    zone = datetime.timezone(datetime.timedelta(hours=5))
    local = time.replace(tzinfo=datetime.UTC, microsecond=250_000).astimezone(zone)
    return f"datetime.datetime.fromisoformat({local.isoformat()!r})"


def source_of_type(hint: Any) -> str:
    if isinstance(hint, types.UnionType):
        return " | ".join(map(source_of_type, typing.get_args(hint)))
    if hint is types.NoneType:
        return "None"
    arguments = ", ".join(map(source_of_type, typing.get_args(hint)))
    if typing.get_origin(hint) is Response:
        return f"Response[{arguments}]"
    if arguments:
        return f"{typing.get_origin(hint).__name__}[{arguments}]"
    return f"models.{hint.__name__}" if hasattr(models, hint.__name__) else hint.__name__


if __name__ == "__main__":
    main(sys.argv[1])

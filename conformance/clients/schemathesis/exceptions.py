"""What a check of schemathesis finds and is as it should be, each with its reason.

One that finds nothing any more fails the run.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from schemathesis import Case
from schemathesis.core import NOT_SET
from schemathesis.core.failures import AcceptedNegativeData, Failure


@dataclass(eq=False)
class Expected:
    reason: str
    fits: Callable[[Failure, Case], bool]
    found: int = 0


FLAGS: set[str] = set()  # the names of all fields and parameters of the document that are flags


def flags_of(description: Any) -> Iterator[str]:
    if isinstance(description, list):
        for element in description:
            yield from flags_of(element)
    if not isinstance(description, dict):
        return
    if is_boolean(description.get("schema")) and "name" in description:
        yield description["name"]
    for name, member in description.items():
        if is_boolean(member):
            yield name
        yield from flags_of(member)


def is_boolean(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "boolean"


def is_text_for_flag(failure: Failure, case: Case) -> bool:
    if not isinstance(failure, AcceptedNegativeData):
        return False
    if "in body - violates `allOf`" in failure.message:  # which does not tell the field
        return isinstance(case.body, dict) and any(
            name in FLAGS and not isinstance(value, bool) for name, value in case.body.items()
        )
    found = re.search(r"- (\w+): Incorrect type|/properties/(\w+) \(was boolean", failure.message)
    name = found and (found[1] or found[2])
    return name is not None and name[0].upper() + name[1:] in FLAGS


def is_empty_filter(failure: Failure, case: Case) -> bool:
    if not isinstance(failure, AcceptedNegativeData):
        return False
    found = re.search(r"parameter `(\w+)` in query", failure.message)
    return found is not None and case.query.get(found[1]) == ""


def is_empty_form(failure: Failure, case: Case) -> bool:
    return (
        isinstance(failure, AcceptedNegativeData)
        and "Missing request body" in failure.message
        and case.body is NOT_SET
        and not any(body.optimized_schema.get("required") for body in case.operation.body)
    )


EXPECTED = [
    Expected(
        "All flags are read as the document says of some: `true`, `1` and `yes` are true and anything else is false.",
        is_text_for_flag,
    ),
    Expected("An empty filter is as if it were not there.", is_empty_filter),
    Expected("Where no field is required the form may be empty, which is to send none.", is_empty_form),
]


def is_expected(failure: Failure, case: Case) -> bool:
    for expected in EXPECTED:
        if expected.fits(failure, case):
            expected.found += 1
            return True
    return False

"""Links from what is made to all that can be done with it, which the document does not have.

The stateful phase follows them: it makes things, works with them, and deletes them.
"""

import re
from typing import Any

METHODS = ("get", "post", "delete", "put")


def add_to(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        if "201" in item.get("post", {}).get("responses", {}):
            add_to_creation(document, path)


def add_to_creation(document: dict[str, Any], path: str) -> None:
    answers = document["paths"][path]["post"]["responses"]
    shared = document["components"]["responses"][answers["201"]["$ref"].rpartition("/")[2]]
    answers["201"] = {**shared, "links": dict(links_from(document, path))}


def links_from(document: dict[str, Any], path: str) -> list[tuple[str, Any]]:
    """Links to what needs nothing but what was made at a path, and to its list."""
    known = {name: f"$request.path.{name}" for name in re.findall(r"\{(\w+)\}", path)}
    links = []
    for other, item in document["paths"].items():
        below = re.fullmatch(re.escape(path) + r"(?:/\{(\w+)\}(?:/[A-Za-z]+)*)?", other)
        if below is None:
            continue
        parameters = known | ({below[1]: "$response.body#/sid"} if below[1] else {})
        for method in METHODS:
            if method in item:
                operation = item[method]["operationId"]
                links.append((operation, {"operationId": operation, "parameters": parameters}))
    return links

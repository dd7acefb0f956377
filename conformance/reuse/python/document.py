"""What the OpenAPI document says about operations and their answers."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_METHODS = ("get", "post", "put", "patch", "delete")


class Document:
    def __init__(self, path: Path) -> None:
        self._root: dict[str, Any] = YAML(typ="safe").load(path)
        self._operations: dict[str, Any] = {
            item[method]["operationId"]: item[method]
            for item in self._root["paths"].values()
            for method in _METHODS
            if method in item
        }

    @property
    def operations(self) -> list[str]:
        return list(self._operations)

    def schema_of_answer(self, operation: str, status: int) -> str | None:
        """The name of the schema of an answer; None if the answer has no body."""
        responses = self._operations[operation]["responses"]
        response = self._resolve(responses.get(str(status)) or responses["default"])
        if "content" not in response:
            return None
        reference: str = response["content"]["application/json"]["schema"]["$ref"]
        return reference.rpartition("/")[2]

    def _resolve(self, node: Any) -> Any:
        if "$ref" not in node:
            return node
        resolved = self._root
        for name in node["$ref"].removeprefix("#/").split("/"):
            resolved = resolved[name]
        return resolved

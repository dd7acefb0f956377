"""Makes every call of calls.py against the replayer, and compares what comes of it with what
was recorded.

Usage: replay.py DOCUMENT
"""

import enum
import json
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from taskrouter_client import AuthenticatedClient, Client, models

import calls
from compare import losses, misfits
from document import Document
from gateway import raise_for_gateway
from listing import REPLAY_URL, Exchange, foreseen_exchanges, function_of

TIMEOUT = httpx.Timeout(30)
# Made once: it takes longer than an exchange.
TLS = ssl.create_default_context()


def main(path: str) -> int:
    document = Document(Path(path))
    succeeded: set[str] = set()
    made = 0
    failures = list(enumerations_that_refuse())
    for exchange in foreseen_exchanges():
        call = getattr(calls, function_of(exchange), None)
        if call is None:
            continue  # write_calls.py has said why.
        operation = exchange["call"]["operation"]
        problems = [f"{operation} {exchange['base']}: {problem}" for problem in replay(exchange, call, document)]
        failures += problems
        made += 1
        if not problems and exchange["response"]["status"] < 300:
            succeeded.add(operation)
    unproved = [operation for operation in document.operations if operation not in succeeded]
    failures += [f"{operation}: no success was replayed" for operation in unproved]
    for failure in failures:
        print(f"FAIL: {failure}")
    print(
        f"python: {len(succeeded)} of {len(document.operations)} operations replayed, "
        f"{made} exchanges, {len(failures)} failures"
    )
    return 1 if failures else 0


def replay(exchange: Exchange, call: Any, document: Document) -> Iterator[str]:
    recorded = exchange["response"]
    try:
        with client_for(exchange) as client:
            response = call(client)
    except httpx.HTTPStatusError as error:
        if is_json(recorded):
            yield f"raised {error!r}"
        yield from differing_status(recorded["status"], error.response.status_code)
        if error.response.text != recorded["body"]:
            yield f"the error holds the body {error.response.text!r}, want {recorded['body']!r}"
    except Exception as error:  # Whatever a generated function raises is a finding.
        yield f"raised {error!r}"
    else:
        yield from differing_status(recorded["status"], response.status_code)
        yield from differing_answer(exchange, response.parsed, document)
    yield from what_the_replayer_saw(exchange)


def client_for(exchange: Exchange) -> AuthenticatedClient | Client:
    url = REPLAY_URL + exchange["base"]
    hooks: dict[str, Any] = {"event_hooks": {"response": [raise_for_gateway]}}
    scheme = header(exchange["request"], "Authorization")
    if scheme == "Bearer":
        return AuthenticatedClient(url, token="any", timeout=TIMEOUT, verify_ssl=TLS, httpx_args=hooks)
    if scheme == "Basic":
        hooks["auth"] = ("AC1", "any")
    return Client(url, timeout=TIMEOUT, verify_ssl=TLS, httpx_args=hooks)


def header(message: dict[str, Any], name: str) -> str | None:
    return next((entry["value"] for entry in message["header"] if entry["name"] == name), None)


def is_json(recorded: dict[str, Any]) -> bool:
    return recorded["status"] == 204 or header(recorded, "Content-Type") == "application/json"


def differing_status(want: int, got: int) -> Iterator[str]:
    if got != want:
        yield f"answered {got}, want {want}"


def differing_answer(exchange: Exchange, parsed: Any, document: Document) -> Iterator[str]:
    status = exchange["response"]["status"]
    schema = document.schema_of_answer(exchange["call"]["operation"], status)
    if schema is None:
        if parsed is not None:
            yield f"decoded {parsed!r}, but {status} has no body"
        return
    model: Any = getattr(models, schema)
    recorded = json.loads(exchange["response"]["body"])
    if type(parsed) is not model:
        yield f"decoded a {type(parsed).__name__}, want {schema}"
        return
    yield from misfits(parsed, model, schema)
    yield from losses(recorded, parsed.to_dict(), schema)
    later = {**recorded, "member_of_a_later_version": [None]}
    yield from losses(later, model.from_dict(later).to_dict(), f"(with a member more) {schema}")


def what_the_replayer_saw(exchange: Exchange) -> Iterator[str]:
    report = httpx.get(REPLAY_URL + exchange["base"], verify=TLS)
    if report.status_code != 200:
        yield "\n".join(report.json()["differences"]) or "the request did not arrive"


def enumerations_that_refuse() -> Iterator[str]:
    for name, kind in vars(models).items():
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            try:
                value = kind("of a later version").value
            except ValueError as error:
                yield f"{name}: {error}"
            else:
                yield from losses("of a later version", value, name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

"""Makes every call of calls.py against the replayer, and compares what comes of it with what
was recorded.

Usage: replay.py DOCUMENT
"""

import copy
import enum
import json
import ssl
import subprocess
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
from listing import REPLAY_URL, Exchange, exchanges, function_of

TIMEOUT = httpx.Timeout(30)
# Made once: it takes longer than an exchange.
TLS = ssl.create_default_context()


def main(path: str) -> int:
    document = Document(Path(path))
    succeeded: set[str] = set()
    made = 0
    failures = [*enumerations_that_refuse(), *failures_of_example()]
    for exchange in exchanges():
        operation, base, status = operation_of(exchange), exchange["base"], exchange["response"]["status"]
        unwritable = calls.UNWRITABLE.get(base)
        # A request that was refused may be what the document forbids. No typed program can send it.
        if unwritable and status == 400:
            print(f"left out: {operation} {base}: {unwritable}")
            continue
        problems = [unwritable] if unwritable else list(replay(exchange, document))
        made += 1
        if problems:
            failures.append(f"{operation} {base}: {summary(problems)}")
        elif status < 300:
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


def operation_of(exchange: Exchange) -> str:
    if "call" not in exchange:
        return f"{exchange['request']['method']} {exchange['request']['path']}"
    operation: str = exchange["call"]["operation"]
    return operation


def summary(problems: list[str]) -> str:
    more = len(problems) - 3
    return "; ".join(problems[:3]) + (f"; and {more} more" if more > 0 else "")


def replay(exchange: Exchange, document: Document) -> Iterator[str]:
    recorded = exchange["response"]
    call = getattr(calls, function_of(exchange))
    try:
        with client_for(exchange) as client:
            response = call(client)
    except httpx.HTTPStatusError as error:
        yield from differing_failure(recorded, error.response)
    except Exception as error:  # Whatever a generated function raises is a finding.
        yield f"raised {error!r}"
    else:
        yield from differing_status(recorded, response.status_code)
        yield from differing_answer(exchange, response.parsed, document)
    yield from what_the_replayer_missed(exchange)


def differing_failure(recorded: dict[str, Any], response: httpx.Response) -> Iterator[str]:
    """Where a failure that the client did not decode differs from what was recorded."""
    if response.status_code != recorded["status"]:
        yield from differing_status(recorded, response.status_code)
    elif header(recorded, "Content-Type") == "application/json":
        yield "was not decoded, but is JSON"
    elif response.text != recorded["body"]:
        yield f"the error holds the body {response.text!r}, want {recorded['body']!r}"


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


def differing_status(recorded: dict[str, Any], got: int) -> Iterator[str]:
    if got != recorded["status"]:
        yield f"answered {got:d}, want {recorded['status']}"


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


def what_the_replayer_missed(exchange: Exchange) -> Iterator[str]:
    report = httpx.get(REPLAY_URL + exchange["base"], verify=TLS)
    if report.status_code != 200:
        yield "\n".join(report.json()["differences"]) or "the request did not arrive"


def enumerations_that_refuse() -> Iterator[str]:
    for name, kind in vars(models).items():
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            yield from refusal(name, kind)


def refusal(name: str, kind: type[enum.Enum]) -> Iterator[str]:
    try:
        member = kind("of a later version")
        copied = copy.deepcopy(member)
    except (ValueError, AttributeError) as error:
        yield f"{name}: a value of a later version: {error}"
    else:
        yield from losses("of a later version", member.value, name)
        yield from losses("of a later version", copied.value, f"a copy of {name}")


def failures_of_example() -> Iterator[str]:
    base = REPLAY_URL + "/guide"
    run = subprocess.run(
        [sys.executable, "example.py", base], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if run.returncode != 0:
        yield f"example.py: {run.stderr.strip()}"
    served = httpx.get(base, verify=TLS).json()["served"]
    if served != ["create workspace", "list tasks", "list tasks, second page"]:
        yield f"example.py was served {served}, expected a workspace and two pages of tasks"
    # The example is not the whole of the guide, and the replayer would miss the rest.
    httpx.post(base, verify=TLS).raise_for_status()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

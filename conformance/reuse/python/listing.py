"""The replayer's list of exchanges."""

import os
from collections.abc import Iterator
from typing import Any

import httpx

REPLAY_URL = os.environ["REPLAY_URL"]

Exchange = dict[str, Any]


def exchanges() -> Iterator[Exchange]:
    listing = httpx.get(REPLAY_URL + "/").raise_for_status().json()
    for scenario in listing["scenarios"]:
        yield from scenario["exchanges"]


def function_of(exchange: Exchange) -> str:
    """The name of the function in calls.py that makes the exchange: /tasks/2 is tasks_2."""
    base: str = exchange["base"]
    return base.strip("/").replace("/", "_")

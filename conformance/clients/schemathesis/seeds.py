"""SIDs of the seeded state in place of generated ones, which name nothing.

What is put where follows from what was generated, so that the same example is always the same
request.
"""

import json
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schemathesis import Case
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

STATE = Path(__file__).with_name("state.json").read_bytes()

SID = re.compile(r"([A-Z]{2})[0-9a-fA-F]{32}")
PARAMETERS = {
    "activities": "ActivitySid",
    "task_channels": "TaskChannelSid",
    "task_queues": "TaskQueueSid",
    "workflows": "WorkflowSid",
    "workers": "WorkerSid",
    "tasks": "TaskSid",
    "events": "EventSid",
}

Place = dict[str, str]  # the parameters of a path that leads to something


def places_in(workspace: dict[str, Any]) -> Iterator[Place]:
    yield {}
    for kind, parameter in PARAMETERS.items():
        for thing in workspace[kind]:
            yield {parameter: thing["sid"]}
    for channel in workspace["task_channels"]:
        yield {"TaskChannelSid": channel["unique_name"]}
    for worker in workspace["workers"]:
        for channel in worker["channels"]:
            yield {"WorkerSid": worker["sid"], "WorkerChannelSid": channel["sid"]}
            yield {"WorkerSid": worker["sid"], "WorkerChannelSid": channel["task_channel_sid"]}
    for task in workspace["tasks"]:
        for reservation in task.get("reservations", []):
            yield {"TaskSid": task["sid"], "ReservationSid": reservation["sid"]}
            yield {"WorkerSid": reservation["worker_sid"], "ReservationSid": reservation["sid"]}


def places_by_parameters() -> dict[frozenset[str], list[Place]]:
    places = defaultdict(list)
    for workspace in json.loads(STATE)["workspaces"]:
        for place in places_in(workspace):
            place["WorkspaceSid"] = workspace["sid"]
            places[frozenset(place)].append(place)
    return places


def sids_by_workspace_and_kind() -> dict[tuple[str, str], list[str]]:
    sids: dict[tuple[str, str], list[str]] = defaultdict(list)
    for workspace in json.loads(STATE)["workspaces"]:
        for place in places_in(workspace):
            for sid in place.values():
                if (match := SID.fullmatch(sid)) and sid not in sids[workspace["sid"], match[1]]:
                    sids[workspace["sid"], match[1]].append(sid)
    return sids


PLACES = places_by_parameters()
SIDS = sids_by_workspace_and_kind()

made: set[str] = set()  # the SIDs of what was made by requests


def put_into(case: Case) -> None:
    """Leads a request to something, and has its SIDs name what is in the same workspace.

    One path of eight leads nowhere, and one of sixteen is of two halves that do not belong
    together. A path that breaks the document on purpose stays as it is.
    """
    body = None if case.body is NOT_SET else case.body  # which is written with an address
    generated = repr((case.operation.label, case.path_parameters, case.query, body))
    draw = random.Random(zlib.crc32(generated.encode(errors="surrogatepass")))
    places = PLACES.get(frozenset(case.path_parameters))
    if places is None or breaks(case, ParameterLocation.PATH) or follows_link(case):
        return
    where = draw.random()
    place = draw.choice(places)
    if where > 1 / 8:
        case.path_parameters.update(place)
    if where > 15 / 16:
        parameter = draw.choice(sorted(place))
        case.path_parameters[parameter] = draw.choice(places)[parameter]
    case.query = with_sids(case.query, place["WorkspaceSid"], draw)
    case.body = with_sids(case.body, place["WorkspaceSid"], draw)
    if not breaks(case, ParameterLocation.QUERY):
        put_dates_into(case.query, draw)


def is_stateful(case: Case) -> bool:
    """Whether a request is one of several that build on each other."""
    return case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL


def follows_link(case: Case) -> bool:
    return is_stateful(case) and not made.isdisjoint(case.path_parameters.values())


def breaks(case: Case, location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


def with_sids(value: Any, workspace: str, draw: random.Random) -> Any:
    match value:
        case dict():
            return {name: with_sids(member, workspace, draw) for name, member in value.items()}
        case list():
            return [with_sids(element, workspace, draw) for element in value]
        case str() if match := SID.fullmatch(value):
            known = SIDS.get((workspace, match[1]), [])
            return draw.choice([value, *known])
    return value


def put_dates_into(query: dict[str, Any], draw: random.Random) -> None:
    """Moves a stretch of time into the last 30 days, beyond which it is refused."""
    for name, days in ("StartDate", 29), ("EndDate", 1):
        if name in query and draw.random() < 3 / 4:
            date = datetime.now(UTC) - timedelta(days=draw.uniform(0, days))
            query[name] = date.strftime("%Y-%m-%dT%H:%M:%SZ")

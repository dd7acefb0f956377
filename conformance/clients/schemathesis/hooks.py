"""Has schemathesis send requests that mean something, and asks of their answers what it cannot know."""

import os
import time
from collections import Counter
from typing import Any

import schemathesis
import urllib3
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.generation.stateful.state_machine import APIStateMachine

import exceptions
import links
import seeds
from links import METHODS


class Emulator:
    def __init__(self, url: str, account_sid: str, auth_token: str) -> None:
        self.state_url = url + "/emulator/state"
        self.headers = urllib3.make_headers(basic_auth=f"{account_sid}:{auth_token}")
        self.pool = urllib3.PoolManager()

    def seed(self) -> None:
        """Puts the state back, so that an answer depends on nothing but its request."""
        seeds.made.clear()
        answer = self.pool.request("PUT", self.state_url, body=seeds.STATE, headers=self.headers)
        if answer.status != 204:
            raise RuntimeError(f"seed the emulator: {answer.status} {answer.data!r}")


class Calls:
    """What was answered, by the names of operations."""

    def __init__(self) -> None:
        self.begin = time.monotonic()
        self.statuses: dict[str, Counter[int]] = {}
        self.other_methods: Counter[int] = Counter()

    def add(self, case: Case, response: Response) -> None:
        if case.method.lower() == case.operation.method.lower():
            self.statuses[case.operation.definition.raw["operationId"]][response.status_code] += 1
        else:
            self.other_methods[response.status_code] += 1

    def without_success(self) -> list[str]:
        return [name for name, counted in self.statuses.items() if not any(200 <= status < 300 for status in counted)]

    def __str__(self) -> str:
        succeeded = len(self.statuses) - len(self.without_success())
        counted = sum(self.statuses.values(), Counter[int]())
        statuses = ", ".join(f"{count} of {status}" for status, count in sorted(counted.items()))
        return (
            f"{succeeded} of {len(self.statuses)} operations succeeded; {counted.total()} answers: {statuses}; "
            f"{self.other_methods.total()} to other methods; {time.monotonic() - self.begin:.0f} seconds"
        )


emulator = Emulator(*(os.environ[name] for name in ("TASKROUTER_BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")))
calls = Calls()


@schemathesis.hook
def before_load_schema(_: HookContext, raw_schema: dict[str, Any]) -> None:
    """Leaves out the answers by default: those are of gateways, which the emulator is none of.

    With them every status would be a documented one.
    """
    for path in raw_schema["paths"].values():
        for method in path.keys() & METHODS:
            calls.statuses[path[method]["operationId"]] = Counter()
            del path[method]["responses"]["default"]
    exceptions.FLAGS.update(exceptions.flags_of(raw_schema))
    links.add_to(raw_schema)


@schemathesis.hook
def map_case(_: HookContext, case: Case) -> Case:
    seeds.put_into(case)
    return case


@schemathesis.hook
def before_call(_: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """In the stateful phase answers depend on the requests before, which is what is tested there."""
    if not seeds.is_stateful(case):
        emulator.seed()


@schemathesis.hook
def after_call(_: HookContext, case: Case, response: Response) -> None:
    calls.add(case, response)
    if response.status_code == 201:
        seeds.made.add(response.json()["sid"])


@schemathesis.hook
def filter_failure(_: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    return not exceptions.is_expected(failure, case)


def seed_before_sequences() -> None:
    """Has every sequence of the stateful phase begin with the state, for which there is no hook."""
    begin = APIStateMachine.__init__

    def begin_seeded(machine: APIStateMachine) -> None:
        emulator.seed()
        begin(machine)

    APIStateMachine.__init__ = begin_seeded  # type: ignore[assignment, method-assign]


seed_before_sequences()


@schemathesis.check
class every_operation_succeeds:
    def after_run(self, ctx: CheckContext) -> None:
        print(calls)
        missing = calls.without_success()
        assert not missing, f"no request succeeded: {', '.join(missing)}"


@schemathesis.check
class every_exception_is_needed:
    def after_run(self, ctx: CheckContext) -> None:
        unneeded = [expected.reason for expected in exceptions.EXPECTED if not expected.found]
        assert not unneeded, f"nothing is found any more of which exceptions.py says: {' '.join(unneeded)}"

"""A program of a user: creates a workspace and reads a list page by page.

Usage: example.py BASE_URL
"""

import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
from taskrouter_client import Client
from taskrouter_client.api.tasks import list_tasks
from taskrouter_client.api.workspaces import create_workspace
from taskrouter_client.models import CreateWorkspaceRequest, Task, TaskList, TaskStatus, Workspace, WorkspaceTemplate
from taskrouter_client.types import UNSET

from gateway import raise_for_gateway


def main(base_url: str) -> None:
    client = Client(
        base_url,
        timeout=httpx.Timeout(30),  # Without it the client waits for ever.
        httpx_args={
            "auth": ("AC228c14652c374b1f5ced78e9b0bdb8e1", "the auth token"),
            "event_hooks": {"response": [raise_for_gateway]},
        },
    )
    with client:
        created = create_workspace.sync(
            client=client,
            body=CreateWorkspaceRequest(friendly_name="Customer Support", template=WorkspaceTemplate.FIFO),
        )
        if not isinstance(created, Workspace):
            sys.exit(f"the workspace was not created: {created}")
        print(f"{created.friendly_name} ({created.sid}), since {created.date_created:%d %B %Y}")
        for task in tasks(client, created.sid, [TaskStatus.PENDING, TaskStatus.RESERVED]):
            print(f"{task.sid} is {task.assignment_status}, priority {task.priority}")


def tasks(client: Client, workspace_sid: str, statuses: list[TaskStatus]) -> Iterator[Task]:
    """All tasks in one of these states, over all pages."""
    page = list_tasks.sync(workspace_sid, client=client, assignment_status=statuses)
    while isinstance(page, TaskList):
        yield from page.tasks
        if page.meta.next_page_url is None:
            return
        # The URL is one of the service, whichever server was asked: only its query is used.
        query = parse_qs(urlsplit(page.meta.next_page_url).query)
        page = list_tasks.sync(
            workspace_sid,
            client=client,
            assignment_status=statuses,
            page_size=int(query["PageSize"][0]),
            page=int(query["Page"][0]) if "Page" in query else UNSET,
            page_token=query["PageToken"][0] if "PageToken" in query else UNSET,
        )
    sys.exit(f"the tasks could not be listed: {page}")


if __name__ == "__main__":
    main(sys.argv[1])

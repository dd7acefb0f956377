// The guide's six steps, a list over two pages, and what a failure looks like, as a
// user would write it.
import assert from "node:assert/strict";
import type { operations } from "./build/taskrouter.js";
import { Failure, type TaskRouter, answerOf, connect, timestamp } from "./client.js";

type ListTasksQuery = NonNullable<operations["listTasks"]["parameters"]["query"]>;

const CREDENTIALS = { user: "AC00000000000000000000000000000000", password: "the auth token" };

// Each scenario has a base path at the replayer; a program has one base URL.
export async function runExample(replayer: string): Promise<void> {
  await followGuide(connect(`${replayer}/quickstart`, CREDENTIALS));
  await missWorker(connect(`${replayer}/guide/9`, CREDENTIALS));
  await readStatistics(connect(`${replayer}/workspace_statistics/39`, CREDENTIALS));
}

async function followGuide(client: TaskRouter): Promise<void> {
  const workspace = answerOf(
    await client.POST("/v1/Workspaces", { body: { FriendlyName: "Customer Support", Template: "FIFO" } }),
  );
  const path = { WorkspaceSid: workspace.sid };

  const activity = answerOf(
    await client.POST("/v1/Workspaces/{WorkspaceSid}/Activities", {
      params: { path },
      body: { FriendlyName: "Coffee Break", Available: false },
    }),
  );
  const worker = answerOf(
    await client.POST("/v1/Workspaces/{WorkspaceSid}/Workers", {
      params: { path },
      body: { FriendlyName: "Jamie", Attributes: '{"phone": "+14155551234", "languages": ["EN", "ES"]}' },
    }),
  );
  assert.deepEqual(JSON.parse(worker.attributes ?? "{}").languages, ["EN", "ES"]);

  const queue = answerOf(
    await client.POST("/v1/Workspaces/{WorkspaceSid}/TaskQueues", {
      params: { path },
      body: { FriendlyName: "Sales", ReservationActivitySid: activity.sid, AssignmentActivitySid: activity.sid },
    }),
  );
  const workflow = answerOf(
    await client.POST("/v1/Workspaces/{WorkspaceSid}/Workflows", {
      params: { path },
      body: {
        FriendlyName: "Incoming Call Flow",
        AssignmentCallbackUrl: "https://example.com/callback",
        FallbackAssignmentCallbackUrl: "https://example.com/callback2",
        Configuration: configuration(queue.sid),
      },
    }),
  );
  const task = answerOf(
    await client.POST("/v1/Workspaces/{WorkspaceSid}/Tasks", {
      params: { path },
      body: {
        WorkflowSid: workflow.sid,
        AssignmentStatus: "pending",
        Attributes: '{"type": "call", "contact": "+15558675309", "customer_value": "gold", "task_reason": "support"}',
      },
    }),
  );

  const open: string[] = [];
  for await (const { sid } of listTasks(client, workspace.sid, { AssignmentStatus: ["pending", "reserved"] })) {
    open.push(sid);
  }
  assert.equal(open.length, 2);
  assert.equal(open[0], task.sid);

  answerOf(await client.DELETE("/v1/Workspaces/{WorkspaceSid}", { params: { path } }));
}

function configuration(queue: string): string {
  return `{"task_routing": {
  "filters": [{
    "filter_friendly_name": "Gold tickets",
    "expression": "customer_value == 'gold' AND type == 'ticket'",
    "targets": [{"queue": "${queue}", "priority": 2}]
  }],
  "default_filter": {"queue": "${queue}"}
}}`;
}

// Of the next page's URL only the query is used: its host need not be the one that
// was asked, and would be given the credentials.
async function* listTasks(client: TaskRouter, WorkspaceSid: string, query: ListTasksQuery) {
  const path = { WorkspaceSid };
  let page = answerOf(await client.GET("/v1/Workspaces/{WorkspaceSid}/Tasks", { params: { path, query } }));
  yield* page.tasks;
  while (page.meta.next_page_url !== null) {
    const { search } = new URL(page.meta.next_page_url);
    page = answerOf(
      await client.GET("/v1/Workspaces/{WorkspaceSid}/Tasks", { params: { path }, querySerializer: () => search }),
    );
    yield* page.tasks;
  }
}

async function missWorker(client: TaskRouter): Promise<void> {
  const path = { WorkspaceSid: "WS2755ca500fe07f93394eba29bccd4fca", WorkerSid: "WK00000000000000000000000000000000" };
  const result = await client.GET("/v1/Workspaces/{WorkspaceSid}/Workers/{WorkerSid}", { params: { path } });
  assert.throws(
    () => answerOf(result),
    (failure) => failure instanceof Failure && failure.status === 404,
  );
}

async function readStatistics(client: TaskRouter): Promise<void> {
  const statistics = answerOf(
    await client.GET("/v1/Workspaces/{WorkspaceSid}/CumulativeStatistics", {
      params: {
        path: { WorkspaceSid: "WSd387d640bd83ff106975a252069ca8ef" },
        query: {
          StartDate: timestamp(new Date("2026-03-01T08:15:49+01:00")),
          EndDate: timestamp(new Date("2026-03-02T08:15:49+01:00")),
        },
      },
    }),
  );
  assert.equal(statistics.tasks_created, 0);
}

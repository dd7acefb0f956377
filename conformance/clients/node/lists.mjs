// Lists over several pages, by every way that twilio-node has to walk through one.
import assert from "node:assert/strict";
import test, { before, describe } from "node:test";
import { baseUrl, connect, openShop, refused, sids, whole } from "./client.mjs";

describe("120 tasks", () => {
  /** @type {Awaited<ReturnType<typeof openShop>>} */
  let s;
  /** The SIDs in the order of creation. @type {string[]} */
  const made = [];

  before(async () => {
    s = await openShop();
    for (let number = 0; number < 120; number++) {
      made.push((await s.task({ number })).sid);
    }
  });

  /** The queries that were sent meanwhile. @param {() => any} walk */
  async function queriesOf(walk) {
    const { length } = s.witness.requests;
    await walk();
    return s.witness.requests.slice(length).map((request) => request.replace(/^listTasks /, ""));
  }

  test("are listed whole, each once and in order", async () => {
    const queries = await queriesOf(async () => {
      assert.deepEqual(sids(await s.shop.tasks.list({ pageSize: 50 })), made);
    });
    assert.equal(queries.length, 3);
    assert.equal(queries[0], "PageSize=50");
    assert.deepEqual(sids(await s.shop.tasks.list()), made, "in pages of the default size, too");
    assert.deepEqual(sids(await s.shop.tasks.list({ pageSize: 7 })), made);
    assert.deepEqual(sids(await s.shop.tasks.list({ pageSize: 1000 })), made);
  });

  test("are listed as far as a limit", async () => {
    const queries = await queriesOf(async () => {
      assert.deepEqual(sids(await s.shop.tasks.list({ pageSize: 50, limit: 70 })), made.slice(0, 70));
      assert.deepEqual(sids(await s.shop.tasks.list({ limit: 7 })), made.slice(0, 7));
    });
    assert.equal(queries.length, 3, "nothing is asked for that is not needed");
    assert.equal(queries[2], "PageSize=7");
    assert.deepEqual(sids(await s.shop.tasks.list({ limit: 500, pageSize: 60 })), made);
  });

  test("are handed on one by one until enough is done", async () => {
    /** @type {string[]} */
    const seen = [];
    const queries = await queriesOf(() =>
      s.shop.tasks.each({ pageSize: 25 }, ({ sid }, done) => {
        seen.push(sid);
        if (seen.length === 60) {
          done?.();
        }
      }),
    );
    assert.deepEqual(seen, made.slice(0, 60));
    assert.equal(queries.length, 3);
    /** @type {string[]} */
    const all = [];
    await s.shop.tasks.each(({ sid }) => all.push(sid));
    assert.deepEqual(all, made);
  });

  test("are on pages that lead to the next and to the one before", async () => {
    const first = await s.shop.tasks.page({ pageSize: 50 });
    assert.deepEqual(sids(first.instances), made.slice(0, 50));
    assert.equal(first.previousPageUrl, undefined);
    const { nextPageUrl = "" } = first;
    assert.ok(nextPageUrl.startsWith(`${baseUrl}/v1/Workspaces/${s.made.sid}/Tasks?`), nextPageUrl);
    const second = await first.nextPage();
    assert.deepEqual(sids(second?.instances ?? []), made.slice(50, 100));
    const third = await second?.nextPage();
    assert.deepEqual(sids(third?.instances ?? []), made.slice(100));
    assert.equal(third?.nextPage(), undefined);
    const back = await third?.previousPage();
    assert.deepEqual(sids(back?.instances ?? []), made.slice(50, 100));
    const start = await back?.previousPage();
    assert.deepEqual(sids(start?.instances ?? []), made.slice(0, 50));
    assert.equal(start?.previousPage(), undefined);
    assert.deepEqual(sids((await s.shop.tasks.getPage(nextPageUrl)).instances), made.slice(50, 100));
  });

  test("are on a page that is asked for by number and token, but not by number alone", async () => {
    const { nextPageUrl = "" } = await s.shop.tasks.page({ pageSize: 50 });
    const query = new URL(nextPageUrl).searchParams;
    const pageToken = query.get("PageToken") ?? "";
    const pageNumber = Number(query.get("Page"));
    const page = await s.shop.tasks.page({ pageSize: 50, pageNumber, pageToken });
    assert.deepEqual(sids(page.instances), made.slice(50, 100));
    await refused(s.shop.tasks.page({ pageSize: 50, pageNumber: 1 }), {
      status: 400,
      code: 40153,
      message: "Page needs the PageToken of the same link",
    });
  });

  test("are listed over pages by a filter and in an order", async () => {
    for (const sid of made.slice(0, 30)) {
      await s.shop.tasks(sid).update({ priority: 3 });
    }
    const important = await s.shop.tasks.list({ priority: 3, ordering: "DateCreated:desc", pageSize: 20 });
    assert.deepEqual(sids(important), made.slice(0, 30).reverse());
    const others = await s.shop.tasks.list({ ordering: "Priority:asc,DateCreated:asc", pageSize: 40 });
    assert.deepEqual(sids(others), [...made.slice(30), ...made.slice(0, 30)]);
  });

  test("are listed while those on the page before are removed", async () => {
    const first = await s.shop.tasks.page({ pageSize: 50 });
    for (const task of first.instances) {
      await task.remove();
    }
    const second = await first.nextPage();
    assert.deepEqual(sids(second?.instances ?? []), made.slice(50, 100));
  });
});

test("the first page of a list has the headers of an answer", async () => {
  const s = await openShop();
  const { sid } = await s.task();
  const { body, statusCode, headers } = await s.shop.tasks.listWithHttpInfo();
  assert.deepEqual(sids(body), [sid]);
  assert.equal(statusCode, 200);
  assert.match(String(headers?.["twilio-request-id"]), /^RQ[0-9a-f]{32}$/);
});

test("every list is walked through page by page", async () => {
  const s = await openShop();
  const { shop, v1 } = s;
  const { friendlyName } = s.made;
  await v1.workspaces.create({ friendlyName });
  await v1.workspaces.create({ friendlyName });
  await s.queue.update({ maxReservedWorkers: 3 });
  for (const name of ["a", "b", "c"]) {
    await shop.activities.create({ friendlyName: name });
    await shop.taskChannels.create({ friendlyName: name, uniqueName: name });
    await shop.taskQueues.create({ friendlyName: name });
    await shop.workflows.create({ friendlyName: name, configuration: s.workflow.configuration });
    await s.worker(name);
  }
  const [{ sid: worker }] = await shop.workers.list();
  /** @type {string[]} */
  const tasks = [];
  for (let number = 0; number < 3; number++) {
    const { sid } = await s.task({ number }, { workflowSid: s.workflow.sid });
    tasks.push(sid);
    if (number < 2) {
      await shop.tasks(sid).update({ assignmentStatus: "canceled" });
    }
  }

  /** @type {Record<string, {list: {list(options: object): Promise<any[]>}, options?: object, count: number}>} */
  const lists = {
    workspaces: { list: v1.workspaces, options: { friendlyName }, count: 3 },
    activities: { list: shop.activities, count: 6 },
    taskChannels: { list: shop.taskChannels, count: 8 },
    taskQueues: { list: shop.taskQueues, count: 4 },
    "statistics of taskQueues": { list: shop.taskQueues.statistics, count: 4 },
    workflows: { list: shop.workflows, count: 4 },
    workers: { list: shop.workers, count: 3 },
    workerChannels: { list: shop.workers(worker).workerChannels, count: 8 },
    "reservations of a worker": { list: shop.workers(worker).reservations, count: 3 },
    tasks: { list: shop.tasks, count: 3 },
    "reservations of a task": { list: shop.tasks(tasks[2]).reservations, count: 3 },
    events: { list: shop.events, options: { eventType: "task.created" }, count: 3 },
  };
  for (const [name, { list, options, count }] of Object.entries(lists)) {
    const all = await list.list({ ...options, pageSize: 1000 });
    assert.equal(all.length, count, name);
    const { length } = s.witness.requests;
    const paged = await list.list({ ...options, pageSize: 2 });
    assert.deepEqual(
      paged.map((instance) => whole(instance).toJSON()),
      all.map((instance) => instance.toJSON()),
      name,
    );
    assert.equal(s.witness.requests.length - length, Math.ceil(count / 2), name);
  }
});

test("twilio-node asks for pages as large as the limit, also for larger ones than there are", async () => {
  const { v1, witness } = connect();
  await refused(v1.workspaces.list({ limit: 1001 }), { status: 400, code: 20001, message: /PageSize/ });
  assert.deepEqual(witness.requests, ["listWorkspaces PageSize=1001"]);
  assert.ok((await v1.workspaces.list({ limit: 1001, pageSize: 1000 })).length > 0);
});

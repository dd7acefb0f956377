// What the emulator posts to an application, which holds it against its signature by
// twilio-node, and answers.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import test, { after, before, beforeEach, describe } from "node:test";
import twilio from "twilio";
import { accountSid, authToken, eventually, openShop } from "./client.mjs";

/** @typedef {{path: string, url: string, signature: string, params: Record<string, string>}} Callback */

describe("an application", () => {
  /** @type {Callback[]} */
  let callbacks = [];
  /** What is answered at a path: no content elsewhere. @type {Record<string, (callback: Callback) => object | null>} */
  let answers = {};
  let base = "";

  const server = createServer(async (request, response) => {
    const params = Object.fromEntries(new URLSearchParams(await text(request)));
    const { pathname } = new URL(request.url ?? "", base);
    const signature = String(request.headers["x-twilio-signature"]);
    const callback = { path: pathname, url: base + request.url, signature, params };
    callbacks.push(callback);
    if (!(pathname in answers)) {
      response.writeHead(204, { "Content-Type": "application/json" }).end();
      return;
    }
    const answer = answers[pathname](callback);
    response.writeHead(answer ? 200 : 500, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
  });

  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    base = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    callbacks = [];
    answers = {};
  });

  /** Wants that a callback is signed, and that nothing in it can be another. @param {Callback} callback */
  function isSigned({ url, signature, params }) {
    assert.equal(twilio.validateRequest(authToken, signature, url, params), true, `${url} ${JSON.stringify(params)}`);
    assert.equal(twilio.validateRequest("another token", signature, url, params), false);
    assert.equal(twilio.validateRequest(authToken, signature, `${url}x`, params), false);
    assert.equal(twilio.validateRequest(authToken, signature, url, { ...params, WorkspaceSid: "WS1" }), false);
  }

  /** Opens a shop whose workflow asks the application. @param {object} [workspace] @param {object} [workflow] */
  async function openAsking(workspace, workflow) {
    const s = await openShop(workspace);
    await s.workflow.update({ assignmentCallbackUrl: `${base}/assignment`, ...workflow });
    return s;
  }

  /** @param {Awaited<ReturnType<typeof openShop>>} s @param {string} sid @param {string} status */
  const becomes = (s, sid, status) =>
    eventually(`the task is ${status}`, async () => (await s.shop.tasks(sid).fetch()).assignmentStatus === status);

  test("that accepts an assignment is asked once, by a signed form", async () => {
    answers["/assignment"] = () => ({ instruction: "accept" });
    const assignmentCallbackUrl = `${base}/assignment?tenant=a%20b&x='1'`;
    const s = await openAsking({}, { assignmentCallbackUrl });
    const { sid: worker } = await s.worker("Ann", { name: "Zoë" });
    const task = await s.task({ greeting: "¿qué tal? + & =", lines: "a\r\nb" }, { priority: 4 });
    await becomes(s, task.sid, "assigned");
    const [reservation] = await s.reservationsOf(task.sid);
    assert.equal(reservation.reservationStatus, "accepted");

    assert.equal(callbacks.length, 1);
    const [{ url, params }] = callbacks;
    isSigned(callbacks[0]);
    assert.equal(url, assignmentCallbackUrl);
    const { AccountSid, WorkspaceSid, WorkflowSid, TaskQueueSid, ReservationSid, WorkerSid, TaskSid, TaskPriority } =
      params;
    assert.deepEqual(
      { AccountSid, WorkspaceSid, WorkflowSid, TaskQueueSid, ReservationSid, WorkerSid, TaskSid, TaskPriority },
      {
        AccountSid: accountSid,
        WorkspaceSid: s.made.sid,
        WorkflowSid: s.workflow.sid,
        TaskQueueSid: s.queue.sid,
        ReservationSid: reservation.sid,
        WorkerSid: worker,
        TaskSid: task.sid,
        TaskPriority: "4",
      },
    );
    assert.deepEqual(JSON.parse(params.TaskAttributes), { greeting: "¿qué tal? + & =", lines: "a\r\nb" });
    assert.deepEqual(JSON.parse(params.WorkerAttributes), { name: "Zoë" });
  });

  test("that rejects an assignment sends the worker elsewhere, and is asked about the next", async () => {
    const s = await openAsking();
    const { sid: ann } = await s.worker("Ann");
    const { sid: bob } = await s.worker("Bob");
    answers["/assignment"] = ({ params: { WorkerSid } }) =>
      WorkerSid === ann ? { instruction: "reject", activity_sid: s.activities.Unavailable } : { instruction: "accept" };
    const { sid } = await s.task();
    await becomes(s, sid, "assigned");
    assert.deepEqual(
      callbacks.map(({ params: { WorkerSid } }) => WorkerSid),
      [ann, bob],
    );
    callbacks.forEach(isSigned);
    assert.equal((await s.shop.workers(ann).fetch()).activityName, "Unavailable");
  });

  test("that has the call of a task dequeued has accepted it", async () => {
    answers["/assignment"] = () => ({ instruction: "dequeue", from: "+15550100", to: "client:ann" });
    const s = await openAsking();
    await s.worker("Ann");
    const { sid } = await s.task({ call_sid: `CA${"1".repeat(32)}` });
    await becomes(s, sid, "assigned");
    assert.ok("worker_call_sid" in JSON.parse((await s.shop.tasks(sid).fetch()).attributes));
  });

  test("that does not answer is asked at its fallback URL", async () => {
    answers["/assignment"] = () => null;
    answers["/fallback"] = () => ({ instruction: "accept" });
    const s = await openAsking({}, { fallbackAssignmentCallbackUrl: `${base}/fallback` });
    await s.worker("Ann");
    const { sid } = await s.task();
    await becomes(s, sid, "assigned");
    assert.deepEqual(
      callbacks.map(({ path }) => path),
      ["/assignment", "/fallback"],
    );
    callbacks.forEach(isSigned);
  });

  test("that decides later answers by the API", async () => {
    answers["/assignment"] = () => ({});
    const s = await openAsking();
    await s.worker("Ann");
    const { sid } = await s.task();
    const { params } = await eventually("it is asked", async () => callbacks[0]);
    const reservation = await s.shop.tasks(sid).reservations(params.ReservationSid).fetch();
    assert.equal(reservation.reservationStatus, "pending");
    await reservation.update({ reservationStatus: "accepted" });
    await becomes(s, sid, "assigned");
  });

  test("is told of the events that it wants, in their order, by signed forms", async () => {
    const wanted = ["task.created", "reservation.created", "reservation.accepted", "task.completed", "worker.created"];
    answers["/assignment"] = () => ({ instruction: "accept" });
    const s = await openAsking({ eventCallbackUrl: `${base}/events`, eventsFilter: wanted.join(",") });
    const { sid: worker } = await s.worker("Zoë");
    const { sid } = await s.task({ note: "ü & +" });
    await becomes(s, sid, "assigned");
    await s.shop.tasks(sid).update({ assignmentStatus: "completed", reason: "done" });
    const told = await eventually("all is told", async () => {
      const events = callbacks.filter(({ path }) => path === "/events");
      return events.length >= wanted.length && events;
    });
    told.forEach(isSigned);
    assert.deepEqual(
      told.map(({ params: { EventType } }) => EventType),
      ["worker.created", "task.created", "reservation.created", "reservation.accepted", "task.completed"],
    );
    const kept = (await s.shop.events.list()).filter(({ eventType }) => wanted.includes(eventType)).reverse();
    assert.deepEqual(
      told.map(({ params: { Sid } }) => Sid),
      kept.map(({ sid }) => sid),
      "those that the API lists",
    );
    const [, , created] = told;
    assert.equal(created.params.WorkspaceSid, s.made.sid);
    assert.equal(created.params.TaskSid, sid);
    assert.equal(created.params.WorkerSid, worker);
    assert.equal(created.params.WorkerName, "Zoë");
    assert.deepEqual(JSON.parse(created.params.TaskAttributes), { note: "ü & +" });
  });
});

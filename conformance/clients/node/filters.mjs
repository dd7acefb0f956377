// Filters of lists: each finds what it should, and not the rest.
import assert from "node:assert/strict";
import test from "node:test";
import { openShop, refused, sids } from "./client.mjs";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test("tasks are found by each filter", async () => {
  const s = await openShop();
  const { shop } = s;
  const other = await shop.taskQueues.create({ friendlyName: "Other", targetWorkers: "1==2" });
  const flow = await shop.workflows.create({
    friendlyName: "Flow",
    configuration: JSON.stringify({ task_routing: { filters: [], default_filter: { queue: other.sid } } }),
  });
  const fifo = { workflowSid: s.workflow.sid };
  const { sid: ann } = await s.worker("Ann");
  const { sid: bob } = await s.worker("Bob", {}, "Offline");
  const { sid: assigned } = await s.task({ type: "call", size: 3 }, { ...fifo, priority: 1 });
  const [reservation] = await s.reservationsOf(assigned);
  await reservation.update({ reservationStatus: "accepted" });
  const { sid: canceled } = await s.task({ type: "chat" }, { ...fifo, priority: 5 });
  await shop.tasks(canceled).update({ assignmentStatus: "canceled" });
  const old = new Date(Date.now() - DAY);
  const { sid: elsewhere } = await s.task(
    { type: "call", size: 1 },
    { workflowSid: flow.sid, priority: 5, virtualStartTime: old },
  );
  const { sid: pending } = await s.task({ type: "mail" }, { ...fifo, priority: 2 });
  const { sid: forBob } = await s.task({}, { ...fifo, routingTarget: bob, ignoreCapacity: true });
  const all = [assigned, canceled, elsewhere, pending, forBob];
  assert.equal((await shop.tasks(forBob).fetch()).assignmentStatus, "reserved");
  assert.notEqual(ann, bob);

  /** @param {NonNullable<Parameters<typeof shop.tasks.page>[0]>} filter */
  const found = async (filter) => sids(await shop.tasks.list(filter));
  assert.deepEqual(await found({}), all);
  assert.deepEqual(await found({ assignmentStatus: ["pending"] }), [elsewhere, pending]);
  assert.deepEqual(await found({ assignmentStatus: ["assigned", "canceled", "reserved"] }), [
    assigned,
    canceled,
    forBob,
  ]);
  assert.deepEqual(await found({ assignmentStatus: ["assigned,canceled"] }), [assigned, canceled]);
  assert.deepEqual(await found({ assignmentStatus: ["completed"] }), []);
  assert.deepEqual(await found({ priority: 5 }), [canceled, elsewhere]);
  assert.deepEqual(await found({ priority: 0 }), [forBob], "0 is a priority");
  assert.deepEqual(await found({ workflowSid: flow.sid }), [elsewhere]);
  assert.deepEqual(await found({ workflowName: s.workflow.friendlyName }), [assigned, canceled, pending, forBob]);
  assert.deepEqual(await found({ taskQueueSid: other.sid }), [elsewhere]);
  assert.deepEqual(await found({ taskQueueName: s.queue.friendlyName }), [assigned, canceled, pending, forBob]);
  assert.deepEqual(await found({ evaluateTaskAttributes: "type == 'call'" }), [assigned, elsewhere]);
  assert.deepEqual(await found({ evaluateTaskAttributes: 'type == "call" AND size > 2' }), [assigned]);
  assert.deepEqual(await found({ routingTarget: bob }), [forBob]);
  assert.deepEqual(await found({ hasAddons: true }), []);
  assert.deepEqual(await found({ hasAddons: false }), all);
  assert.deepEqual(await found({ ordering: "Priority:desc,DateCreated:asc" }), [
    canceled,
    elsewhere,
    pending,
    assigned,
    forBob,
  ]);
  assert.deepEqual(await found({ ordering: "DateCreated:desc" }), [...all].reverse());
  assert.equal((await found({ ordering: "VirtualStartTime:asc" }))[0], elsewhere);
  assert.deepEqual(await found({ priority: 5, assignmentStatus: ["pending"] }), [elsewhere], "all filters at once");
});

test("workers are found by each filter", async () => {
  const s = await openShop();
  const { shop, activities } = s;
  const spanish = await shop.taskQueues.create({ friendlyName: "Spanish", targetWorkers: 'languages HAS "es"' });
  const { sid: ann } = await s.worker("Ann", { languages: ["es"], level: 3 });
  const { sid: bob } = await s.worker("Bob", { languages: ["en"], level: 1 }, "Unavailable");
  const { sid: cid } = await s.worker("Cid", { languages: ["es"] }, "Offline");

  /** @param {NonNullable<Parameters<typeof shop.workers.page>[0]>} filter */
  const found = async (filter) => sids(await shop.workers.list(filter));
  assert.deepEqual(await found({}), [ann, bob, cid]);
  assert.deepEqual(await found({ activityName: "Unavailable" }), [bob]);
  assert.deepEqual(await found({ activitySid: activities.Offline }), [cid]);
  assert.deepEqual(await found({ available: "true" }), [ann]);
  assert.deepEqual(await found({ available: "false" }), [bob, cid]);
  assert.deepEqual(await found({ friendlyName: "Bob" }), [bob]);
  assert.deepEqual(await found({ targetWorkersExpression: "level > 1" }), [ann]);
  assert.deepEqual(await found({ taskQueueSid: spanish.sid }), [ann, cid]);
  assert.deepEqual(await found({ taskQueueName: "Spanish", available: "true" }), [ann]);
  await shop.workers(ann).update({ activitySid: activities.Offline });
  assert.deepEqual(await found({ ordering: "DateStatusChanged:desc" }), [ann, cid, bob]);
  assert.deepEqual(await found({ ordering: "DateStatusChanged:asc" }), [bob, cid, ann]);
});

test("task queues are found by each filter", async () => {
  const s = await openShop();
  const { shop, queue } = s;
  const { sid: spanish } = await shop.taskQueues.create({
    friendlyName: "Spanish",
    targetWorkers: 'languages HAS "es"',
  });
  const { sid: experts } = await shop.taskQueues.create({ friendlyName: "Experts", targetWorkers: "level > 2" });
  const { sid: ann } = await s.worker("Ann", { languages: ["es"], level: 1 });

  /** @param {NonNullable<Parameters<typeof shop.taskQueues.page>[0]>} filter */
  const found = async (filter) => sids(await shop.taskQueues.list(filter));
  assert.deepEqual(await found({ friendlyName: "Experts" }), [experts]);
  assert.deepEqual(await found({ evaluateWorkerAttributes: '{"level": 3}' }), [queue.sid, experts]);
  assert.deepEqual(await found({ workerSid: ann }), [queue.sid, spanish]);
  await queue.update({ friendlyName: "Everyone" });
  assert.deepEqual(await found({ ordering: "DateUpdated:desc" }), [queue.sid, experts, spanish]);
});

test("activities, workflows and workspaces are found by name", async () => {
  const { v1, shop, made, workflow, activities } = await openShop();
  assert.deepEqual(sids(await shop.activities.list({ friendlyName: "Offline" })), [activities.Offline]);
  assert.deepEqual(sids(await shop.activities.list({ available: "true" })), [activities.Available]);
  assert.deepEqual(sids(await shop.activities.list({ available: "false" })), [
    activities.Offline,
    activities.Unavailable,
  ]);
  await shop.workflows.create({ friendlyName: "Other", configuration: workflow.configuration });
  assert.deepEqual(sids(await shop.workflows.list({ friendlyName: workflow.friendlyName })), [workflow.sid]);
  assert.deepEqual(sids(await v1.workspaces.list({ friendlyName: made.friendlyName })), [made.sid]);
});

test("reservations are found by each filter", async () => {
  const s = await openShop();
  const { shop } = s;
  const { sid: ann } = await s.worker("Ann");
  const { sid } = await s.task();
  const [first] = await s.reservationsOf(sid);
  const { sid: bob } = await s.worker("Bob");
  await first.update({ reservationStatus: "rejected", workerActivitySid: s.activities.Offline });
  const ofTask = shop.tasks(sid).reservations;
  const [, second] = await ofTask.list();
  assert.deepEqual(sids(await ofTask.list({ reservationStatus: "pending" })), [second.sid]);
  assert.deepEqual(sids(await ofTask.list({ reservationStatus: "rejected" })), [first.sid]);
  assert.deepEqual(sids(await ofTask.list({ workerSid: bob })), [second.sid]);
  const ofAnn = shop.workers(ann).reservations;
  assert.deepEqual(sids(await ofAnn.list({ reservationStatus: "rejected" })), [first.sid]);
  assert.deepEqual(await ofAnn.list({ reservationStatus: "pending" }), []);
  assert.deepEqual((await ofAnn(first.sid).fetch()).reservationStatus, "rejected");
});

test("events are found by each filter", async () => {
  const s = await openShop();
  const { shop } = s;
  const { sid: ann } = await s.worker("Ann");
  const { sid: task, taskQueueSid, workflowSid } = await s.task({}, { taskChannel: "voice" });
  const [reservation] = await s.reservationsOf(task);
  await reservation.update({ reservationStatus: "accepted" });
  await s.task({}, { taskChannel: "chat" });
  const all = await shop.events.list();

  /** @param {NonNullable<Parameters<typeof shop.events.page>[0]>} filter */
  const found = async (filter) => (await shop.events.list(filter)).map(({ eventType }) => eventType);
  const ofReservation = ["reservation.accepted", "reservation.created"];
  assert.equal(all[all.length - 1].eventType, "workspace.created", "the newest first");
  assert.deepEqual(await found({ eventType: "task.created" }), ["task.created", "task.created"]);
  assert.deepEqual(await found({ reservationSid: reservation.sid }), ofReservation);
  assert.deepEqual(await found({ taskSid: task }), [
    ...ofReservation,
    "task-queue.entered",
    "workflow.target-matched",
    "workflow.entered",
    "task.created",
  ]);
  assert.deepEqual(await found({ workerSid: ann, taskSid: task }), ofReservation);
  assert.deepEqual(await found({ taskChannel: "voice", eventType: "task.created" }), ["task.created"]);
  assert.deepEqual(await found({ taskQueueSid, eventType: "task-queue.entered" }), [
    "task-queue.entered",
    "task-queue.entered",
  ]);
  assert.deepEqual(await found({ workflowSid, taskSid: task, eventType: "workflow.entered" }), ["workflow.entered"]);
  assert.deepEqual(sids(await shop.events.list({ sid: all[3].sid })), [all[3].sid]);

  const hence = (/** @type {number} */ milliseconds) => new Date(Date.now() + milliseconds);
  const whole = sids(all);
  assert.deepEqual(sids(await shop.events.list({ minutes: 5 })), whole);
  assert.deepEqual(sids(await shop.events.list({ startDate: hence(-5 * MINUTE) })), whole);
  assert.deepEqual(sids(await shop.events.list({ startDate: hence(-5 * MINUTE), endDate: hence(MINUTE) })), whole);
  assert.deepEqual(await shop.events.list({ endDate: hence(-5 * MINUTE) }), []);
  assert.deepEqual(await shop.events.list({ startDate: hence(5 * MINUTE) }), []);
  await refused(shop.events.list({ startDate: hence(-31 * DAY) }), { status: 400, code: 20001, message: /StartDate/ });
  await refused(shop.events.list({ minutes: 5, startDate: hence(-MINUTE) }), {
    status: 400,
    code: 20001,
    message: /Minutes/,
  });
});

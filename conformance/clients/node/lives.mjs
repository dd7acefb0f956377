// Lives of tasks and of reservations.
import assert from "node:assert/strict";
import test from "node:test";
import { eventually, openShop, refused, sids, whole } from "./client.mjs";

/** @typedef {Awaited<ReturnType<typeof openShop>>} Shop */

/** The types of the events of a task, the first first. @param {Shop} shop @param {string} taskSid */
async function toldOf({ shop }, taskSid) {
  const events = await shop.events.list({ taskSid });
  return events.map(({ eventType }) => eventType).reverse();
}

/** @param {Shop} shop @param {string} taskSid */
const statusOf = async ({ shop }, taskSid) => (await shop.tasks(taskSid).fetch()).assignmentStatus;

/** The only reservation of a task. @param {Shop} shop @param {string} taskSid */
async function onlyReservation({ reservationsOf }, taskSid) {
  const reservations = await reservationsOf(taskSid);
  assert.equal(reservations.length, 1);
  return whole(reservations[0]);
}

test("a task is routed by its workflow, reserved, accepted, wrapped up and completed", async () => {
  const s = await openShop();
  const { shop, activities } = s;
  const coffee = await shop.activities.create({ friendlyName: "Coffee Break", available: false });
  const spanish = await shop.taskQueues.create({ friendlyName: "Spanish", targetWorkers: 'languages HAS "es"' });
  const workflow = await shop.workflows.create({
    friendlyName: "Languages",
    configuration: JSON.stringify({
      task_routing: {
        filters: [
          {
            filter_friendly_name: "Spanish",
            expression: 'language == "es"',
            targets: [{ queue: spanish.sid, priority: 5, expression: "worker.level >= task.difficulty" }],
          },
        ],
        default_filter: { queue: s.queue.sid },
      },
    }),
  });
  await s.worker("Beginner", { languages: ["es"], level: 1 });
  const jamie = await s.worker("Jamie", { languages: ["en", "es"], level: 3 }, "Offline");

  const made = await s.task({ language: "es", difficulty: 2 }, { workflowSid: workflow.sid });
  assert.equal(made.assignmentStatus, "pending");
  const waiting = await shop.tasks(made.sid).fetch();
  assert.equal(waiting.assignmentStatus, "pending", "the only worker who is there is not good enough");
  assert.equal(waiting.taskQueueSid, spanish.sid);
  assert.equal(waiting.priority, 5);

  await jamie.update({ activitySid: activities.Available });
  assert.equal(await statusOf(s, made.sid), "reserved");
  const reservation = await onlyReservation(s, made.sid);
  assert.equal(reservation.reservationStatus, "pending");
  assert.equal(reservation.workerSid, jamie.sid);
  assert.equal(reservation.workerName, "Jamie");
  assert.equal(reservation.taskSid, made.sid);
  const [sameOne] = await shop.workers(jamie.sid).reservations.list();
  assert.equal(sameOne.sid, reservation.sid);
  assert.deepEqual((await shop.tasks(made.sid).reservations(reservation.sid).fetch()).toJSON(), reservation.toJSON());

  assert.equal((await reservation.update({ reservationStatus: "accepted" })).reservationStatus, "accepted");
  assert.equal(await statusOf(s, made.sid), "assigned");
  await made.update({ assignmentStatus: "wrapping", reason: "call ended" });
  assert.equal((await reservation.fetch()).reservationStatus, "wrapping");
  const done = await made.update({ assignmentStatus: "completed", reason: "resolved" });
  assert.equal(done.assignmentStatus, "completed");
  assert.equal(done.reason, "resolved");
  assert.equal((await reservation.fetch()).reservationStatus, "completed");

  assert.deepEqual(await toldOf(s, made.sid), [
    "task.created",
    "workflow.entered",
    "workflow.target-matched",
    "task-queue.entered",
    "reservation.created",
    "reservation.accepted",
    "task.wrapup",
    "reservation.wrapup",
    "task.completed",
    "reservation.completed",
    "task.updated",
  ]);
  await jamie.update({ activitySid: coffee.sid });
  assert.equal((await jamie.fetch()).available, false);
});

test("a rejected task is offered to the next worker", async () => {
  const s = await openShop();
  const { sid: ann } = await s.worker("Ann");
  const { sid } = await s.task();
  const first = await onlyReservation(s, sid);
  const { sid: bob } = await s.worker("Bob");
  const rejected = await s.shop
    .workers(ann)
    .reservations(first.sid)
    .update({ reservationStatus: "rejected", workerActivitySid: s.activities.Unavailable });
  assert.equal(rejected.reservationStatus, "rejected");
  assert.equal((await s.shop.workers(ann).fetch()).activityName, "Unavailable");
  const [, second] = await s.reservationsOf(sid);
  assert.deepEqual([second.workerSid, second.reservationStatus], [bob, "pending"]);
  assert.equal(await statusOf(s, sid), "reserved");
});

test("a task that is canceled takes its reservation along", async () => {
  const s = await openShop();
  const { sid: ann } = await s.worker("Ann");
  const { sid } = await s.task();
  const reservation = await onlyReservation(s, sid);
  const canceled = await s.shop.tasks(sid).update({ assignmentStatus: "canceled", reason: "hung up" });
  assert.deepEqual([canceled.assignmentStatus, canceled.reason], ["canceled", "hung up"]);
  assert.equal((await reservation.fetch()).reservationStatus, "canceled");
  const next = await s.task();
  assert.equal((await onlyReservation(s, next.sid)).workerSid, ann, "who is free again");
});

test("workers who answer after another was faster find their reservation gone", async () => {
  const s = await openShop();
  await s.queue.update({ maxReservedWorkers: 2 });
  for (const name of ["Ann", "Bob", "Cid"]) {
    await s.worker(name);
  }
  const { sid } = await s.task();
  const [ann, bob, ...others] = await s.reservationsOf(sid);
  assert.deepEqual([ann.workerName, bob.workerName, others.length], ["Ann", "Bob", 0]);
  await bob.update({ reservationStatus: "accepted" });
  assert.equal((await ann.fetch()).reservationStatus, "rescinded");
  const gone = { status: 410, message: "The reservation is rescinded: another worker accepted the task" };
  await refused(ann.update({ reservationStatus: "accepted" }), gone);
  await refused(
    s.shop.workers(ann.workerSid).reservations(ann.sid).update({ instruction: "dequeue", dequeueFrom: "+15550100" }),
    gone,
  );
  assert.equal((await bob.fetch()).reservationStatus, "accepted");
});

// What an instruction needs and what it does. Each is given to a reservation by its task
// and by its worker.
const instructions = {
  "dequeue accepts": {
    then: "accepted",
    fields: {
      instruction: "dequeue",
      dequeueFrom: "+15550100",
      dequeueTo: "client:ann",
      dequeueRecord: "record-from-answer",
      dequeueTimeout: 30,
      dequeueStatusCallbackUrl: "https://example.com/status",
      dequeueStatusCallbackEvent: ["initiated", "completed"],
    },
  },
  "conference accepts": {
    then: "accepted",
    fields: {
      instruction: "conference",
      from: "+15550100",
      to: "client:ann",
      endConferenceOnExit: true,
      beep: "onEnter",
      startConferenceOnEnter: true,
      conferenceStatusCallback: "https://example.com/conference",
      conferenceStatusCallbackEvent: ["start", "end"],
      maxParticipants: 3,
      timeout: 20,
    },
  },
  "call accepts if it is told to": {
    then: "accepted",
    fields: {
      instruction: "call",
      callFrom: "+15550100",
      callTo: "client:ann",
      callUrl: "https://example.com/twiml",
      callAccept: true,
    },
  },
  "call waits for an answer otherwise": {
    then: "pending",
    fields: { instruction: "call", callFrom: "+15550100", callUrl: "https://example.com/twiml", callTimeout: 10 },
  },
  "redirect accepts if it is told to": {
    then: "accepted",
    fields: {
      instruction: "redirect",
      redirectCallSid: `CA${"0".repeat(32)}`,
      redirectUrl: "https://example.com/twiml",
      redirectAccept: true,
    },
  },
};

for (const [name, { fields, then }] of Object.entries(instructions)) {
  for (const by of ["task", "worker"]) {
    test(`the instruction ${name}, by the ${by} of the reservation`, async () => {
      const s = await openShop();
      const { sid: worker } = await s.worker("Ann", { contact_uri: "client:ann" });
      const { sid } = await s.task({ call_sid: `CA${"1".repeat(32)}` });
      const reservation = await onlyReservation(s, sid);
      const update = { ...fields };
      const changed =
        by === "task"
          ? await s.shop
              .tasks(sid)
              .reservations(reservation.sid)
              .update(/** @type {any} */ (update))
          : await s.shop
              .workers(worker)
              .reservations(reservation.sid)
              .update(/** @type {any} */ (update));
      assert.equal(whole(changed).reservationStatus, then);
      assert.equal(await statusOf(s, sid), then === "accepted" ? "assigned" : "reserved");
      const attributes = JSON.parse((await s.shop.tasks(sid).fetch()).attributes);
      const calls = ["dequeue", "call"].includes(fields.instruction);
      assert.equal("worker_call_sid" in attributes, calls, "the call that the worker got is told to the task");
    });
  }
}

test("an instruction that lacks something is refused and changes nothing", async () => {
  const s = await openShop();
  await s.worker("Ann");
  const { sid } = await s.task({ call_sid: "CA1" });
  const reservation = await onlyReservation(s, sid);
  const lacks = (/** @type {RegExp} */ message) => ({ status: 400, code: 20001, message });
  await refused(reservation.update({ instruction: "dequeue", dequeueTo: "client:ann" }), lacks(/^DequeueFrom field/));
  await refused(reservation.update({ instruction: "call", callFrom: "+15550100" }), lacks(/^CallUrl field/));
  await refused(reservation.update({ instruction: "redirect" }), lacks(/^RedirectCallSid field/));
  await refused(reservation.update({ instruction: "sing" }), lacks(/^Instruction /));
  assert.equal((await reservation.fetch()).reservationStatus, "pending");
});

test("an accepted reservation can be supervised by another worker", async () => {
  const s = await openShop();
  await s.worker("Ann");
  const { sid: supervisor } = await s.worker("Sue", {}, "Unavailable");
  const { sid } = await s.task({ call_sid: "CA1" });
  const reservation = await onlyReservation(s, sid);
  const supervise = { instruction: "supervise", supervisor, supervisorMode: /** @type {const} */ ("whisper") };
  await refused(reservation.update(supervise), { status: 400, code: 20001, message: /accepted reservation/ });
  await reservation.update({ reservationStatus: "accepted" });
  assert.equal((await reservation.update(supervise)).reservationStatus, "accepted");
});

test("a task can be sent to a worker, past its workflow", async () => {
  const s = await openShop();
  await s.worker("Ann");
  const { sid: bob } = await s.worker("Bob", {}, "Offline");
  const { sid } = await s.task({}, { routingTarget: bob, ignoreCapacity: "true" });
  assert.equal((await onlyReservation(s, sid)).workerSid, bob);
});

test("pending reservations of a worker who leaves can be rejected with it", async () => {
  const s = await openShop();
  const ann = await s.worker("Ann");
  const { sid } = await s.task();
  const reservation = await onlyReservation(s, sid);
  await ann.update({ activitySid: s.activities.Offline, rejectPendingReservations: true });
  assert.equal((await reservation.fetch()).reservationStatus, "rejected");
  assert.equal(await statusOf(s, sid), "pending");
});

test("reservations, targets and tasks that nobody answers time out", async () => {
  const s = await openShop();
  const { shop, queue } = s;
  const { empty, workflow } = await s.impatient();
  const to = { workflowSid: workflow.sid };
  const { sid: ann } = await s.worker("Ann");
  const asked = await s.task({}, to);
  const mortal = await s.task({}, { ...to, timeout: 1 });
  const moves = await s.task({ moves: true }, to);
  const ends = await s.task({ ends: true }, to);
  assert.equal((await shop.tasks(moves.sid).fetch()).taskQueueSid, empty.sid);
  const reservation = await onlyReservation(s, asked.sid);

  await eventually("all timed out", async () => {
    const tasks = await shop.tasks.list({ assignmentStatus: ["canceled"] });
    const { reservationStatus } = await reservation.fetch();
    const { taskQueueSid } = await shop.tasks(moves.sid).fetch();
    return tasks.length === 2 && reservationStatus === "timeout" && taskQueueSid === queue.sid;
  });
  assert.equal((await shop.workers(ann).fetch()).activityName, "Offline");
  assert.equal(await statusOf(s, asked.sid), "pending");
  assert.equal((await shop.tasks(mortal.sid).fetch()).reason, "Task TTL Exceeded");
  assert.equal((await shop.tasks(ends.sid).fetch()).reason, "Task canceled on Workflow timeout");
  assert.deepEqual((await toldOf(s, moves.sid)).slice(4), [
    "task-queue.timeout",
    "workflow.target-matched",
    "task-queue.moved",
    "task-queue.entered",
  ]);
  assert.deepEqual(sids(await shop.tasks.list({ assignmentStatus: ["pending"] })), [asked.sid, moves.sid]);
});

// All 15 statistics, of a day about which everything is known.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import test, { before, describe } from "node:test";
import { accountSid, eventually, exact, openShop, refused, whole } from "./client.mjs";

/** Wants that something has these members. @param {any} got @param {object} want */
function has(got, want) {
  assert.deepEqual(Object.fromEntries(Object.keys(want).map((name) => [name, got[name]])), want);
}

describe("after a day of two workers", () => {
  /** @type {Awaited<ReturnType<typeof openShop>>} */
  let s;
  /** @type {{ann: string, bob: string, empty: string, impatient: string, waiting: string}} */
  let sid;

  // Seven tasks:
  //   a chat is reserved for Ann, who lets it time out after a second; Bob accepts it
  //     then and completes it;
  //   another one goes into a queue of nobody for a second, and from there to Bob, who
  //     completes it, too;
  //   a third waits in the queue of nobody for a second, and is canceled;
  //   two calls are reserved for Bob, who rejects the first and accepts the second at
  //     once: the first is canceled, the second is being done;
  //   one that waits for nobody and is deleted;
  //   and one of priority 4 that waits.
  before(async () => {
    s = await openShop();
    const { shop, activities, queue } = s;
    const { empty, workflow: impatient } = await s.impatient();
    const to = { workflowSid: impatient.sid };
    const ann = await s.worker("Ann");
    const bob = await s.worker("Bob", {}, "Offline");

    const chat = await s.task({}, { ...to, taskChannel: "chat" });
    const moves = await s.task({ moves: true }, to);
    const ends = await s.task({ ends: true }, to);
    await eventually("Ann and the targets timed out", async () => {
      const { available } = await ann.fetch();
      const { assignmentStatus } = await shop.tasks(ends.sid).fetch();
      return !available && assignmentStatus === "canceled";
    });
    await bob.update({ activitySid: activities.Available });
    for (const { sid } of [chat, moves]) {
      await take(sid, "accepted");
      await shop.tasks(sid).update({ assignmentStatus: "completed", reason: "done" });
    }

    const canceled = await s.task({}, { ...to, taskChannel: "voice" });
    await take(canceled.sid, "rejected", activities.Unavailable);
    await shop.tasks(canceled.sid).update({ assignmentStatus: "canceled" });
    await bob.update({ activitySid: activities.Available });
    const call = await s.task({}, { ...to, taskChannel: "voice" });
    await take(call.sid, "accepted");

    await bob.update({ activitySid: activities.Unavailable });
    const deleted = await s.task({}, to);
    await deleted.remove();
    const waiting = await s.task({}, { ...to, priority: 4 });
    sid = { ann: ann.sid, bob: bob.sid, empty: empty.sid, impatient: impatient.sid, waiting: waiting.sid };
    await delay(1_000); // so that what waits has an age
  });

  /**
   * Answers the last reservation of a task.
   *
   * @param {string} taskSid
   * @param {"accepted" | "rejected"} reservationStatus
   * @param {string} [workerActivitySid]
   */
  async function take(taskSid, reservationStatus, workerActivitySid) {
    const reservation = (await s.reservationsOf(taskSid)).at(-1);
    assert.equal(reservation?.workerName, "Bob");
    await reservation?.update({ reservationStatus, workerActivitySid });
  }

  // What twilio-node makes of the members of answers, and the members themselves where it
  // hands them on as they are.
  const reservations = {
    reservationsCreated: 5,
    reservationsAccepted: 3,
    reservationsRejected: 1,
    reservationsTimedOut: 1,
    reservationsCanceled: 0,
    reservationsRescinded: 0,
  };
  const reservationsInside = {
    reservations_created: 5,
    reservations_accepted: 3,
    reservations_rejected: 1,
    reservations_timed_out: 1,
    reservations_canceled: 0,
    reservations_rescinded: 0,
  };
  const none = Object.fromEntries(Object.keys(reservations).map((name) => [name, 0]));
  const byStatus = { pending: 1, reserved: 0, assigned: 1, wrapping: 0, completed: 2, canceled: 1 };
  const idle = { pending: 0, reserved: 0, assigned: 0, wrapping: 0, completed: 0, canceled: 1 };

  // Of the three that were accepted two had waited for a second, and so had one of the
  // two that were canceled.
  const split = {
    1: {
      below: { reservations_accepted: 1, tasks_canceled: 1 },
      above: { reservations_accepted: 2, tasks_canceled: 1 },
    },
    60: {
      below: { reservations_accepted: 3, tasks_canceled: 2 },
      above: { reservations_accepted: 0, tasks_canceled: 0 },
    },
  };
  const splitOfQueue = {
    1: {
      below: { reservations_accepted: 1, tasks_canceled: 1 },
      above: { reservations_accepted: 2, tasks_canceled: 0 },
    },
  };

  /** What the workers are doing, by the name of the activity. @param {{friendly_name: string, workers: number}[]} counts */
  const doing = (counts) => Object.fromEntries(counts.map(({ friendly_name, workers }) => [friendly_name, workers]));

  /** Wants that a time is some seconds, and not much longer than the tests take. @param {number} got @param {number} want */
  const about = (got, want) => assert.ok(got >= want && got < want + 20, `expected about ${want} seconds, not ${got}`);

  /**
   * Wants that of some tasks all but one waited for a second.
   *
   * @param {any} duration
   * @param {number} count
   */
  function checkWait({ avg, min, max, total }, count) {
    assert.equal(min, 0);
    about(max, 1);
    about(total, count - 1);
    assert.equal(avg, total / count);
  }

  /** Wants a window of an hour up to now. @param {{startTime: Date, endTime: Date}} window */
  function checkWindow({ startTime, endTime }) {
    assert.equal(endTime.getTime() - startTime.getTime(), 3_600_000);
    assert.ok(Math.abs(Date.now() - endTime.getTime()) < 5_000);
  }

  test("the workspace tells what is going on", async () => {
    const now = whole(await s.shop.realTimeStatistics().fetch());
    has(now, {
      accountSid,
      workspaceSid: s.made.sid,
      totalTasks: 6,
      totalWorkers: 2,
      longestTaskWaitingSid: sid.waiting,
      tasksByPriority: { 0: 5, 4: 1 },
      tasksByStatus: { ...byStatus, canceled: 2 },
    });
    about(now.longestTaskWaitingAge, 1);
    assert.deepEqual(doing(now.activityStatistics), { Offline: 1, Available: 0, Unavailable: 1 });
    const calls = await s.shop.realTimeStatistics().fetch({ taskChannel: "voice" });
    has(calls, {
      totalTasks: 2,
      tasksByStatus: { ...byStatus, pending: 0, completed: 0 },
      longestTaskWaitingSid: null,
    });
  });

  test("the workspace tells what happened", async () => {
    const past = whole(await s.shop.cumulativeStatistics().fetch({ minutes: 60, splitByWaitTime: "1,60" }));
    has(past, {
      ...reservations,
      workspaceSid: s.made.sid,
      tasksCreated: 7,
      tasksCompleted: 2,
      tasksCanceled: 2,
      tasksDeleted: 1,
      tasksMoved: 1,
      tasksTimedOutInWorkflow: 1,
      splitByWaitTime: split,
    });
    checkWindow(past);
    checkWait(past.waitDurationUntilAccepted, 3);
    checkWait(past.waitDurationUntilCanceled, 2);
    const chats = await s.shop.cumulativeStatistics().fetch({ taskChannel: "chat" });
    has(chats, {
      tasksCreated: 1,
      tasksCompleted: 1,
      reservationsCreated: 2,
      reservationsTimedOut: 1,
      reservationsRejected: 0,
    });
  });

  test("the workspace tells both at once", async () => {
    const { realtime, cumulative, url } = whole(
      await s.shop.statistics().fetch({ minutes: 60, splitByWaitTime: "1,60" }),
    );
    assert.equal(url, `${s.made.url}/Statistics`);
    has(realtime, {
      total_tasks: 6,
      total_workers: 2,
      longest_task_waiting_sid: sid.waiting,
      tasks_by_status: { ...byStatus, canceled: 2 },
    });
    has(cumulative, {
      ...reservationsInside,
      tasks_created: 7,
      tasks_canceled: 2,
      tasks_deleted: 1,
      tasks_moved: 1,
      tasks_timed_out_in_workflow: 1,
      split_by_wait_time: split,
    });
  });

  test("a task queue tells what is going on", async () => {
    const now = whole(await s.shop.taskQueues(s.queue.sid).realTimeStatistics().fetch());
    has(now, {
      taskQueueSid: s.queue.sid,
      totalTasks: 5,
      totalEligibleWorkers: 2,
      totalAvailableWorkers: 0,
      longestTaskWaitingSid: sid.waiting,
      longestRelativeTaskSidInQueue: sid.waiting,
      tasksByStatus: byStatus,
      tasksByPriority: { 0: 4, 4: 1 },
    });
    about(now.longestTaskWaitingAge, 1);
    about(now.longestRelativeTaskAgeInQueue, 1);
    assert.deepEqual(doing(now.activityStatistics), { Offline: 1, Available: 0, Unavailable: 1 });
    const empty = await s.shop.taskQueues(sid.empty).realTimeStatistics().fetch();
    has(empty, { totalTasks: 1, totalEligibleWorkers: 0, tasksByStatus: idle, longestTaskWaitingAge: 0 });
  });

  test("a task queue tells what happened", async () => {
    const past = whole(
      await s.shop.taskQueues(s.queue.sid).cumulativeStatistics().fetch({ minutes: 60, splitByWaitTime: "1" }),
    );
    has(past, {
      ...reservations,
      taskQueueSid: s.queue.sid,
      tasksEntered: 6,
      tasksCompleted: 2,
      tasksCanceled: 1,
      tasksDeleted: 1,
      tasksMoved: 0,
      splitByWaitTime: splitOfQueue,
    });
    checkWindow(past);
    checkWait(past.waitDurationUntilAccepted, 3);
    const { avg, min, max, total } = past.waitDurationInQueueUntilAccepted;
    about(max, 1);
    assert.deepEqual([min, avg, total], [0, max / 3, max], "only the chat waited in this queue");
    assert.deepEqual(past.waitDurationUntilCanceled, { avg: 0, min: 0, max: 0, total: 0 });
    const empty = await s.shop.taskQueues(sid.empty).cumulativeStatistics().fetch();
    has(empty, { ...none, tasksEntered: 2, tasksMoved: 1, tasksCanceled: 1 });
  });

  test("a task queue tells both at once", async () => {
    const both = whole(await s.shop.taskQueues(s.queue.sid).statistics().fetch({ splitByWaitTime: "1" }));
    assert.equal(both.taskQueueSid, s.queue.sid);
    has(both.realtime, {
      total_tasks: 5,
      total_eligible_workers: 2,
      total_available_workers: 0,
      tasks_by_status: byStatus,
    });
    has(both.cumulative, {
      ...reservationsInside,
      tasks_entered: 6,
      tasks_canceled: 1,
      split_by_wait_time: splitOfQueue,
    });
  });

  test("all task queues tell both at once", async () => {
    const all = await s.shop.taskQueues.statistics.list({ minutes: 60, splitByWaitTime: "1" });
    assert.deepEqual(
      all.map((one) => [whole(one).taskQueueSid, one.realtime.total_tasks, one.cumulative.tasks_entered]),
      [
        [s.queue.sid, 5, 6],
        [sid.empty, 1, 2],
      ],
    );
    assert.deepEqual(all[0].cumulative.split_by_wait_time, splitOfQueue);
    const [only, ...others] = await s.shop.taskQueues.statistics.list({ friendlyName: "Empty" });
    assert.deepEqual([only.taskQueueSid, others], [sid.empty, []]);
  });

  test("several task queues tell what is going on at once, as JSON", async () => {
    const bulk = whole(await s.shop.taskQueues.bulkRealTimeStatistics.create({ queueSids: [sid.empty, s.queue.sid] }));
    assert.equal(bulk.workspaceSid, s.made.sid);
    assert.equal(bulk.taskQueueResponseCount, 2);
    const [empty, queue] = bulk.taskQueueData;
    has(empty, { task_queue_sid: sid.empty, total_tasks: 1, tasks_by_status: idle, total_eligible_workers: 0 });
    has(queue, {
      task_queue_sid: s.queue.sid,
      total_tasks: 5,
      total_eligible_workers: 2,
      total_available_workers: 0,
      longest_task_waiting_sid: sid.waiting,
      tasks_by_status: byStatus,
      tasks_by_priority: { 0: 4, 4: 1 },
    });
    about(queue.longest_task_waiting_age, 1);
    await refused(s.shop.taskQueues.bulkRealTimeStatistics.create({ queueSids: [] }), {
      status: 400,
      code: 20001,
      message: "queueSids has 0 SIDs, from 1 to 50 are expected",
    });
  });

  test("a workflow tells what is going on", async () => {
    const now = whole(await s.shop.workflows(sid.impatient).realTimeStatistics().fetch());
    has(now, {
      workflowSid: sid.impatient,
      totalTasks: 6,
      longestTaskWaitingSid: sid.waiting,
      tasksByStatus: { ...byStatus, canceled: 2 },
      tasksByPriority: { 0: 5, 4: 1 },
    });
    about(now.longestTaskWaitingAge, 1);
    has(await s.shop.workflows(s.workflow.sid).realTimeStatistics().fetch(), {
      totalTasks: 0,
      longestTaskWaitingSid: null,
    });
  });

  test("a workflow tells what happened", async () => {
    const past = whole(
      await s.shop.workflows(sid.impatient).cumulativeStatistics().fetch({ minutes: 60, splitByWaitTime: "1,60" }),
    );
    has(past, {
      ...reservations,
      workflowSid: sid.impatient,
      tasksEntered: 7,
      tasksCompleted: 2,
      tasksCanceled: 2,
      tasksDeleted: 1,
      tasksMoved: 1,
      tasksTimedOutInWorkflow: 1,
      splitByWaitTime: split,
    });
    checkWindow(past);
    checkWait(past.waitDurationUntilAccepted, 3);
    checkWait(past.waitDurationUntilCanceled, 2);
    has(await s.shop.workflows(s.workflow.sid).cumulativeStatistics().fetch(), { ...none, tasksEntered: 0 });
  });

  test("a workflow tells both at once", async () => {
    const both = whole(await s.shop.workflows(sid.impatient).statistics().fetch({ splitByWaitTime: "1,60" }));
    assert.equal(both.workflowSid, sid.impatient);
    has(both.realtime, { total_tasks: 6, tasks_by_status: { ...byStatus, canceled: 2 } });
    has(both.cumulative, {
      reservations_accepted: 3,
      reservations_rejected: 1,
      reservations_timed_out: 1,
      tasks_entered: 7,
      tasks_timed_out_in_workflow: 1,
      split_by_wait_time: split,
    });
  });

  test("the workers tell what they are doing", async () => {
    const now = whole(await s.shop.workers.realTimeStatistics().fetch());
    has(now, { workspaceSid: s.made.sid, totalWorkers: 2 });
    assert.deepEqual(doing(now.activityStatistics), { Offline: 1, Available: 0, Unavailable: 1 });
  });

  test("the workers tell what happened to them", async () => {
    const past = whole(await s.shop.workers.cumulativeStatistics().fetch({ minutes: 60 }));
    has(past, { ...reservations, workspaceSid: s.made.sid });
    checkWindow(past);
    assert.deepEqual(
      past.activityDurations.map(({ friendly_name }) => friendly_name),
      ["Offline", "Available", "Unavailable"],
    );
    about(past.activityDurations[1].max, 1); // of Ann, until she let the chat time out
    assert.ok(past.activityDurations[0].total > 1);
    has(await s.shop.workers.cumulativeStatistics().fetch({ taskChannel: "voice" }), {
      reservationsCreated: 2,
      reservationsTimedOut: 0,
    });
  });

  test("some workers tell both at once", async () => {
    const all = whole(await s.shop.workers.statistics().fetch({ minutes: 60 }));
    has(all.realtime, { total_workers: 2 });
    has(all.cumulative, reservationsInside);
    const bob = await s.shop.workers.statistics().fetch({ friendlyName: "Bob", taskQueueName: s.queue.friendlyName });
    has(bob.realtime, { total_workers: 1 });
    has(bob.cumulative, { ...reservationsInside, reservations_created: 4, reservations_timed_out: 0 });
    has((await s.shop.workers.statistics().fetch({ taskQueueSid: sid.empty })).realtime, { total_workers: 0 });
  });

  test("a worker tells what happened to her", async () => {
    const { cumulative, workerSid, url } = whole(await s.shop.workers(sid.ann).statistics().fetch({ minutes: 60 }));
    assert.equal(workerSid, sid.ann);
    assert.equal(url, `${s.made.url}/Workers/${sid.ann}/Statistics`);
    has(cumulative, {
      reservations_created: 1,
      reservations_timed_out: 1,
      reservations_accepted: 0,
      reservations_rejected: 0,
    });
    const [offline, available, unavailable] = cumulative.activity_durations;
    about(available.total, 1);
    assert.ok(offline.total > 1);
    assert.equal(unavailable.total, 0);
  });

  test("nothing happened before", async () => {
    const hours = (/** @type {number} */ ago) => new Date(Date.now() - ago * 3_600_000);
    const window = { startDate: hours(2), endDate: hours(1) };
    has(await s.shop.cumulativeStatistics().fetch(window), { ...none, tasksCreated: 0, splitByWaitTime: null });
    has((await s.shop.workers.statistics().fetch(window)).cumulative, { reservations_created: 0 });
    has(await s.shop.taskQueues(s.queue.sid).cumulativeStatistics().fetch(window), { ...none, tasksEntered: 0 });
  });

  test("all are answered with the members that twilio-node knows, and no others", async () => {
    const { shop } = s;
    const queue = shop.taskQueues(s.queue.sid);
    const workflow = shop.workflows(sid.impatient);
    for (const statistics of [
      ...[shop, queue, workflow].flatMap((of) => [of.statistics(), of.realTimeStatistics(), of.cumulativeStatistics()]),
      shop.workers.statistics(),
      shop.workers.realTimeStatistics(),
      shop.workers.cumulativeStatistics(),
      shop.workers(sid.ann).statistics(),
    ]) {
      await exact(s.witness, statistics);
    }
  });

  test("the average that stands alone is in whole seconds, as twilio-node reads it", async () => {
    const past = await s.shop.cumulativeStatistics().fetch();
    const { avg } = past.waitDurationUntilAccepted;
    assert.notEqual(avg, Math.floor(avg));
    assert.equal(past.avgTaskAcceptanceTime, Math.floor(avg));
    const { cumulative } = await s.shop.statistics().fetch();
    assert.equal(cumulative.avg_task_acceptance_time, Math.floor(avg), "where it hands on what was answered");
  });
});

// Each kind of resource: what was sent is what is answered, kept, listed and removed.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { accountSid, baseUrl, connect, exact, openShop, refused, sids, whole } from "./client.mjs";

const json = JSON.stringify;

/**
 * Wants that something has these members.
 *
 * @param {{toJSON(): any}} instance
 * @param {object} want
 */
function has(instance, want) {
  const got = whole(instance).toJSON();
  assert.deepEqual(Object.fromEntries(Object.keys(want).map((name) => [name, got[name]])), want);
}

/** @param {() => Promise<any>} fetch */
const isGone = (fetch) => refused(fetch(), { status: 404, code: 20404, message: /was not found$/ });

test("a workspace is made, found, changed, listed and removed", async () => {
  const { v1 } = connect();
  const friendlyName = `Support ${randomUUID()}`;
  const made = await v1.workspaces.create({
    friendlyName,
    template: "NONE",
    eventCallbackUrl: "https://example.com/events",
    eventsFilter: "task.created,task.canceled",
    multiTaskEnabled: true,
    prioritizeQueueOrder: "LIFO",
  });
  has(made, {
    accountSid,
    friendlyName,
    eventCallbackUrl: "https://example.com/events",
    eventsFilter: "task.created,task.canceled",
    multiTaskEnabled: true,
    prioritizeQueueOrder: "LIFO",
    defaultActivityName: "Offline",
    timeoutActivityName: "Offline",
    url: `${baseUrl}/v1/Workspaces/${made.sid}`,
  });
  assert.deepEqual((await v1.workspaces(made.sid).fetch()).toJSON(), made.toJSON());
  assert.deepEqual(await v1.workspaces(made.sid).taskQueues.list(), [], "the template NONE has no queue");

  const activities = await made.activities().list();
  const available = activities.find(({ friendlyName }) => friendlyName === "Available")?.sid;
  const changed = await made.update({
    friendlyName: `${friendlyName}!`,
    timeoutActivitySid: available,
    prioritizeQueueOrder: "FIFO",
    eventsFilter: "",
  });
  has(changed, {
    friendlyName: `${friendlyName}!`,
    timeoutActivitySid: available,
    timeoutActivityName: "Available",
    prioritizeQueueOrder: "FIFO",
    defaultActivitySid: made.defaultActivitySid,
  });
  const [listed, ...others] = await v1.workspaces.list({ friendlyName: `${friendlyName}!` });
  assert.deepEqual(listed.toJSON(), changed.toJSON());
  assert.deepEqual(others, []);

  assert.equal(await made.remove(), true);
  await isGone(() => made.fetch());
});

test("an activity is made, found, changed, listed and removed", async () => {
  const { shop, made: workspace } = await openShop();
  const made = await shop.activities.create({ friendlyName: "Coffee Break", available: false });
  has(made, { accountSid, friendlyName: "Coffee Break", available: false, workspaceSid: workspace.sid });
  assert.deepEqual(made.links, { workspace: workspace.url });
  assert.deepEqual((await shop.activities(made.sid).fetch()).toJSON(), made.toJSON());
  has(await made.update({ friendlyName: "Tea Break" }), { sid: made.sid, friendlyName: "Tea Break", available: false });
  assert.deepEqual(
    (await shop.activities.list()).map(({ friendlyName, available }) => [friendlyName, available]),
    [
      ["Offline", false],
      ["Available", true],
      ["Unavailable", false],
      ["Tea Break", false],
    ],
  );
  assert.equal(await made.remove(), true);
  await isGone(() => made.fetch());
});

test("a task channel is made, found by its unique name, changed, listed and removed", async () => {
  const { shop, made: workspace } = await openShop();
  const made = await shop.taskChannels.create({
    friendlyName: "Letters",
    uniqueName: "letters",
    channelOptimizedRouting: true,
  });
  has(made, {
    accountSid,
    workspaceSid: workspace.sid,
    friendlyName: "Letters",
    uniqueName: "letters",
    channelOptimizedRouting: true,
  });
  assert.deepEqual((await shop.taskChannels("letters").fetch()).toJSON(), made.toJSON());
  has(await made.update({ friendlyName: "Post", channelOptimizedRouting: false }), {
    sid: made.sid,
    friendlyName: "Post",
    uniqueName: "letters",
    channelOptimizedRouting: false,
  });
  assert.deepEqual(
    (await shop.taskChannels.list()).map(({ uniqueName }) => uniqueName),
    ["default", "voice", "chat", "sms", "video", "letters"],
  );
  assert.equal(await made.remove(), true);
  await isGone(() => made.fetch());
});

test("a task queue is made, found, changed, listed and removed", async () => {
  const { shop, made: workspace, queue, activities } = await openShop();
  const made = await shop.taskQueues.create({
    friendlyName: "Español",
    targetWorkers: 'languages HAS "es"',
    maxReservedWorkers: 3,
    taskOrder: "LIFO",
    reservationActivitySid: activities.Unavailable,
    assignmentActivitySid: activities.Offline,
  });
  has(made, {
    accountSid,
    workspaceSid: workspace.sid,
    friendlyName: "Español",
    targetWorkers: 'languages HAS "es"',
    maxReservedWorkers: 3,
    taskOrder: "LIFO",
    reservationActivitySid: activities.Unavailable,
    reservationActivityName: "Unavailable",
    assignmentActivitySid: activities.Offline,
    assignmentActivityName: "Offline",
  });
  assert.deepEqual((await shop.taskQueues(made.sid).fetch()).toJSON(), made.toJSON());
  has(await made.update({ friendlyName: "Spanish", targetWorkers: "1==1", maxReservedWorkers: 1, taskOrder: "FIFO" }), {
    sid: made.sid,
    friendlyName: "Spanish",
    targetWorkers: "1==1",
    maxReservedWorkers: 1,
    taskOrder: "FIFO",
  });
  assert.deepEqual(sids(await shop.taskQueues.list()), [queue.sid, made.sid]);
  assert.equal(await made.remove(), true);
  await isGone(() => made.fetch());
});

test("a workflow is made, found, changed, listed and removed", async () => {
  const { shop, made: workspace, queue, workflow } = await openShop();
  const configuration = {
    task_routing: {
      filters: [
        { filter_friendly_name: "Gold", expression: "value == 'gold'", targets: [{ queue: queue.sid, priority: 2 }] },
      ],
      default_filter: { queue: queue.sid },
    },
  };
  const made = await shop.workflows.create({
    friendlyName: "Calls",
    configuration: json(configuration),
    assignmentCallbackUrl: "https://example.com/assignment",
    fallbackAssignmentCallbackUrl: "https://example.com/fallback",
    taskReservationTimeout: 30,
  });
  has(made, {
    accountSid,
    workspaceSid: workspace.sid,
    friendlyName: "Calls",
    assignmentCallbackUrl: "https://example.com/assignment",
    fallbackAssignmentCallbackUrl: "https://example.com/fallback",
    taskReservationTimeout: 30,
  });
  assert.deepEqual(JSON.parse(made.configuration), configuration);
  assert.deepEqual((await shop.workflows(made.sid).fetch()).toJSON(), made.toJSON());
  const other = { task_routing: { filters: [], default_filter: { queue: queue.sid } } };
  const changed = await made.update({
    friendlyName: "Chats",
    configuration: json(other),
    taskReservationTimeout: 40,
    assignmentCallbackUrl: "",
    reEvaluateTasks: "true",
  });
  has(changed, { sid: made.sid, friendlyName: "Chats", taskReservationTimeout: 40, assignmentCallbackUrl: "" });
  assert.deepEqual(JSON.parse(changed.configuration), other);
  assert.deepEqual(sids(await shop.workflows.list()), [workflow.sid, made.sid]);
  assert.equal(await made.remove(), true);
  await isGone(() => made.fetch());
});

test("a worker is made, found, changed, listed and removed", async () => {
  const { shop, made: workspace, activities } = await openShop();
  const made = await shop.workers.create({
    friendlyName: "Jamie",
    attributes: json({ languages: ["en", "es"], level: 2 }),
    activitySid: activities.Unavailable,
  });
  has(made, {
    accountSid,
    workspaceSid: workspace.sid,
    friendlyName: "Jamie",
    attributes: '{"languages":["en","es"],"level":2}',
    activitySid: activities.Unavailable,
    activityName: "Unavailable",
    available: false,
  });
  assert.deepEqual((await shop.workers(made.sid).fetch()).toJSON(), made.toJSON());
  const changed = await made.update({
    friendlyName: "Jamie B.",
    attributes: json({ level: 3 }),
    activitySid: activities.Available,
  });
  has(changed, {
    sid: made.sid,
    friendlyName: "Jamie B.",
    attributes: '{"level":3}',
    activityName: "Available",
    available: true,
  });
  assert.deepEqual(sids(await shop.workers.list()), [made.sid]);
  assert.equal(await made.remove(), true);
  await isGone(() => made.fetch());
});

test("a channel of a worker has its capacity and availability", async () => {
  const { shop, worker, made: workspace, task, reservationsOf } = await openShop();
  const { sid } = await worker("Jamie");
  const channels = await shop.workers(sid).workerChannels.list();
  assert.deepEqual(
    channels.map((channel) => whole(channel).taskChannelUniqueName),
    ["default", "voice", "chat", "sms", "video"],
  );
  const chat = shop.workers(sid).workerChannels("chat");
  has(await chat.fetch(), {
    accountSid,
    workspaceSid: workspace.sid,
    workerSid: sid,
    assignedTasks: 0,
    available: true,
    availableCapacityPercentage: 100,
    configuredCapacity: 1,
  });
  has(await chat.update({ capacity: 4 }), { configuredCapacity: 4, availableCapacityPercentage: 100 });
  const { sid: chatting } = await task({}, { taskChannel: "chat" });
  has(await chat.fetch(), { configuredCapacity: 4, assignedTasks: 0, availableCapacityPercentage: 75 });
  const [reservation] = await reservationsOf(chatting);
  await reservation.update({ reservationStatus: "accepted" });
  has(await chat.fetch(), { configuredCapacity: 4, assignedTasks: 1, availableCapacityPercentage: 75 });
  has(await chat.update({ available: false }), { available: false, configuredCapacity: 4 });
});

test("a task is made with all that can be said of it, found, changed, listed and removed", async () => {
  const { shop, made: workspace, queue, workflow, worker } = await openShop();
  const { sid: target } = await worker("Jamie", {}, "Offline");
  const virtualStartTime = new Date("2026-03-01T09:30:00Z");
  const made = await shop.tasks.create({
    attributes: json({ type: "call", tags: ["a", "ü"] }),
    workflowSid: workflow.sid,
    taskChannel: "voice",
    priority: 7,
    timeout: 600,
    virtualStartTime,
    routingTarget: target,
    ignoreCapacity: "true",
    taskQueueSid: queue.sid,
  });
  has(made, {
    accountSid,
    workspaceSid: workspace.sid,
    attributes: '{"type":"call","tags":["a","ü"]}',
    assignmentStatus: "pending",
    workflowSid: workflow.sid,
    workflowFriendlyName: workflow.friendlyName,
    taskQueueSid: queue.sid,
    taskQueueFriendlyName: queue.friendlyName,
    taskChannelUniqueName: "voice",
    priority: 7,
    timeout: 600,
    virtualStartTime,
    routingTarget: target,
    ignoreCapacity: true,
    reason: null,
    addons: "{}",
  });
  has(await shop.tasks(made.sid).fetch(), {
    sid: made.sid,
    priority: 7,
    virtualStartTime,
    attributes: made.attributes,
  });
  const later = new Date("2026-03-01T10:30:00Z");
  has(
    await made.update({
      attributes: json({ type: "chat" }),
      priority: 8,
      taskChannel: "chat",
      virtualStartTime: later,
    }),
    {
      sid: made.sid,
      attributes: '{"type":"chat"}',
      priority: 8,
      taskChannelUniqueName: "chat",
      virtualStartTime: later,
    },
  );
  assert.deepEqual(sids(await shop.tasks.list()), [made.sid]);
  assert.equal(await made.remove(), true);
  await isGone(() => made.fetch());
});

test("what happens to a workspace is an event that can be found again", async () => {
  const { shop, made: workspace, worker } = await openShop();
  const { sid, url } = await worker("Jamie", { level: 1 });
  const [event, ...others] = await shop.events.list({ eventType: "worker.created" });
  assert.deepEqual(others, []);
  has(event, {
    accountSid,
    workspaceSid: workspace.sid,
    eventType: "worker.created",
    resourceType: "worker",
    resourceSid: sid,
    resourceUrl: url,
  });
  assert.equal(event.eventData.worker_name, "Jamie");
  assert.equal(event.eventData.worker_attributes, '{"level":1}');
  assert.equal(Math.floor(event.eventDateMs / 1000) * 1000, event.eventDate.getTime());
  assert.deepEqual((await shop.events(event.sid).fetch()).toJSON(), event.toJSON());
});

test("every resource is answered with the members that twilio-node knows, and no others", async () => {
  const { shop, witness, queue, workflow, activities, worker, task } = await openShop();
  const { sid: ann } = await worker("Ann");
  const { sid } = await task();
  const [reservation] = await shop.tasks(sid).reservations.list();
  const [event] = await shop.events.list({ limit: 1 });
  for (const resource of [
    shop,
    shop.activities(activities.Offline),
    shop.taskChannels("voice"),
    queue,
    workflow,
    shop.workers(ann),
    shop.workers(ann).workerChannels("voice"),
    shop.workers(ann).reservations(reservation.sid),
    shop.tasks(sid),
    reservation,
    event,
  ]) {
    await exact(witness, resource);
  }
});

// What twilio-node tells of a call that is refused. 410 and 412 are where they happen,
// in lives.mjs and versions.mjs.
import assert from "node:assert/strict";
import test from "node:test";
import twilio from "twilio";
import { connect, openShop, refused } from "./client.mjs";

const nobody = `WK${"0".repeat(32)}`;

test("what is not there is a 404 that names its path", async () => {
  const { shop, made } = await openShop();
  const lost = { status: 404, code: 20404 };
  await refused(shop.workers(nobody).fetch(), {
    ...lost,
    message: `The requested resource /Workspaces/${made.sid}/Workers/${nobody} was not found`,
  });
  await refused(shop.workers(nobody).update({ friendlyName: "x" }), { ...lost, message: /was not found$/ });
  await refused(shop.workers(nobody).remove(), { ...lost, message: /was not found$/ });
  await refused(shop.workers(nobody).reservations.list(), { ...lost, message: /was not found$/ });
  await refused(shop.tasks("WT1").fetch(), { ...lost, message: /was not found$/ });
});

test("a request that cannot be is a 400 that says what is wrong", async () => {
  const { shop, queue, activities, task } = await openShop();
  const invalid = (/** @type {string | RegExp} */ message) => ({ status: 400, code: 20001, message });
  await refused(
    shop.workers.create({ friendlyName: "Ann", attributes: "no JSON" }),
    invalid("Attributes is not a JSON object"),
  );
  await refused(shop.workers.create({ friendlyName: "" }), invalid("FriendlyName must not be empty"));
  await shop.workers.create({ friendlyName: "Ann" });
  await refused(
    shop.workers.create({ friendlyName: "Ann" }),
    invalid("Worker with the same friendly name already exists"),
  );
  await refused(
    shop.taskQueues.create({ friendlyName: "Q", targetWorkers: "level >" }),
    invalid(/^TargetWorkers: line 1, column 8: /),
  );
  await refused(
    shop.taskQueues.create({ friendlyName: "Q", maxReservedWorkers: 51 }),
    invalid("MaxReservedWorkers must be from 1 to 50"),
  );
  await refused(
    shop.workflows.create({ friendlyName: "W", configuration: "{" }),
    invalid("Configuration is not a JSON document"),
  );
  await refused(shop.tasks.create({ taskChannel: "pigeon" }), invalid("TaskChannel pigeon does not exist"));
  await refused(shop.tasks.list({ ordering: "Age:asc" }), invalid(/^Ordering is Age:asc/));
  await refused(shop.activities(activities.Offline).remove(), invalid(/ is the default activity of workspace /));
  await refused(queue.remove(), invalid(/ is named by workflow /));
  const { sid } = await task();
  await refused(
    shop.tasks(sid).update({ assignmentStatus: "completed", reason: "x" }),
    invalid(/^Cannot complete task .* because it is not currently assigned\.$/),
  );
});

test("wrong credentials are a 401, and nobody is told what is there", async () => {
  const { made } = await openShop();
  const { v1 } = connect({ token: "wrong" });
  const unauthorized = { status: 401, code: 20003, message: /^Authentication Error/ };
  await refused(v1.workspaces(made.sid).fetch(), unauthorized);
  await refused(v1.workspaces(made.sid).update({ friendlyName: "Taken" }), unauthorized);
  await refused(v1.workspaces.list(), unauthorized);
  await refused(connect({ sid: `AC${"0".repeat(32)}` }).v1.workspaces.list(), unauthorized);
  assert.equal((await made.fetch()).friendlyName, made.friendlyName);
});

test("a callback is called with the error or with what was found", async () => {
  const { shop } = await openShop();
  const ann = await shop.workers.create({ friendlyName: "Ann" });
  const found = await new Promise((resolve, reject) => {
    shop.workers(ann.sid).fetch((error, worker) => (error ? reject(error) : resolve(worker)));
  });
  assert.deepEqual(found.toJSON(), ann.toJSON());
  const error = await new Promise((resolve) => {
    shop.workers(nobody).fetch((error) => resolve(error));
  });
  assert.ok(error instanceof twilio.RestException);
  assert.equal(error.status, 404);
});

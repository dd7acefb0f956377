// If-Match. The versions are in the headers of answers, which the …WithHttpInfo
// methods of twilio-node return beside what was made, found or changed.
import assert from "node:assert/strict";
import test from "node:test";
import { openShop, refused } from "./client.mjs";

/** @param {{headers?: Record<string, any>}} answer */
function versionOf({ headers }) {
  assert.match(String(headers?.etag), /^\d+$/);
  return String(headers?.etag);
}

/** @param {string} what */
const stale = (what) => ({ status: 412, message: `The ${what} has another version` });

test("a task is changed and removed in the version that was read only", async () => {
  const { shop, task } = await openShop();
  const { sid } = await task();
  const read = versionOf(await shop.tasks(sid).fetchWithHttpInfo());
  const changed = await shop.tasks(sid).updateWithHttpInfo({ priority: 1, ifMatch: read });
  assert.equal(changed.statusCode, 200);
  assert.equal(changed.body.priority, 1);
  const next = versionOf(changed);
  assert.equal(Number(next), Number(read) + 1);
  await refused(shop.tasks(sid).update({ priority: 2, ifMatch: read }), stale("task"));
  assert.equal((await shop.tasks(sid).fetch()).priority, 1);
  await refused(shop.tasks(sid).remove({ ifMatch: read }), stale("task"));
  assert.equal(await shop.tasks(sid).remove({ ifMatch: next }), true);
});

test("a worker is changed and removed in the version that was read only", async () => {
  const { shop } = await openShop();
  const made = await shop.workers.createWithHttpInfo({ friendlyName: "Ann" });
  assert.equal(made.statusCode, 201);
  const { sid } = made.body;
  const read = versionOf(made);
  const next = versionOf(await shop.workers(sid).updateWithHttpInfo({ attributes: '{"level":1}', ifMatch: read }));
  await refused(shop.workers(sid).update({ attributes: '{"level":2}', ifMatch: read }), stale("worker"));
  assert.equal((await shop.workers(sid).fetch()).attributes, '{"level":1}');
  await refused(shop.workers(sid).remove({ ifMatch: read }), stale("worker"));
  assert.equal(await shop.workers(sid).remove({ ifMatch: next }), true);
});

test("a reservation is answered in the version that was read only", async () => {
  const { shop, worker, task } = await openShop();
  const { sid: ann } = await worker("Ann");
  const { sid } = await task();
  const list = await shop.workers(ann).reservations.listWithHttpInfo();
  const [reservation] = list.body;
  const ofTask = shop.tasks(sid).reservations(reservation.sid);
  const ofWorker = shop.workers(ann).reservations(reservation.sid);
  const read = versionOf(await ofTask.fetchWithHttpInfo());
  assert.equal(versionOf(list), read, "the list of the worker tells it, too");

  await refused(ofTask.update({ reservationStatus: "accepted", ifMatch: "99" }), stale("reservation"));
  await refused(ofWorker.update({ reservationStatus: "accepted", ifMatch: "99" }), stale("reservation"));
  assert.equal((await ofTask.fetch()).reservationStatus, "pending");
  const accepted = await ofWorker.update({ reservationStatus: "accepted", ifMatch: read });
  assert.equal(accepted.reservationStatus, "accepted");
  await refused(ofTask.update({ reservationStatus: "completed", ifMatch: read }), stale("reservation"));
  const next = versionOf(await ofTask.fetchWithHttpInfo());
  assert.equal((await ofTask.update({ reservationStatus: "completed", ifMatch: next })).reservationStatus, "completed");
});

// twilio-node as it is published, asking the server of the environment.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import twilio from "twilio";
import { operationOf } from "./operations.mjs";

const {
  TASKROUTER_BASE_URL: baseUrl = "",
  TWILIO_ACCOUNT_SID: accountSid = "",
  TWILIO_AUTH_TOKEN: authToken = "",
} = process.env;
assert.ok(baseUrl && accountSid && authToken, "expected TASKROUTER_BASE_URL, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN");

export { accountSid, authToken, baseUrl };

/** The operations that were carried out. @type {Set<string>} */
export const succeeded = new Set();

// The client of the library itself, which is asked for everything. The library lets
// programs put in their own, so that nothing of it has to be changed to look on.
class Witness extends twilio.RequestClient {
  /** What was asked for, such as "listTasks PageSize=50". @type {string[]} */
  requests = [];

  /**
   * @param {Parameters<InstanceType<typeof twilio.RequestClient>["request"]>[0]} options
   * @returns {Promise<any>}
   */
  async request(options) {
    const url = new URL(options.uri);
    for (const [name, value] of Object.entries(options.params ?? {})) {
      url.searchParams.append(name, String(value));
    }
    const operation = operationOf(options.method, url.pathname);
    this.requests.push(`${operation} ${url.searchParams}`.trim());
    const answer = await super.request(options);
    if (answer.statusCode < 300) {
      succeeded.add(operation);
    }
    return answer;
  }
}

/**
 * Connects a client. The base URL of a domain is a property of the library that is
 * public: with it, every request of taskrouter goes elsewhere, and none of another
 * domain does. An edge or a region of the environment would become part of the name of
 * the host.
 *
 * @param {{sid?: string, token?: string}} [credentials]
 */
export function connect({ sid = accountSid, token = authToken } = {}) {
  const witness = new Witness();
  const client = twilio(sid, token, { httpClient: witness, edge: "", region: "" });
  client.taskrouter.baseUrl = baseUrl;
  return { client, v1: client.taskrouter.v1, witness };
}

/**
 * Makes a workspace of the template FIFO, with a name that no other test has.
 *
 * @param {object} [options]
 */
export async function openShop(options) {
  const { v1, witness } = connect();
  const made = await v1.workspaces.create({ friendlyName: `Shop ${randomUUID()}`, template: "FIFO", ...options });
  const shop = v1.workspaces(made.sid);
  const [queue] = await shop.taskQueues.list();
  const [workflow] = await shop.workflows.list();
  /** @type {Record<string, string>} */
  const activities = {};
  for (const { friendlyName, sid } of await shop.activities.list()) {
    activities[friendlyName] = sid;
  }

  /** @param {string} friendlyName @param {object} [attributes] @param {string} [activity] */
  const worker = (friendlyName, attributes = {}, activity = "Available") =>
    shop.workers.create({
      friendlyName,
      attributes: JSON.stringify(attributes),
      activitySid: activities[activity],
    });

  /** @param {object} [attributes] @param {object} [options] */
  const task = (attributes = {}, options) => shop.tasks.create({ attributes: JSON.stringify(attributes), ...options });

  /** @param {string} taskSid */
  const reservationsOf = (taskSid) => shop.tasks(taskSid).reservations.list();

  // A workflow whose reservations last a second. A task that moves waits for nobody as long,
  // and then in the queue; one that ends is canceled then.
  const impatient = async () => {
    const empty = await shop.taskQueues.create({ friendlyName: "Empty", targetWorkers: "1==2" });
    const workflow = await shop.workflows.create({
      friendlyName: "Impatient",
      taskReservationTimeout: 1,
      configuration: JSON.stringify({
        task_routing: {
          filters: [
            { expression: "moves == true", targets: [{ queue: empty.sid, timeout: 1 }, { queue: queue.sid }] },
            { expression: "ends == true", targets: [{ queue: empty.sid, timeout: 1 }] },
          ],
          default_filter: { queue: queue.sid },
        },
      }),
    });
    return { empty, workflow };
  };

  return { v1, witness, made, shop, queue, workflow, activities, worker, task, reservationsOf, impatient };
}

/**
 * Wants that the answer had every member that the library reads, and that what it
 * makes a date is one, then returns it.
 *
 * @template {{toJSON(): any}} T
 * @param {T} instance
 * @returns {T}
 */
export function whole(instance) {
  for (const [name, value] of Object.entries(instance.toJSON())) {
    assert.notEqual(value, undefined, `${instance.constructor.name}: the answer lacks ${name}`);
    if (/^date[A-Z]|Date$|(start|end)Time$/i.test(name) && value !== null) {
      assert.ok(value instanceof Date, `${instance.constructor.name}: ${name} is no date: ${value}`);
    }
  }
  return instance;
}

/**
 * Wants that something was answered with the members that the library reads, and no others.
 *
 * @param {Witness} witness
 * @param {{fetch(): Promise<{toJSON(): any}>}} resource
 */
export async function exact(witness, resource) {
  const instance = whole(await resource.fetch());
  const answered = Object.keys(witness.lastResponse?.body).map((name) =>
    name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
  );
  assert.deepEqual(answered.sort(), Object.keys(instance.toJSON()).sort(), instance.constructor.name);
}

/**
 * Wants that a call is refused with an error, as the library tells it.
 *
 * @param {Promise<any>} call
 * @param {{status: number, code?: number | null, message: string | RegExp}} want
 */
export async function refused(call, { status, code, message }) {
  /** @param {any} error */
  const check = (error) => {
    assert.ok(error instanceof twilio.RestException, `expected a RestException, not ${error}`);
    assert.equal(error.status, status, error.message);
    if (typeof message === "string") {
      assert.equal(error.message, message);
    } else {
      assert.match(error.message, message);
    }
    assert.equal(error.code, code);
    assert.equal(error.moreInfo, code ? `https://www.twilio.com/docs/errors/${code}` : code);
    return true;
  };
  await assert.rejects(call, check);
}

/**
 * Asks again until something holds, for five seconds at most.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T | undefined | false>} ask
 * @returns {Promise<T>}
 */
export async function eventually(what, ask) {
  for (const end = Date.now() + 5_000; Date.now() < end; await delay(50)) {
    const found = await ask();
    if (found) {
      return found;
    }
  }
  assert.fail(`waited for 5 seconds in vain until ${what}`);
}

/** @template {{sid: string}} T @param {T[]} instances */
export const sids = (instances) => instances.map(({ sid }) => sid);

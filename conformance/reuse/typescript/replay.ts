// Makes the calls that write-calls.ts wrote, each against the replayer's base path
// of its exchange, and the example, and counts the operations of the document.
import assert from "node:assert/strict";
import { exchanges } from "./build/calls.js";
import { type Credentials, connect } from "./client.js";
import { checkClient } from "./client-check.js";
import { runExample } from "./example.js";
import type { Exchange } from "./exchange.js";
import { fetchList, replayURL } from "./list.js";

const CREDENTIALS: Record<Exchange["scheme"], Credentials> = {
  Basic: { user: "AC00000000000000000000000000000000", password: "any" },
  Bearer: { token: "any" },
};

let failures = 0;
const replayed = new Set<string>();

for (const exchange of exchanges) {
  const held = await holds(`${exchange.operation} ${exchange.base} (${exchange.name})`, () => replay(exchange));
  if (held && exchange.status < 300) {
    replayed.add(exchange.operation);
  }
}
const { operations: declared } = await fetchList(replayURL());
for (const operation of declared.filter((operation) => !replayed.has(operation))) {
  report(operation, "no success was replayed");
}
await holds("client.ts", () => checkClient());
await holds("example.ts", () => runExample(replayURL()));

const count = declared.filter((operation) => replayed.has(operation)).length;
console.log(
  `typescript: ${count} of ${declared.length} operations replayed, ${exchanges.length} exchanges, ${failures} failures`,
);
process.exitCode = failures === 0 ? 0 : 1;

async function replay(exchange: Exchange): Promise<void> {
  const base = replayURL() + exchange.base;
  const result = await exchange.send(connect(base, CREDENTIALS[exchange.scheme]));
  await checkReport(base);
  assert.equal(result.response.status, exchange.status, "status");
  // openapi-fetch leaves out the member that does not apply.
  assert.deepEqual(result.response.ok ? result.data : result.error, exchange.answer);
}

// The replayer knows what did not fit, and says it better than a status of 501.
async function checkReport(base: string): Promise<void> {
  const response = await fetch(base);
  if (!response.ok) {
    const { differences } = (await response.json()) as { differences: string[] };
    throw new Error(differences.join("\n") || "no request came");
  }
}

async function holds(what: string, check: () => Promise<void>): Promise<boolean> {
  try {
    await check();
    return true;
  } catch (error) {
    report(what, error instanceof Error ? error.message : String(error));
    return false;
  }
}

function report(what: string, why: string): void {
  failures++;
  console.error(`${what}: ${why}`);
}

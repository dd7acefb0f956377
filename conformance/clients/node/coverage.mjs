import assert from "node:assert/strict";
import test from "node:test";
import { succeeded } from "./client.mjs";
import { operations } from "./operations.mjs";

test("every operation of the document was carried out for twilio-node", () => {
  assert.ok(operations.length > 0);
  assert.deepEqual(
    operations.filter((id) => !succeeded.has(id)),
    [],
  );
});

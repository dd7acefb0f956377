// What client.ts promises and no fixture can show.
import assert from "node:assert/strict";
import { Failure, answerOf, connect, serializeBody, timestamp } from "./client.js";

export async function checkClient(): Promise<void> {
  assert.equal(serializeBody({ Timeout: undefined, Priority: 0, Reason: "" }), "Priority=0&Reason=");
  assert.equal(timestamp(new Date("2026-03-01T10:30:00.999+01:00")), "2026-03-01T09:30:00Z");
  assert.throws(() => answerOf({ response: new Response(null, { status: 503 }) }), Failure);
  for (const TaskSid of ["", ".", ".."]) {
    await refusesToDelete(TaskSid);
  }
}

async function refusesToDelete(TaskSid: string): Promise<void> {
  const nowhere = connect("http://127.0.0.1:9", { token: "any" });
  const path = { WorkspaceSid: "WS2755ca500fe07f93394eba29bccd4fca", TaskSid };
  await assert.rejects(
    async () => nowhere.DELETE("/v1/Workspaces/{WorkspaceSid}/Tasks/{TaskSid}", { params: { path } }),
    { message: `TaskSid: expected an identifier, not "${TaskSid}"` },
  );
}

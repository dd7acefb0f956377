// What a program needs beside the generated types and openapi-fetch. Copy it.
import createClient, { type Client, defaultPathSerializer } from "openapi-fetch";
import type { paths } from "./build/taskrouter.js";

export type TaskRouter = Client<paths>;

export type Credentials = { user: string; password: string } | { token: string };

export function connect(baseUrl: string, credentials: Credentials): TaskRouter {
  return createClient<paths>({
    baseUrl,
    headers: {
      Authorization: authorization(credentials),
      // openapi-fetch would call every body JSON. The one call that takes JSON says so
      // itself; with a request without a body this header means nothing.
      "Content-Type": "application/x-www-form-urlencoded",
    },
    bodySerializer: serializeBody,
    pathSerializer: serializePath,
  });
}

function authorization(credentials: Credentials): string {
  if ("token" in credentials) {
    return `Bearer ${credentials.token}`;
  }
  const { user, password } = credentials;
  return `Basic ${btoa(`${user}:${password}`)}`;
}

// Bodies are forms unless the call says Content-Type: application/json. A list is
// sent by repeating its name, where openapi-fetch would join it by commas, and
// what is undefined is not sent, where it would send that word.
export function serializeBody(body: unknown, headers?: Headers): string {
  if (headers?.get("Content-Type") === "application/json") {
    return JSON.stringify(body);
  }
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined) {
        form.append(name, String(item));
      }
    }
  }
  return form.toString();
}

// fetch resolves dots in a path, so that DELETE of the task ".." would delete the
// workspace. Without an identifier a list would be meant.
export function serializePath(template: string, identifiers: Record<string, unknown>): string {
  for (const [name, value] of Object.entries(identifiers)) {
    if (value === "" || value === "." || value === "..") {
      throw new TypeError(`${name}: expected an identifier, not "${value}"`);
    }
  }
  return defaultPathSerializer(template, identifiers);
}

// The time as the service takes it: UTC, to the second.
export function timestamp(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`TaskRouter answered ${status}: ${typeof body === "string" ? body : JSON.stringify(body)}`);
  }
}

// The answer, or a Failure. Only the status tells them apart: `error` is undefined
// if the body of a failure was empty, and text if it was no JSON.
export function answerOf<T>(result: { data?: T; error?: unknown; response: Response }): T {
  if (!result.response.ok) {
    throw new Failure(result.response.status, result.error);
  }
  return result.data as T;
}

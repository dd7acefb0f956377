// An exchange of a fixture as a call of the typed client, and what was answered.
// write-calls.ts writes them, and tsc holds each against the document.
import type { RequestOptions } from "openapi-fetch";
import type { operations } from "./build/taskrouter.js";
import type { TaskRouter } from "./client.js";

export type Operation = keyof operations;

export interface About {
  operation: Operation;
  name: string;
  base: string; // path below which the replayer serves it
  scheme: "Basic" | "Bearer";
  status: number;
}

export interface Exchange extends About {
  send(client: TaskRouter): Promise<Result>;
  answer: unknown;
}

interface Result {
  data?: unknown;
  error?: unknown;
  response: Response;
}

export function success<R extends Result>(
  about: About,
  send: (client: TaskRouter) => Promise<R>,
  answer: R["data"],
): Exchange {
  return { ...about, send, answer };
}

// The types of openapi-fetch do not tell that a body that is no JSON comes as text,
// and an empty one not at all.
export function failure<R extends Result>(
  about: About,
  send: (client: TaskRouter) => Promise<R>,
  answer: R["error"] | string | undefined,
): Exchange {
  return { ...about, send, answer };
}

// What a call takes. The calls say `satisfies Options<…>`, because openapi-fetch
// itself lets a misspelt name in a path or a body pass.
export type Options<O extends Operation> = RequestOptions<operations[O]>;

// A request that was answered 400 may hold values that the document forbids, or
// lack some that it requires. Its names are checked all the same.
export function refused<O extends Operation>(options: Loose<Options<O>>): Options<O> {
  return options as Options<O>;
}

type Loose<T> = T extends readonly unknown[]
  ? unknown
  : T extends object
    ? { [K in keyof T]?: Loose<NonNullable<T[K]>> }
    : unknown;

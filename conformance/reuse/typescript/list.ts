// What the replayer lists, as far as it is used here.
export interface Listed {
  name: string;
  base: string;
  request: { method: string; header: Field[] };
  call?: Call; // absent if the document does not declare the request
  response: { status: number; body: string };
}

export interface Field {
  name: string;
  value: string;
}

export interface Call {
  operation: string;
  template: string;
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  header: Record<string, unknown>;
  body?: unknown;
}

export function replayURL(): string {
  const url = process.env["REPLAY_URL"];
  if (url === undefined) {
    throw new Error("REPLAY_URL: expected the address of the replayer, as with-replayer sets it");
  }
  return url;
}

export interface List {
  operations: string[]; // of the document
  scenarios: { exchanges: Listed[] }[];
}

export async function fetchList(url: string): Promise<List> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url}: expected the list of the replayer, got status ${response.status}`);
  }
  return (await response.json()) as List;
}

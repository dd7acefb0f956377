// write-calls FILE
//
// Writes every exchange that the replayer lists as a call of the typed client,
// so that tsc checks the fixtures and nobody has to keep a list of calls.
import { writeFileSync } from "node:fs";
import { type Call, type Listed, fetchList, replayURL } from "./list.js";

const [file] = process.argv.slice(2);
if (file === undefined) {
  throw new Error("expected the name of the file to write");
}
const { scenarios } = await fetchList(replayURL());
const exchanges = scenarios.flatMap((scenario) => scenario.exchanges);
for (const { base, name } of exchanges.filter((exchange) => !isForeseen(exchange))) {
  console.error(`${base} (${name}): the document does not declare what this request holds`);
  process.exitCode = 1;
}
writeFileSync(file, program(exchanges.filter(isForeseen)));

type Foreseen = Listed & { call: Call };

function isForeseen(exchange: Listed): exchange is Foreseen {
  return exchange.call !== undefined;
}

function program(exchanges: Foreseen[]): string {
  return [
    "// Written by write-calls.ts from the list of the replayer.",
    'import { type Exchange, type Options, failure, refused, success } from "../exchange.js";',
    "",
    "export const exchanges: Exchange[] = [",
    ...exchanges.map(exchangeCode),
    "];",
    "",
  ].join("\n");
}

function exchangeCode(exchange: Foreseen): string {
  const { name, base, call, request, response } = exchange;
  const about = { operation: call.operation, name, base, scheme: header(exchange, "Authorization"), status: response.status };
  const succeeded = response.status >= 200 && response.status < 300;
  return `// ${call.operation} ${base} (${name})
${succeeded ? "success" : "failure"}(
${literal(about)},
(client) => client.${request.method}(${literal(call.template)}, ${optionsCode(exchange)}),
${answerCode(response.body)},
),`;
}

function optionsCode(exchange: Foreseen): string {
  const options = literal(optionsOf(exchange));
  const type = `<${literal(exchange.call.operation)}>`;
  return exchange.response.status === 400 ? `refused${type}(${options})` : `${options} satisfies Options${type}`;
}

function optionsOf(exchange: Foreseen) {
  const { path, query, header: headers, body } = exchange.call;
  const params = Object.entries({ path, query, header: headers }).filter(([, values]) => Object.keys(values).length > 0);
  return {
    ...(params.length > 0 && { params: Object.fromEntries(params) }),
    // The only thing that a user has to add by hand for a body of JSON.
    ...(header(exchange, "Content-Type") === "application/json" && { headers: { "Content-Type": "application/json" } }),
    ...(body !== undefined && { body }),
  };
}

function header(exchange: Listed, name: string): string | undefined {
  return exchange.request.header.find((field) => field.name === name)?.value;
}

function answerCode(body: string): string {
  if (body === "") {
    return "undefined";
  }
  try {
    return literal(JSON.parse(body));
  } catch {
    return literal(body);
  }
}

// JSON is a literal of TypeScript.
function literal(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

// The operations of the OpenAPI document.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const METHODS = ["get", "post", "put", "patch", "delete"];

const { paths } = parse(readFileSync(new URL("../../../openapi/taskrouter.yaml", import.meta.url), "utf8"));

const known = Object.entries(paths)
  .flatMap(([template, item]) =>
    METHODS.filter((method) => method in item).map((method) => ({
      id: String(item[method].operationId),
      method,
      // A literal segment, such as Statistics, goes before a parameter.
      literals: template.split("/").filter((segment) => !segment.startsWith("{")).length,
      path: new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`),
    })),
  )
  .sort((a, b) => b.literals - a.literals);

/** The operationId of every operation. */
export const operations = known.map(({ id }) => id).sort();

/**
 * The operationId of a request. One that is for none fails.
 *
 * @param {string} method
 * @param {string} path
 */
export function operationOf(method, path) {
  const operation = known.find((known) => known.method === method.toLowerCase() && known.path.test(path));
  assert.ok(operation, `the document has no operation for ${method} ${path}`);
  return operation.id;
}

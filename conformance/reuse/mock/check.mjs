// Makes a mock server from the document alone, and sends it every request of the fixtures that succeeds. It must
// take each, and answer as the service does, with examples and not with what a generator fills gaps with.
//
// Usage: node check.mjs DOCUMENT, with the replayer's address in REPLAY_URL
import { startMock } from './mock.mjs';

const mock = await startMock(process.argv[2]);
const failures = [];
const answered = new Set();
let requests = 0;
try {
  const { operations, scenarios } = await (await fetch(process.env.REPLAY_URL)).json();
  for (const exchange of scenarios.flatMap(({ exchanges }) => exchanges).filter(succeeds)) {
    requests++;
    const faults = await ask(exchange);
    if (faults.length === 0) answered.add(exchange.call.operation);
    failures.push(...faults.map((fault) => `${exchange.call.operation} ${exchange.base} (${exchange.name}): ${fault}`));
  }
  failures.push(...(await refuse()));
  const missing = operations.filter((id) => !answered.has(id));
  failures.push(...missing.map((id) => `${id}: no request was answered as it should be`));
  for (const failure of failures) console.error(failure);
  console.log(`mock: ${operations.length - missing.length} of ${operations.length} operations answered, ${requests} requests, ${failures.length} failures`);
  process.exitCode = failures.length > 0 ? 1 : 0;
} finally {
  mock.stop();
}

function succeeds({ response }) {
  return response.status < 300;
}

/** What is wrong with the answer of the mock. */
async function ask({ request, response }) {
  const answer = await send(request);
  const body = await answer.text();
  if (answer.status !== response.status) return [`expected status ${response.status}, got ${answer.status}: ${body}`];
  if (response.body === '') return body === '' ? [] : [`expected no body, got ${body}`];
  return differences(JSON.parse(response.body), JSON.parse(body));
}

function send({ method, path, query, header, form, json }) {
  const headers = Object.fromEntries(header.map(({ name, value }) => [name, name === 'Authorization' ? `${value} ${btoa('user:password')}` : value]));
  const body = json ? JSON.stringify(json) : encode(form);
  return fetch(`${mock.url}${path}?${encode(query)}`, { method, headers, body: body || undefined });
}

function encode(fields) {
  return new URLSearchParams(fields.map(({ name, value }) => [name, value])).toString();
}

/** The members of an answer of the service that the mock does not have, and what is plainly made up by a generator. */
function differences(recorded, mocked) {
  const missing = Object.keys(recorded).filter((name) => !(name in mocked));
  const junk = JSON.stringify(mocked).match(/"string"|-1\.79\d*e\+308|"http:\/\/example\.com"|"property\d"/);
  return [...missing.map((name) => `the answer lacks ${name}`), ...(junk ? [`the document has no example where the answer has ${junk[0]}`] : [])];
}

/** Sees that the mock does refuse what the document does not allow. */
async function refuse() {
  const sid = `WS${'0'.repeat(32)}`;
  const header = [{ name: 'Authorization', value: 'Basic' }];
  const query = [{ name: 'AssignmentStatus', value: 'pending' }, { name: 'AssignmentStatus', value: 'lost' }];
  const { status } = await send({ method: 'GET', path: `/v1/Workspaces/${sid}/Tasks`, query, header, form: [] });
  return status === 400 ? [] : [`a request for tasks that are lost: expected status 400, got ${status}`];
}

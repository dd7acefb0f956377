// Opens build/taskrouter.html in a browser that has no network, and looks for everything that a reader needs.
// build/taskrouter.png shows what it saw.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { chromium } from 'playwright-core';
import { parse } from 'yaml';
import { findBrowser } from './browser.mjs';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const PAGE = new URL('build/taskrouter.html', import.meta.url).href;
const IMAGE = fileURLToPath(new URL('build/taskrouter.png', import.meta.url));
const VIEWPORT = { width: 1400, height: 900 };
/** An empty page makes an image of some 5,000 bytes. */
const BLANK = 20_000;

const document = parse(await readFile(new URL('../taskrouter.yaml', import.meta.url), 'utf8'));
const operations = operationsOf(document);
const attempts = new Set();
const faults = [];
let found = 0;

const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--host-resolver-rules=MAP * ~NOTFOUND'] });
try {
  const sights = [await readWithout(), await read()];
  found = operations.filter(({ id }) => sights.every((seen) => seen.has(id))).length;
} catch (error) {
  faults.push(stripVTControlCharacters(error.message));
} finally {
  await browser.close();
}
for (const attempt of attempts) console.error(`request: ${attempt}`);
for (const fault of faults) console.error(fault);
console.log(`reference page: ${found} of ${operations.length} operations found, ${attempts.size} requests`);
process.exitCode = faults.length || attempts.size || found === 0 || found < operations.length ? 1 : 0;

/** The operations of the paths; those of callbacks are not requests to the service. */
function operationsOf({ paths }) {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const { operationId, summary } = item[method];
      return { id: operationId, method, path, summary };
    }),
  );
}

/** Opens the page where whatever it asks for is refused and noted, be it stopped by us or by the page's own policy. */
async function open(options) {
  const context = await browser.newContext({ viewport: VIEWPORT, offline: true, ...options });
  await context.route((url) => url.href !== PAGE, (route) => route.abort());
  const ours = (url) => url === PAGE || /^(data|blob):/.test(url);
  context.on('request', (request) => ours(request.url()) || attempts.add(request.url()));
  context.on('weberror', (error) => faults.push(`exception: ${error.error().message}`));
  context.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
  await context.exposeBinding('refused', (_, url) => attempts.add(url));
  await context.addInitScript(() => {
    const report = ({ blockedURI }) => /^https?:|^file:/.test(blockedURI) && window.refused(blockedURI);
    window.document.addEventListener('securitypolicyviolation', report);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(PAGE);
  return page;
}

async function readWithout() {
  const page = await open({ javaScriptEnabled: false });
  const seen = await findOperations(page, 'without JavaScript');
  await page.context().close();
  return seen;
}

async function read() {
  const page = await open({});
  await page.locator('#reference[data-live]').waitFor();
  // Refused here is every load, by us; at a reader's, by the policy alone.
  await page.locator(`meta[http-equiv="Content-Security-Policy"][content^="default-src 'none';"]`).waitFor({ state: 'attached' });
  // Of some links (preconnect, icon) a browser without a network shows no request.
  const links = await page.locator('link').evaluateAll((links) => links.map((link) => link.href));
  links.forEach((url) => attempts.add(url));
  const seen = await findOperations(page, 'with JavaScript');
  await search(page);
  await goToCreateTask(page);
  const image = await page.screenshot({ path: IMAGE });
  if (image.length < BLANK) faults.push(`screenshot: expected more than ${BLANK} bytes, got ${image.length}: is it blank?`);
  return seen;
}

/** The ids of the operations whose summary, method and path are to be seen in the content. */
async function findOperations(page, how) {
  const missing = await page.evaluate(missingOperations, operations);
  missing.forEach(({ id, what }) => faults.push(`${id}: ${what}, ${how}`));
  const gone = new Set(missing.map(({ id }) => id));
  return new Set(operations.map(({ id }) => id).filter((id) => !gone.has(id)));
}

/** Runs in the page. */
function missingOperations(operations) {
  const shows = (element, text) => element?.getBoundingClientRect().height > 0 && element.textContent.trim() === text;
  return operations.flatMap(({ id, method, path, summary }) => {
    const section = window.document.getElementById(`operation/${id}`);
    if (!section) return [{ id, what: 'not in the page' }];
    const verb = section.querySelector('.http-verb');
    if (!shows(section.querySelector('h2'), summary)) return [{ id, what: `no heading "${summary}"` }];
    if (!shows(verb, method)) return [{ id, what: `no method ${method}` }];
    if (!shows(verb.nextElementSibling, path)) return [{ id, what: `no path ${path}` }];
    return [];
  });
}

/** Redoc searches in a worker, which the page's policy must let start. */
async function search(page) {
  const box = page.getByPlaceholder('Search...');
  await box.fill('create a task');
  await page.locator('[data-role="search:results"]').getByText('Create a task', { exact: true }).waitFor();
  await box.press('Escape');
}

/** Goes through the menu, as a reader does, and expects the description of a field. */
async function goToCreateTask(page) {
  await page.locator('[data-item-id="tag/Tasks"] > label').click();
  await page.locator('[data-item-id="tag/Tasks/operation/createTask"] > label').click();
  const section = page.locator('[id="operation/createTask"]');
  const { description } = document.components.schemas.CreateTaskRequest.properties.Priority;
  const [sentence] = description.replaceAll('`', '').split('. ');
  await section.getByText(sentence).first().waitFor();
  // A click on trial wants the heading on the screen, with nothing before it.
  await section.locator('h2').click({ trial: true });
}

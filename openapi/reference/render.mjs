// Renders openapi/taskrouter.yaml as build/taskrouter.html, a page that loads nothing from elsewhere.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const require = createRequire(import.meta.url);
const { createElement } = require('react');
const { renderToString } = require('react-dom/server');
const { createStore, Redoc } = require('redoc');
const { ServerStyleSheet } = require('styled-components');

const FONT = 'system-ui, sans-serif';
const OPTIONS = {
  expandResponses: '200,201',
  hideDownloadButtons: true,
  nativeScrollbars: true,
  pathInMiddlePanel: true,
  schemasExpansionLevel: 2,
  theme: {
    spacing: { sectionVertical: 24 },
    typography: {
      fontFamily: FONT,
      headings: { fontFamily: FONT },
      code: { fontFamily: 'ui-monospace, monospace', wrap: true },
    },
  },
};
// What no option of Redoc sets: long paths, names of fields and samples are shown whole.
const STYLE = `
body { margin: 0 }
.http-verb + span { white-space: normal; word-break: normal; overflow-wrap: anywhere }
td[kind=field] { padding-left: 20px; white-space: normal; overflow-wrap: anywhere }
td[kind=field] > span:first-child { float: left; margin-left: -20px }
td[kind=field][title] > div { margin-left: 0 }
td[kind=field] > button { text-align: left }
@media (min-width: 50rem) { td[kind=field] + td { width: 68% } }
pre, .redoc-json a, .redoc-json .token.string { white-space: pre-wrap; overflow-wrap: anywhere }
[role=menuitem] > label { padding-top: 8px; padding-bottom: 8px }
@media print { .menu-content { display: none } }
`;

const source = new URL('../taskrouter.yaml', import.meta.url);
const target = new URL('build/taskrouter.html', import.meta.url);
const document = parse(await readFile(source, 'utf8'));
nameTags(document.tags);
showConfiguration(document);
await mkdir(new URL('.', target), { recursive: true });
await writeFile(target, page(document, await prerender(document), await library()));
console.log(fileURLToPath(target));
process.exit(); // Redoc leaves a timer running.

/** Shows a tag such as TaskQueues as "Task queues"; the document itself holds no extension. */
function nameTags(tags) {
  for (const tag of tags) {
    tag['x-displayName'] = tag.name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  }
}

/** Shows the schema that no operation refers to, because forms carry a workflow's configuration as text. */
function showConfiguration({ tags, components }) {
  const name = 'WorkflowConfiguration';
  tags.find((tag) => tag.name === 'Workflows').description += `

**${name}**: ${components.schemas[name].description}

<SchemaDefinition schemaRef="#/components/schemas/${name}" />`;
}

/** Renders the content beforehand, so that it can be read without JavaScript. */
async function prerender(document) {
  const store = await createStore(document, undefined, OPTIONS);
  const sheet = new ServerStyleSheet();
  const html = renderToString(sheet.collectStyles(createElement(Redoc, { store })));
  return { html, styles: sheet.getStyleTags() };
}

/** The script of Redoc, led by the licences of what is in it. */
async function library() {
  const read = (name) => readFile(require.resolve(`redoc/${name}`), 'utf8');
  const licence = await read('LICENSE');
  const notices = await read('bundles/redoc.standalone.js.LICENSE.txt');
  return `/*! Redoc\n\n${licence}*/\n${notices}\n${withoutLogo(await read('bundles/redoc.standalone.js'))}`;
}

/** Redoc fetches its maker's logo, which no option turns off. The link beside it stays. */
function withoutLogo(script) {
  const parts = script.split('"https://cdn.redoc.ly/redoc/logo-mini.svg"');
  if (parts.length !== 2) throw new Error(`the address of the logo: expected once in Redoc's bundle, got ${parts.length - 1} times`);
  return parts.join('"data:,"');
}

function page(document, content, library) {
  // The prerendered content is replaced rather than taken over (Redoc.hydrate): the menu of Redoc 2.5 would not unfold.
  const start = `
const reference = document.getElementById("reference");
Redoc.init(${JSON.stringify(document)}, ${JSON.stringify(OPTIONS)}, reference, () => { reference.dataset.live = ""; });
`;
  const scripts = [library, start].map(withoutTags);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.info.title} ${document.info.version}: API reference</title>
<style>${STYLE}</style>
${content.styles}
</head>
<body>
<main id="reference">${content.html}</main>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}
</body>
</html>
`;
}

/** A script must neither end its element nor open a comment in it. Both stand in literals only, where the escape means the same. */
function withoutTags(script) {
  return script.replace(/<(?=\/script|!--)/gi, '\\x3c');
}

/** Forbids every load and every other script, for whoever opens the page. Redoc searches in a worker made from a blob. */
function policy(scripts) {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

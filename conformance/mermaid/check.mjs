// Renders diagrams with Mermaid, and compares what is to be seen with what their sources say.
// Arguments: files of Markdown (*.md), of which it takes the mermaid blocks, and files that are a diagram.
import { readFile } from 'node:fs/promises';
import { compare } from './compare.mjs';
import { Renderer } from './renderer.mjs';
import { diagramsOf, read } from './source.mjs';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('expected files: Markdown with mermaid blocks, or diagrams');
  process.exit(2);
}

const faults = [];
const diagrams = [];
for (const file of files) {
  try {
    diagrams.push(...diagramsOf(file, await readFile(file, 'utf8')));
  } catch (error) {
    faults.push(error.message);
  }
}

const good = diagrams.length ? await render() : 0;
for (const fault of faults) console.error(fault);
console.log(`diagrams: ${good} of ${diagrams.length} rendered as they are written`);
process.exitCode = faults.length ? 1 : 0;

/** Renders the diagrams, notes their faults, and returns how many have none. */
async function render() {
  let good = 0;
  const renderer = await Renderer.start();
  try {
    for (const { name, text } of diagrams) {
      const found = await faultsOf(renderer, text);
      if (found.length === 0) good++;
      faults.push(...found.map((fault) => `${name}: ${fault}`));
    }
  } finally {
    await renderer.stop();
  }
  return good;
}

async function faultsOf(renderer, text) {
  const rendered = await renderer.render(text);
  const found = [...rendered.faults, ...rendered.requests.map((url) => `request: ${url}`)];
  if (rendered.faults.length) return found;
  try {
    return [...found, ...compare(read(text), rendered)];
  } catch (error) {
    return [...found, error.message];
  }
}

// Proves that the check can fail, and tells why.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compare } from './compare.mjs';
import { diagramsOf, read } from './source.mjs';

const CHECK = fileURLToPath(new URL('check.mjs', import.meta.url));
const GOOD = 'flowchart TD\n    task(["a task"]) --> queue\n    queue["Support\n#lt;b#gt;"]\n    queue -.->|"skip if a"| task\n';
const block = (text) => `\`\`\`mermaid\n${text}\`\`\`\n\n`;
const withLabel = (label) => `flowchart TD\n    a["${label}"]\n    a --> b\n`;
const FILES = {
  'good.mmd': GOOD,
  'blocks.md': `# x\n\n${block(GOOD)}${block('flowchart TD\n    a["x" --> b\n')}${block(GOOD)}`,
  'formula.mmd': withLabel('x<br/>#36;#36;y#36;#36;'),
  'icon.mmd': withLabel('fa:fa-car'),
  'html.mmd': withLabel('<b>x</b>'),
  'style.mmd': withLabel('style:#quot;x#quot;'),
  'spaces.mmd': withLabel('x  y'),
  'edge.mmd': 'flowchart TD\n    a -->|"x  y"| b\n',
  'request.mmd': withLabel("<img src='https://example.com/x.png'/>"),
  'many.mmd': `flowchart TD\n${'    a --> b\n'.repeat(501)}`,
  'other.mmd': 'flowchart TD\n    a --> b\n    a --- b\n',
  'empty.mmd': '',
  'none.md': '# x\n\n    ```mermaid\n',
};
let folder, all;

/** Runs the check on files of the folder. */
function check(...files) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHECK, ...files], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'diagrams-'));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
  all = check(...Object.keys(FILES));
});
after(() => rmSync(folder, { recursive: true }));

/** What was said of a file. */
function faultsOf(file) {
  return all.stderr.split('\n').filter((line) => line.startsWith(`${file}: `)).map((line) => line.slice(file.length + 2));
}

test('passes what is rendered as it is written', () => {
  assert.deepEqual(check('good.mmd'), { status: 0, stdout: 'diagrams: 1 of 1 rendered as they are written\n', stderr: '' });
});

test('fails if one of many diagrams is bad, and renders the others', () => {
  assert.deepEqual(faultsOf('good.mmd'), []);
  assert.equal(all.stdout, 'diagrams: 3 of 14 rendered as they are written\n');
  assert.equal(all.status, 1);
});

test('names the file and the block that Mermaid cannot parse', () => {
  const faults = faultsOf('blocks.md');
  assert.equal(faults.length, 1);
  assert.match(faults[0], /^block 2 \(line 11\): .*Parse error on line /);
  assert.doesNotMatch(all.stderr, /^ +at /m, 'the stack says nothing about the diagram');
});

for (const [what, file, wanted, seen] of [
  ['takes for a formula', 'formula.mmd', 'node a "x\\n$$y$$"', 'node a "x\\n𝑦"'],
  ['takes for an icon', 'icon.mmd', 'node a "fa:fa-car"', 'node a ""'],
  ['takes for HTML', 'html.mmd', 'node a "<b>x</b>"', 'node a "x"'],
  ['takes a semicolon of', 'style.mmd', 'node a "style:\\"x\\""', 'node a "style:\\"x#quot"'],
  ['takes a space of', 'spaces.mmd', 'node a "x  y"', 'node a "x y"'],
  ['takes a space of, on an arrow', 'edge.mmd', 'edge a --> b "x  y"', 'edge a --> b "x y"'],
]) {
  test(`tells what becomes of a label that Mermaid ${what}`, () => {
    assert.deepEqual(faultsOf(file), [`expected: ${wanted}`, `saw:      ${seen}`]);
  });
}

test('fails on a request', () => {
  assert.ok(faultsOf('request.mmd').includes('request: https://example.com/x.png'), all.stderr);
});

test('fails on what Mermaid refuses to draw', () => {
  assert.match(faultsOf('many.mmd').join(), /Edge limit exceeded/);
});

test('fails on a language that it cannot read, though Mermaid can', () => {
  assert.deepEqual(faultsOf('other.mmd'), ['line 3 of the diagram: expected a node, or an arrow between two, got "a --- b"']);
});

test('fails without diagrams', () => {
  assert.equal(faultsOf('empty.mmd').length, 1);
  assert.deepEqual(faultsOf('none.md'), ['expected a block of mermaid, found none']);
  assert.deepEqual(check('none.md'), {
    status: 1,
    stdout: 'diagrams: 0 of 0 rendered as they are written\n',
    stderr: 'none.md: expected a block of mermaid, found none\n',
  });
  assert.match(check('missing.mmd').stderr, /missing\.mmd/);
  assert.equal(check('missing.mmd').status, 1);
  assert.equal(check().status, 2);
});

test('finds the blocks of Markdown, and no block in another', () => {
  const text = '````md\n```mermaid\nno\n```\n````\n\n~~~mermaid\r\nyes\r\n~~~\n```go\n```\n``` mermaid\nto the end';
  assert.deepEqual(diagramsOf('x.md', text), [
    { name: 'x.md: block 1 (line 7)', text: 'yes' },
    { name: 'x.md: block 2 (line 12)', text: 'to the end' },
  ]);
});

test('reads labels, their entities and what has none', () => {
  const { nodes, edges } = read('flowchart TD\n\n  a{"x#quot;<br/>y\n#8364;"}\n  a -.->|"#amp;#35;;"| b\n  b -->|after 5 s| c(["d"])\n  a --> b');
  assert.deepEqual([...nodes], [['a', 'x"\ny\n€'], ['b', 'b'], ['c', 'd']]);
  assert.deepEqual(edges, [
    { from: 'a', to: 'b', text: '&#;', dotted: true },
    { from: 'b', to: 'c', text: 'after 5 s', dotted: false },
    { from: 'a', to: 'b', text: '', dotted: false },
  ]);
});

test('says where it cannot read a diagram', () => {
  assert.throws(() => read('graph TD'), /expected "flowchart TD" first, got "graph TD"/);
  assert.throws(() => read('flowchart TD\na["x\ny"]\nb["#what;"]'), /^Error: line 4 of the diagram: expected one of the entities .* got "#what;"$/);
  assert.throws(() => read('flowchart TD\na["x]\nb'), /line 2 of the diagram: expected a node/);
});

test('tells nodes and edges that are missing, too many, between others or otherwise drawn', () => {
  const source = read('flowchart TD\na["A"]\na --> b\na --> b\na -.-> c');
  const node = (id, text) => ({ id: `diagram-flowchart-${id}-0`, text });
  const edge = (id, dotted) => ({ id, text: '', dotted });
  const nodes = [node('a', 'A'), node('b', 'b'), node('c', 'c')];
  const edges = [edge('L_a_b_0', false), edge('L_a_b_2', false), edge('L_a_c_0', true)];
  assert.deepEqual(compare(source, { nodes, edges }), []);
  assert.deepEqual(compare(source, { nodes: nodes.slice(1), edges }), ['expected 3 nodes, saw 2', 'expected: node a "A"']);
  assert.deepEqual(compare(source, { nodes: [...nodes, node('d', 'd')], edges }), ['expected 3 nodes, saw 4', 'saw:      node d "d"']);
  assert.deepEqual(compare(source, { nodes, edges: edges.slice(1) }), ['expected 3 edges, saw 2', 'expected: edge a --> b ""']);
  assert.deepEqual(compare(source, { nodes, edges: [edges[0], edges[1], edge('L_b_c_0', false)] }), [
    'expected: edge a -.-> c ""',
    'saw:      edge L_b_c_0 -->  ""',
  ]);
});

// Reads what a diagram says, on its own: the part of Mermaid's language that workflow configurations are drawn in.

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*(.*?)\s*$/;
const HEADER = /^flowchart (TD|TB|BT|LR|RL)$/;
const LABEL = '"([^"]*)"';
const NODE = `(\\w+)(?:\\(\\[${LABEL}\\]\\)|\\{${LABEL}\\}|\\[${LABEL}\\])?`;
const ARROW = `(-->|-\\.->)(?:\\|(?:${LABEL}|([^|"]+))\\|)?`;
const STATEMENT = new RegExp(`^${NODE}(?: ${ARROW} ${NODE})?$`);
const ENTITIES = { quot: '"', lt: '<', gt: '>', amp: '&', nbsp: '\u00a0' };

/** The diagrams of a file, with what to call them: the mermaid blocks of Markdown, or else all of the file. */
export function diagramsOf(file, content) {
  const text = content.replaceAll('\r\n', '\n');
  if (!/\.(md|markdown)$/i.test(file)) return [{ name: file, text }];
  const blocks = blocksOf(text).filter(({ language }) => language === 'mermaid');
  if (blocks.length === 0) throw new Error(`${file}: expected a block of mermaid, found none`);
  return blocks.map(({ line, lines }, i) => ({ name: `${file}: block ${i + 1} (line ${line})`, text: lines.join('\n') }));
}

/** The fenced blocks of Markdown. One without an end goes on to that of the text, as it does for a reader. */
function blocksOf(text) {
  const blocks = [];
  let open;
  for (const [i, line] of text.split('\n').entries()) {
    const [, fence, rest] = FENCE.exec(line) ?? [];
    if (!open && fence) {
      open = { fence, language: rest, line: i + 1, lines: [] };
      blocks.push(open);
    } else if (open && fence?.startsWith(open.fence) && !rest) {
      open = undefined;
    } else {
      open?.lines.push(line);
    }
  }
  return blocks;
}

/**
 * What a diagram says: its nodes, a Map from ids to texts, and its edges, each with from, to, text and whether it is
 * dotted. A text has a line feed where the label breaks, and is that of the id if a node has no label.
 */
export function read(text) {
  const [header, ...statements] = statementsOf(text);
  if (!HEADER.test(header?.text)) throw new Error(`expected "flowchart TD" first, got "${header?.text ?? ''}"`);
  const nodes = new Map();
  const edges = [];
  for (const statement of statements) {
    try {
      readStatement(statement.text, nodes, edges);
    } catch (error) {
      throw new Error(`line ${statement.line} of the diagram: ${error.message}`);
    }
  }
  return { nodes, edges };
}

/** The lines of a diagram that are not empty, with their numbers. A line goes on after one that ends within quotes. */
function statementsOf(text) {
  return [...text.matchAll(/(?:"[^"]*"|[^\n])+/g)]
    .map(({ 0: line, index }) => ({ text: line.trim(), line: text.slice(0, index).split('\n').length }))
    .filter((statement) => statement.text !== '');
}

function readStatement(statement, nodes, edges) {
  const match = STATEMENT.exec(statement);
  if (!match) throw new Error(`expected a node, or an arrow between two, got ${JSON.stringify(statement)}`);
  const [from, round, rhombus, box, arrow, quoted, bare, to, round2, rhombus2, box2] = match.slice(1);
  addNode(nodes, from, round ?? rhombus ?? box);
  if (!arrow) return;
  addNode(nodes, to, round2 ?? rhombus2 ?? box2);
  edges.push({ from, to, text: textOf(quoted ?? bare ?? ''), dotted: arrow === '-.->' });
}

function addNode(nodes, id, label) {
  if (label !== undefined) nodes.set(id, textOf(label));
  else if (!nodes.has(id)) nodes.set(id, id);
}

/** The text of a label: breaks of HTML are line feeds, as its own are, and entities what they stand for. */
function textOf(label) {
  return label.replaceAll('<br/>', '\n').replaceAll(/#(\w+);/g, decode);
}

function decode(entity, name) {
  if (/^\d+$/.test(name)) return String.fromCodePoint(Number(name));
  if (Object.hasOwn(ENTITIES, name)) return ENTITIES[name];
  throw new Error(`expected one of the entities ${Object.keys(ENTITIES).join(', ')} or a number, got "${entity}"`);
}

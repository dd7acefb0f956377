/** Says what differs between a diagram as its source has it and as it was rendered: one fault a line, or none. */
export function compare(source, rendered) {
  const wanted = { nodes: [...source.nodes].map(describeNode), edges: source.edges.map(describeEdge) };
  const seen = {
    nodes: rendered.nodes.map(({ id, text }) => describeNode([nodeOf(id), text])),
    edges: rendered.edges.map((edge) => describeEdge({ ...edge, ...endsOf(edge.id, source) })),
  };
  return [
    ...count('nodes', wanted.nodes, seen.nodes),
    ...count('edges', wanted.edges, seen.edges),
    ...differences([...wanted.nodes, ...wanted.edges], [...seen.nodes, ...seen.edges]),
  ];
}

function describeNode([id, text]) {
  return `node ${id} ${JSON.stringify(text)}`;
}

function describeEdge({ from, to, text, dotted }) {
  return `edge ${from} ${dotted ? '-.->' : '-->'} ${to} ${JSON.stringify(text)}`;
}

/** Mermaid calls the element of a node by the diagram, its kind, the node and a number. */
function nodeOf(id) {
  return /^(?:diagram-)?flowchart-(.*)-\d+$/.exec(id)?.[1] ?? id;
}

/** Mermaid calls an edge by its ends and a number. */
function endsOf(id, { edges }) {
  const ends = id.replace(/_\d+$/, '');
  const named = edges.find(({ from, to }) => ends === `L_${from}_${to}`);
  return named ? { from: named.from, to: named.to } : { from: id, to: '' };
}

function count(what, wanted, seen) {
  return wanted.length === seen.length ? [] : [`expected ${wanted.length} ${what}, saw ${seen.length}`];
}

/** Compares two lists whose order is free, in which an entry may be more than once. */
function differences(wanted, seen) {
  const left = [...seen];
  const missing = wanted.filter((entry) => {
    const at = left.indexOf(entry);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((entry) => `expected: ${entry}`), ...left.map((entry) => `saw:      ${entry}`)];
}

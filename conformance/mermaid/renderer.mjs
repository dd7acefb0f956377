// Renders diagrams with Mermaid in a browser that has no network.
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { chromium } from 'playwright-core';
import { findBrowser } from '../../openapi/reference/browser.mjs';

const MERMAID = fileURLToPath(new URL('node_modules/mermaid/dist/mermaid.min.js', import.meta.url));
/** What the message of an error in the page goes on with. */
const STACK = /\n\s+at /;

export class Renderer {
  #browser;
  #page;
  #requests = new Set();
  #faults = [];

  static async start() {
    const renderer = new Renderer();
    renderer.#browser = await chromium.launch({ executablePath: findBrowser(), args: ['--host-resolver-rules=MAP * ~NOTFOUND'] });
    try {
      await renderer.#open();
      return renderer;
    } catch (error) {
      await renderer.stop();
      throw error;
    }
  }

  /** Opens a page that holds Mermaid, where whatever it asks for is refused and noted. */
  async #open() {
    const context = await this.#browser.newContext({ offline: true });
    await context.route('**', (route) => route.abort());
    context.on('request', (request) => /^(data|blob):/.test(request.url()) || this.#requests.add(request.url()));
    context.on('weberror', (error) => this.#faults.push(`exception: ${error.error().message}`));
    this.#page = await context.newPage();
    await this.#page.setContent('<!doctype html><meta charset="utf-8"><main></main>');
    await this.#page.addScriptTag({ path: MERMAID });
  }

  stop() {
    return this.#browser.close();
  }

  /**
   * Renders a diagram. The answer holds what is to be seen of it, its nodes and edges as read of source.mjs returns
   * them, with the id of an edge instead of its ends; the requests that the page made; and what went wrong, in which
   * case nothing need be seen.
   */
  async render(text) {
    let seen = { nodes: [], edges: [] };
    try {
      seen = await this.#page.evaluate(draw, text);
    } catch (error) {
      this.#faults.push(stripVTControlCharacters(error.message).split(STACK)[0]);
    }
    const [requests, faults] = [[...this.#requests], this.#faults];
    this.#requests.clear();
    this.#faults = [];
    return { ...seen, requests, faults };
  }
}

/** Runs in the page. */
async function draw(text) {
  const { mermaid, document } = window;
  document.querySelector('main').replaceChildren();
  mermaid.initialize({ startOnLoad: false });
  const { svg } = await mermaid.render('diagram', text);
  document.querySelector('main').innerHTML = svg;
  // Two frames, in which the browser asks for whatever the picture needs.
  for (let i = 0; i < 2; i++) await new Promise((resolve) => window.requestAnimationFrame(resolve));

  const all = (selector) => [...document.querySelectorAll(`main ${selector}`)];
  const labels = new Map(all('.edgeLabels [data-id]').map((label) => [label.dataset.id, label]));
  return {
    nodes: all('g.node').map((node) => ({ id: node.id, text: textOf(node) })),
    edges: all('path.flowchart-link[marker-end]').map((edge) => ({
      id: edge.dataset.id,
      text: textOf(labels.get(edge.dataset.id)),
      dotted: edge.classList.contains('edge-pattern-dotted'),
    })),
  };

  /** The text of a label as a reader sees it. */
  function textOf(element) {
    return element?.querySelector('foreignObject')?.firstElementChild.innerText ?? '';
  }
}

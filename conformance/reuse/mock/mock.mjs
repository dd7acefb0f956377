// Runs Prism, as its command line does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PRISM = fileURLToPath(new URL('node_modules/.bin/prism', import.meta.url));

/** A mock server that is made from an OpenAPI document. */
export async function startMock(document) {
  const port = await freePort();
  const prism = spawn(PRISM, ['mock', '--port', port, document], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: prism.stdout });
  const ready = new Promise((resolve, reject) => {
    lines.on('line', (line) => line.includes('Prism is listening') && resolve());
    prism.on('error', reject);
    prism.on('exit', (status) => reject(new Error(`Prism ended with status ${status} before it listened`)));
  });
  await ready;
  return { url: `http://127.0.0.1:${port}`, stop: () => prism.kill() };
}

/** Prism takes no port 0. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * The yardstick: the least that a forwarder on node:http and undici can do. It swaps the credential and forwards; no keys,
 * no limits, no translation, no log. `node yardstick.ts UPSTREAM_URL` prints the port it listens on.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const upstream = new Pool(process.argv[2]!, { connections: 64 });
const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', async () => {
    const answer = await upstream.request({
      method: 'POST',
      path: '/v1/messages',
      headers: {
        'content-type': 'application/json',
        'x-api-key': 'sk-sample',
        'anthropic-version': '2023-06-01',
      },
      body: Buffer.concat(chunks),
    });
    outgoing.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] as string });
    answer.body.pipe(outgoing);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

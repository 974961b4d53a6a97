/** A webhook on a free port of the loopback: tells what came, and answers when it is let. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface Webhook {
  url: string;
  received: { path: string; body: string; answer(status: number): void }[];
  /** Calls wait for `answer` while it is set. */
  holding: boolean;
}

export async function startWebhook(t: TestContext): Promise<Webhook> {
  const hook: Webhook = { url: '', received: [], holding: false };
  const end = (response: ServerResponse) => (status: number) => void response.writeHead(status).end();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const answer = end(response);
    hook.received.push({ path: request.url!, body, answer });
    if (!hook.holding) answer(200);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  hook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return hook;
}

/** The real gateway before a provider that can also stall, with routes whose recording a test switches. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { demoNamespace, demoObjects } from '../../src/cli/demo-objects.ts';
import type { Recorded } from '../../src/core/content/model.ts';
import type { RequestRecord } from '../../src/core/record.ts';
import { startSampleProvider } from '../../src/sample-provider/server.ts';
import { adminToken, askAdmin } from './ask-admin.ts';
import { eventually } from './eventually.ts';
import { type Gateway, type GatewayOptions, removeDirectory, startGateway } from './gateway.ts';

export interface ContentAnswer {
  state: string;
  prompt?: Recorded;
  answer?: Recorded;
  [other: string]: unknown;
}

/** Whoever says "stall" in a stream gets two words and then nothing. */
async function startProvider(t: TestContext): Promise<string> {
  const sample = await startSampleProvider({ host: '127.0.0.1', port: 0, randomId: () => 'x' });
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (!body.includes('stall')) {
      const headers = { 'content-type': 'application/json', 'x-api-key': 'k' };
      const answer = await fetch(sample.url + request.url, { method: 'POST', headers, body });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! });
      response.end(await answer.text());
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (type: string, rest: object) =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`);
    send('message_start', {
      message: {
        id: 'm',
        model: 'm',
        role: 'assistant',
        content: [],
        usage: { input_tokens: 3, output_tokens: 1 },
      },
    });
    send('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
    send('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'two words' } });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await sample.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export class RecordingWorld {
  gateway: Gateway;
  readonly #options: Pick<GatewayOptions, 'args' | 'env'>;

  private constructor(gateway: Gateway, options: Pick<GatewayOptions, 'args' | 'env'>) {
    this.gateway = gateway;
    this.#options = options;
  }

  static async start(t: TestContext, options: Pick<GatewayOptions, 'env'> = {}): Promise<RecordingWorld> {
    const args = ['--demo', '--provider-url', `anthropic=${await startProvider(t)}`];
    return RecordingWorld.of(t, await startGateway({ args, ...options }), { args, ...options });
  }

  /** Around a gateway that runs; it is ended with the test. */
  static of(t: TestContext, gateway: Gateway, options: Pick<GatewayOptions, 'args' | 'env'>): RecordingWorld {
    const world = new RecordingWorld(gateway, options);
    t.after(async () => {
      await world.gateway.stop();
      removeDirectory(world.gateway.dataDir);
    });
    return world;
  }

  killAndRestart(): Promise<void> {
    return this.restart(() => undefined, 'SIGKILL');
  }

  /** `meanwhile` may change what lies in the data directory. */
  async restart(meanwhile: () => void, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { address, dataDir } = this.gateway;
    await this.gateway.stop(signal);
    meanwhile();
    this.gateway = await startGateway({ ...this.#options, address, dataDir });
  }

  admin(method: string, path: string, body?: unknown, token?: string) {
    return askAdmin(this.gateway, method, path, body, token);
  }

  get token(): string {
    return adminToken(this.gateway);
  }

  async apply(...objects: object[]): Promise<void> {
    const yaml = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    const { status, body } = await this.admin('POST', '/resources:apply', { yaml });
    if (status !== 200 || !body.applied) throw new Error(JSON.stringify(body));
  }

  /** Of the demo's route for SDKs. */
  annotate(annotations: Record<string, string>, kind = 'HTTPRoute', name = 'claude-sdk'): Promise<void> {
    const object = demoObjects('x').find(
      (one) => one.kind === kind && (one.metadata.name === name || kind === 'Gateway'),
    )!;
    return this.apply({ ...object, metadata: { ...object.metadata, annotations } });
  }

  call(path: string, body: object, init: RequestInit & { key?: string } = {}): Promise<Response> {
    const { key = 'sk-anna-key', ...rest } = init;
    return fetch(`http://${this.gateway.address}:8080${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...rest,
    });
  }

  /** The call that said so in its user agent, or the newest one. */
  async newest(): Promise<RequestRecord> {
    const { body } = await this.admin('GET', '/calls?limit=1');
    return body.items[0];
  }

  /** The newest call and what was said in it, once there is one that is not `before`. */
  async said(before?: string): Promise<ContentAnswer & { id: string }> {
    return eventually(async () => {
      const { id } = await this.newest();
      if (id === before) throw new Error('no call yet');
      const { body, status } = await this.admin('GET', `/calls/${id}/content`);
      if (status !== 200 || body.state === 'pending') throw new Error(JSON.stringify(body));
      return { ...body, id };
    }, 10_000);
  }

  /** Everything in the data directory, and what the program printed. */
  atRest(): string {
    const read = (directory: string): string[] =>
      readdirSync(directory).flatMap((name) => {
        const path = join(directory, name);
        return statSync(path).isDirectory() ? read(path) : [readFileSync(path, 'latin1')];
      });
    return read(this.gateway.dataDir).join('') + this.gateway.output();
  }
}

export const namespace = demoNamespace;

export function textsOf(recorded: Recorded | undefined): string[] {
  return (recorded?.turns ?? []).flatMap(({ parts }) =>
    parts.map((part) => ('text' in part ? part.text : part.kind)),
  );
}

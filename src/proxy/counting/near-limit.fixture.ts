/** A data path whose budgets are in memory, and a provider whose counter behaves as a test wants. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { dailyBudget } from '../../core/budget/budget.fixture.ts';
import type { Budget } from '../../core/budget/model.ts';
import type { RequestRecord } from '../../core/record.ts';
import { ReplayAccounts } from '../../core/simulate/accounts.ts';
import { answer, countTokens, type SampleRequest } from '../../sample-provider/answer.ts';
import { dataPathWorld, type WorldOptions } from '../data-path.fixture.ts';

export type Counter = (tokens: number, response: ServerResponse, request: IncomingMessage) => void;

export const counts: Counter = (input_tokens, response) => response.end(JSON.stringify({ input_tokens }));

export interface CountingProvider {
  url: string;
  counted: { headers: IncomingMessage['headers']; body: Record<string, unknown> }[];
  /** Calls that were answered, and the tokens that were reported for them. */
  calls: number;
  tokens: number;
  /** How the counter behaves from now on; at first it counts. */
  counter: Counter;
  /** Statuses that the next calls are answered with instead. */
  failing: number[];
}

/** Anthropic's API: the counter says what an answer would report. */
export async function countingProvider(t: TestContext): Promise<CountingProvider> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as SampleRequest;
    response.setHeader('content-type', 'application/json');
    if (request.url!.endsWith('/count_tokens')) {
      provider.counted.push({ headers: request.headers, body: body as unknown as Record<string, unknown> });
      const texts = [body.system ?? '', body.messages, body.tools ?? []];
      return provider.counter(countTokens(JSON.stringify(texts)), response, request);
    }
    const status = provider.failing.shift();
    if (status !== undefined) return void response.writeHead(status).end('{}');
    const { text, usage, stopReason } = answer(body, '1');
    provider.calls++;
    provider.tokens += usage.input_tokens + usage.output_tokens;
    const content = [{ type: 'text', text }];
    response.end(
      JSON.stringify({ type: 'message', id: 'm', model: 'c', content, stop_reason: stopReason, usage }),
    );
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: CountingProvider = { url, counted: [], calls: 0, tokens: 0, counter: counts, failing: [] };
  return provider;
}

export interface NearLimit {
  ask(body?: object): Promise<{ status: number; text: string; headers: Headers }>;
  entries: RequestRecord[];
  /** Of all counters of the budget together. */
  used(): number;
  /** What the last call was decided by. */
  decisions(): string[];
  end(): Promise<void>;
}

export const messages = [{ role: 'user', content: 'What is a virtual key?' }];

export async function nearLimit(
  t: TestContext,
  origin: string,
  budget: Partial<Budget>,
  more: Partial<WorldOptions> = {},
): Promise<NearLimit> {
  const replay = new ReplayAccounts();
  const entries: RequestRecord[] = [];
  const { options, traffic, ...rest } = more;
  const world = await dataPathWorld(t, {
    origin,
    ...rest,
    traffic: { budgets: [dailyBudget(budget)], globalRateLimit: undefined, ...traffic },
    options: {
      accounts: {
        reserve: (request) => replay.reserve(request),
        settle: (charges, entry) => {
          replay.settle(charges, 0);
          if (entry !== '') entries.push(JSON.parse(entry) as RequestRecord);
        },
      },
      ...options,
    },
  });
  return {
    ask: async (body = {}) => {
      const answered = await fetch(`http://127.0.0.1:${world.port}/`, {
        method: 'POST',
        body: JSON.stringify({ messages, ...body }),
      });
      return { status: answered.status, headers: answered.headers, text: await answered.text() };
    },
    entries,
    used: () => entries.flatMap(({ budgets = [] }) => budgets).reduce((sum, { used }) => sum + used, 0),
    decisions: () => entries.at(-1)!.decisions,
    end: () => world.end(),
  };
}

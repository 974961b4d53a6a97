import type { BudgetCounter, BudgetUnit } from './budgets.ts';
import { callApi, openStream } from './client.ts';
import type { Call } from './types.ts';

export type ChatApi = 'Completions' | 'Messages' | 'Responses';

/** A chat API of a route in force. */
export interface Offer {
  port: number;
  host: string;
  path: string;
  api: ChatApi;
  gateway: string;
  listener: string;
  route: string;
  models: string[];
  key: 'required' | 'optional' | 'expression' | 'none';
}

export const listOffers = async (signal?: AbortSignal) =>
  (await callApi<{ items: Offer[] }>('/playground/offers', { signal })).items;

export interface ChatMessage {
  role: 'user' | 'assistant';
  content: string;
}

export interface ChatInput {
  port: number;
  host: string;
  path: string;
  /** Id of a key, or the value of one. */
  key?: string;
  value?: string;
  model: string;
  system?: string;
  messages: ChatMessage[];
  maxTokens?: number;
  temperature?: number;
}

export interface CounterMoved {
  name: string;
  group: string;
  unit: BudgetUnit;
  before: BudgetCounter;
  after: BudgetCounter;
}

export interface Decided {
  call: Call;
  budgets: CounterMoved[];
}

export type ChatEvent =
  | { event: 'head'; data: { status: number } }
  | { event: 'text' | 'thinking'; data: { text: string } }
  | { event: 'finish'; data: { reason: string } }
  | { event: 'refused'; data: { status: number; message: string } }
  | { event: 'failed'; data: { message: string } }
  | { event: 'call'; data: Decided }
  | { event: 'end'; data: object };

/** Tells each event as it comes. Aborting breaks the call off, at the gateway too. */
export async function chat(
  input: ChatInput,
  onEvent: (event: ChatEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await openStream('/playground/chat', input, signal);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) onEvent(eventIn(block));
  }
}

/** As this API writes them: a line for the name, a line for the data. */
function eventIn(block: string): ChatEvent {
  const [, event, data = '{}'] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
  return { event, data: JSON.parse(data) } as ChatEvent;
}

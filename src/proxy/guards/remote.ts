/** Guards that are asked: webhooks in agentgateway's form, and OpenAI's moderation. */
import type { CelProgram } from '../../core/cel/compile.ts';
import type { CloudAuth } from '../../core/cloud-auth.ts';
import {
  type Guard,
  GuardFailure,
  GuardRejection,
  type ModerationCheck,
  type TextSlot,
} from '../../core/guard/model.ts';
import type { Transport } from '../transport.ts';
import type { LinkedWebhook } from './link.ts';

/** What a guard is asked with. */
export interface Asking {
  transport: Transport;
  /** For guards that a cloud runs. */
  cloudAuth?: CloudAuth | undefined;
  /** In [0, 1). */
  random(): number;
  /** Of the client, lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  /** What CEL sees. */
  variables: Record<string, unknown>;
}

export type GuardPhase = 'request' | 'response';

const answerTimeoutMs = 10_000;
const maxAnswerBytes = 16 * 1024 * 1024;

interface Action {
  body?: unknown;
  status_code?: unknown;
  reason?: unknown;
}

/** Replaces what the webhook masked. Throws `GuardRejection`, or `GuardFailure`. True if it masked. */
export async function askWebhook(
  webhook: LinkedWebhook,
  guard: Guard,
  slots: readonly TextSlot[],
  phase: GuardPhase,
  asking: Asking,
): Promise<boolean> {
  const messages = slots.map(({ role, text }) => ({ role, content: text }));
  const body = phase === 'request' ? { messages } : { choices: messages.map((message) => ({ message })) };
  const { origins } = webhook.check;
  if (origins.length === 0) throw new GuardFailure('the webhook has no endpoints');
  const { path = `/${phase}`, headers } = headersFor(webhook, asking);
  const url = `${origins[Math.floor(asking.random() * origins.length)]}${path}`;
  const { action } = (await post(asking.transport, url, headers, { body })) as { action?: Action };
  if (typeof action !== 'object' || action === null)
    throw new GuardFailure('the webhook answered without an action');
  if (typeof action.body === 'string') throw rejectionOf(action, guard);
  if (action.body === undefined || action.body === null) return false;
  return replaceAll(slots, textsOf(action.body, phase));
}

function rejectionOf({ body, status_code, reason }: Action, guard: Guard): GuardRejection {
  const given = Number(status_code);
  const statusCode = given >= 200 && given <= 599 ? given : guard.rejection.statusCode;
  const message = body === '' ? guard.rejection.message : String(body);
  return new GuardRejection({ statusCode, message }, typeof reason === 'string' ? reason : 'webhook');
}

function textsOf(body: unknown, phase: GuardPhase): unknown[] {
  const { messages, choices } = body as {
    messages?: { content?: unknown }[];
    choices?: { message?: { content?: unknown } }[];
  };
  const list = phase === 'request' ? messages : choices?.map(({ message }) => message ?? {});
  if (!Array.isArray(list)) throw new GuardFailure('the webhook masked without giving the texts');
  return list.map((message) => message?.content);
}

/** One text for each that it was sent, or nothing can be put in its place. */
function replaceAll(slots: readonly TextSlot[], texts: readonly unknown[]): boolean {
  if (texts.length !== slots.length || texts.some((text) => typeof text !== 'string'))
    throw new GuardFailure('the webhook gave other texts than it was sent');
  slots.forEach((slot, index) => {
    slot.text = texts[index] as string;
    slot.replace(slot.text);
  });
  return true;
}

/** A header whose expression fails is left out, as agentgateway does; without a path of its own the usual one is asked. */
function headersFor(
  { headers, forward }: LinkedWebhook,
  asking: Asking,
): { path?: string; headers: Record<string, string> } {
  const sent: Record<string, string> = {};
  for (const { name, matches } of forward) {
    const value = asking.headers[name];
    if (value !== undefined && matches(value)) sent[name] = value;
  }
  let path: string | undefined;
  for (const [name, program] of headers) {
    const value = evaluated(program, asking.variables);
    if (value === undefined) continue;
    if (name === ':path') path = value.startsWith('/') ? value : `/${value}`;
    else if (!name.startsWith(':')) sent[name] = value;
  }
  return { path, headers: sent };
}

function evaluated(program: CelProgram, variables: Record<string, unknown>): string | undefined {
  try {
    const value = String(program.evaluate(variables));
    return /[\r\n\0]/.test(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Throws `GuardRejection` for what is flagged, or `GuardFailure`. */
export async function askModeration(
  { url, model, credential }: ModerationCheck,
  guard: Guard,
  slots: readonly TextSlot[],
  asking: Asking,
): Promise<void> {
  const headers: Record<string, string> =
    credential?.type === 'key' ? { authorization: `Bearer ${credential.value}` } : {};
  const body = { model, input: slots.map(({ text }) => text) };
  const { results } = (await post(asking.transport, url, headers, body)) as {
    results?: { flagged?: unknown; categories?: Record<string, unknown> }[];
  };
  if (!Array.isArray(results) || results.length === 0)
    throw new GuardFailure('the moderation answered without results');
  for (const { flagged, categories = {} } of results) {
    if (flagged === false) continue;
    const named = Object.keys(categories).filter((name) => categories[name] === true);
    throw new GuardRejection(guard.rejection, `moderation: ${named.join(', ')}`);
  }
}

export async function post(
  transport: Transport,
  url: string,
  headers: Record<string, string>,
  body: unknown,
): Promise<object> {
  const exchange = transport.send({
    method: 'POST',
    url,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    headersTimeoutMs: answerTimeoutMs,
  });
  const timer = setTimeout(() => exchange.abort(), answerTimeoutMs);
  try {
    const response = await exchange.response;
    const text = await response.text(maxAnswerBytes);
    if (response.status >= 400) throw new GuardFailure(`it answered ${response.status}`);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) throw new GuardFailure('it answered no JSON object');
    return value;
  } catch (error) {
    if (error instanceof GuardFailure) throw error;
    throw new GuardFailure(error instanceof SyntaxError ? 'it answered no JSON' : (error as Error).message);
  } finally {
    clearTimeout(timer);
  }
}

/** `POST /playground/chat`: a call through the gateway's own port, streamed to the page, with what was decided and charged. */
import type { ServerResponse } from 'node:http';
import { sseEvent } from '../../core/llm/sse.ts';
import type { MatchedRoute } from '../../core/route/match.ts';
import { badField, Problem } from '../problem.ts';
import type { Call } from '../route.ts';
import { answerEvents } from './answer-events.ts';
import { type Caller, callerOf } from './caller.ts';
import { bodyOf, type Chat, headersOf } from './dialogs.ts';
import { ask } from './exchange.ts';
import { watchRecords } from './find-record.ts';
import { apiAt, type ChatApi, matchAt, type Place, showKey } from './place.ts';
import { standingBefore } from './standings.ts';

const maxUnderWay = 8;
let underWay = 0;

export interface ChatRequest extends Place, Chat {
  key?: string;
  value?: string;
}

interface Prepared {
  given: ChatRequest;
  matched: MatchedRoute | undefined;
  api: ChatApi;
  caller: Caller;
}

/** All that can be refused is refused before the stream begins. */
export function chat(call: Call) {
  const prepared = prepare(call);
  if (underWay >= maxUnderWay)
    throw new Problem(503, 'too_many', `${maxUnderWay} calls of the playground are under way`, undefined, {
      'retry-after': '5',
    });
  const { given, caller } = prepared;
  const { port, host, path, model } = given;
  call.audit('playground.call', caller.name, { how: caller.how, port, host, path, model });
  return {
    async stream(response: ServerResponse) {
      underWay += 1;
      try {
        await run(call, prepared, response);
      } finally {
        underWay -= 1;
      }
    },
  };
}

function prepare({ context, body }: Call): Prepared {
  const given = body as ChatRequest;
  const inForce = context.inForce();
  if (!inForce.served.has(given.port) || !inForce.binds.some(({ port }) => port === given.port))
    throw badField('port', 'no listener in force has this port');
  const matched = matchAt(inForce, given);
  const api = matched === undefined ? 'Completions' : apiAt(inForce, matched, given);
  if (api === undefined) throw badField('path', 'the route does not lead to a chat API with this path');
  const caller = callerOf(context, given);
  const policy = matched?.rule.traffic.apiKey;
  // Where no policy takes the pass, it would travel on to the provider.
  if (caller.how === 'as key' && policy?.location?.type === 'expression')
    throw badField('key', 'a policy finds the key by an expression here: call with the value');
  if (context.team !== undefined && (caller.key === undefined || policy === undefined))
    throw new Problem(
      403,
      'nobodys',
      'the owner of a team calls as a key of the team, where a route asks for one',
    );
  return { given, matched, api, caller };
}

async function run(call: Call, prepared: Prepared, response: ServerResponse): Promise<void> {
  const { context } = call;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  const tell = async (event: string, data: unknown) => {
    if (gone.signal.aborted || response.write(sseEvent(event, JSON.stringify(data)))) return;
    // A page that reads slowly slows the provider down.
    await new Promise<void>((resolve) => {
      response.once('drain', resolve);
      response.once('close', () => resolve());
    });
  };
  const before = await standingBefore(context, prepared.caller.key);
  const record = await exchange(call, prepared, gone.signal, tell);
  if (record !== undefined)
    await tell('call', { call: record, budgets: await before.moved(record.budgets ?? []) });
  await tell('end', {});
  response.end();
}

async function exchange(
  { context }: Call,
  { given, matched, api, caller }: Prepared,
  gone: AbortSignal,
  tell: (event: string, data: unknown) => Promise<void>,
) {
  const pass = await caller.credential();
  const asksForKey = matched?.rule.traffic.apiKey !== undefined;
  // A pass is for our own policies: where none looks for a key, it would only travel on.
  const isShown = pass !== undefined && (asksForKey || caller.how === 'value');
  const { headers, query } = isShown
    ? showKey(matched?.rule.traffic.apiKey?.location, pass.value)
    : { headers: {}, query: '' };
  const { port, host, path } = given;
  const sent = ask({
    address: context.gatewayHost,
    port,
    host,
    pathAndQuery: path + query,
    headers: { ...headersOf(api), ...headers },
    body: bodyOf(api, given),
  });
  const watch = watchRecords(context, port, sent.source);
  gone.addEventListener('abort', () => sent.abort());
  if (gone.aborted) sent.abort();
  try {
    for await (const { event, data } of answerEvents(api, await sent.answer)) await tell(event, data);
    return await watch.found(gone);
  } catch (error) {
    const why = sent.brokenOff() ?? (error instanceof Error ? error.message : String(error));
    await tell('failed', { message: why });
    return await watch.found(gone);
  } finally {
    pass?.end();
    watch.end();
    sent.abort();
  }
}

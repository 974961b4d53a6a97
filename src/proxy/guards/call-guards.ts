/** The prompt guards of one call: its request before anything is sent, its answer before the client sees it. */

import type { RouteType } from '../../core/config/snapshot.ts';
import { answersText, answerTexts } from '../../core/guard/answer-texts.ts';
import { guardedStream } from '../../core/guard/guarded-stream.ts';
import { HeldEvents } from '../../core/guard/held-events.ts';
import { isObject, type Json } from '../../core/guard/json-slots.ts';
import { type CallKind, kindOf } from '../../core/guard/kind.ts';
import { GuardRejection, type PromptGuard } from '../../core/guard/model.ts';
import { requestTexts } from '../../core/guard/request-texts.ts';
import { type StreamCheck, StreamGuard } from '../../core/guard/stream-guard.ts';
import { unreadableAnswer, unreadablePart } from '../../core/guard/unreadable-parts.ts';
import { patchObjectText } from '../../core/llm/json-text.ts';
import { streamError } from '../../core/llm/translate.ts';
import type { StreamTranslator } from '../../core/llm/translate-contract.ts';
import type { PolicyContext } from '../../core/policy/policy.ts';
import type { DataPathDependencies } from '../dependencies.ts';
import { checkTexts, type Notes, scopeOf } from './check.ts';
import { type LinkedPromptGuard, linkGuard } from './link.ts';
import type { Asking } from './remote.ts';

export class CallGuards {
  readonly guard: PromptGuard;
  readonly #linked: LinkedPromptGuard;
  readonly #context: PolicyContext;
  readonly #routeType: RouteType;
  readonly #kind: CallKind;
  readonly #asking: Asking;

  /** Throws `GuardFailure` where a guard does not compile. */
  constructor(
    guard: PromptGuard,
    context: PolicyContext,
    { routeType, path }: { routeType: RouteType; path: string },
    deps: DataPathDependencies,
  ) {
    this.guard = guard;
    this.#linked = linkGuard(guard, deps);
    this.#context = context;
    this.#routeType = routeType;
    this.#kind = kindOf(routeType, path);
    this.#asking = {
      transport: deps.transport,
      cloudAuth: deps.cloudAuth,
      random: deps.random,
      headers: context.request.headers,
      variables: context.variables,
    };
  }

  /** A guard that has to be asked sees an answer whole: a stream is held until its end. */
  get holdsStreams(): boolean {
    return this.#linked.response.some(({ scanner }) => scanner === undefined);
  }

  /** The request's body as it may go on. Throws `GuardRejection` and `GuardFailure`. */
  async request(text: string): Promise<string> {
    if (this.#routeType === 'Models') return text;
    this.#refuseUnreadable(text);
    const body = this.#linked.request.length > 0 ? parsed(text) : undefined;
    if (body === undefined && this.#linked.request.length > 0 && this.#kind !== this.#routeType)
      throw unreadable(`a body of the kind ${this.#kind} that is no JSON object`);
    // Of chat, what is no JSON object is refused by translation.
    if (body === undefined) return text;
    this.#refuseUnreadablePart(body);
    const slots = requestTexts(this.#kind, body)!;
    const notes: Notes = [];
    const changed = await checkTexts(this.#linked.request, slots, 'request', this.#asking, notes);
    this.#note(notes, 'request');
    return changed ? patched(text, body) : text;
  }

  /** A whole answer as it may go on. */
  async answer(text: string): Promise<string> {
    const body = this.#linked.response.length > 0 && answersText(this.#kind) ? parsed(text) : undefined;
    if (body === undefined) return text;
    const notes: Notes = [];
    const slots = answerTexts(this.#kind, body)!;
    const changed = await checkTexts(this.#linked.response, slots, 'response', this.#asking, notes);
    this.#note(notes, 'answer');
    return changed ? patched(text, body) : text;
  }

  /** A stream that was held, as it may go on: its events, in the client's dialect. */
  async heldStream(text: string): Promise<string> {
    const held = new HeldEvents(this.#kind, text);
    const notes: Notes = [];
    await checkTexts(this.#linked.response, held.slots, 'response', this.#asking, notes);
    this.#note(notes, 'answer');
    return held.text();
  }

  /** Only for streams that are not held. */
  stream(inner: StreamTranslator): StreamTranslator {
    if (this.#linked.response.length === 0) return inner;
    const checks = this.#linked.response.map(({ guard, scanner }): StreamCheck => {
      const rejects = guard.check.type === 'regex' && guard.check.action === 'Reject';
      return { guard, scanner: scanner!, rejects };
    });
    const guard = new StreamGuard(this.#kind, checks);
    const stream = guardedStream(inner, guard, (message) =>
      streamError(this.#routeType, guard.rejection?.statusCode ?? 403, message),
    );
    const end: StreamTranslator['end'] = (reason, why) => {
      const last = stream.end(reason, why);
      this.#note(guard.masked, 'answer');
      return last;
    };
    return { ...stream, end };
  }

  #note(notes: readonly string[], where: string): void {
    if (notes.length === 0) return;
    const counts = new Map<string, number>();
    for (const note of notes) counts.set(note, (counts.get(note) ?? 0) + 1);
    const told = [...counts].map(([note, count]) => (count === 1 ? note : `${note} ×${count}`)).join(', ');
    this.#context.decisions.push(`guard ${this.guard.source}: masked ${told} in the ${where}`);
  }

  /** A kind of call that is not understood would pass unseen. */
  #refuseUnreadable(text: string): void {
    const request = this.#linked.request.length > 0 && requestTexts(this.#kind, {}) === undefined;
    const answer = this.#linked.response.length > 0 && answerTexts(this.#kind, {}) === undefined;
    const more = this.#linked.response.length > 0 ? unreadableAnswer(this.#kind, text) : undefined;
    if (more !== undefined) throw unreadable(`answers in what ${more} asks for: they read text`);
    if (!request && !answer) return;
    const what = request ? 'calls' : 'answers to calls';
    throw unreadable(`${what} of the kind ${this.#kind}`);
  }

  /** So would a picture among the texts, where a guard is to look at that part of the request. */
  #refuseUnreadablePart(body: Json): void {
    const scopes = new Set(this.#linked.request.flatMap(({ guard }) => scopeOf(guard)));
    const part = unreadablePart(this.#kind, body, scopes);
    if (part === undefined) return;
    throw unreadable(`${part.path} (${part.type}): they read text`);
  }
}

function unreadable(what: string): GuardRejection {
  const message = `the guards of this route can not read ${what}`;
  return new GuardRejection({ statusCode: 403, message }, 'can not be read');
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Members that are as they were keep their bytes. */
function patched(text: string, changed: Json): string {
  const before = parsed(text)!;
  const changes = Object.entries(changed).flatMap(([name, value]): [string, string][] => {
    const now = JSON.stringify(value);
    return now === JSON.stringify(before[name]) ? [] : [[name, now]];
  });
  return patchObjectText(text, Object.fromEntries(changes));
}

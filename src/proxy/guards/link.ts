/** A prompt guard made ready to check: expressions compiled once, when the first call meets it. */
import type { CelProgram, CompileExpression } from '../../core/cel/compile.ts';
import { type Guard, GuardFailure, type PromptGuard, type WebhookCheck } from '../../core/guard/model.ts';
import type { CompileRegex, LinearRegex } from '../../core/guard/regex.ts';
import { compileScanner, type Scanner } from '../../core/guard/scanner.ts';

export interface GuardEngines {
  compileRegex: CompileRegex;
  compileExpression: CompileExpression;
}

export interface LinkedWebhook {
  check: WebhookCheck;
  headers: [name: string, program: CelProgram][];
  forward: { name: string; matches(value: string): boolean }[];
}

export interface LinkedGuard {
  guard: Guard;
  /** Of a regex guard. */
  scanner?: Scanner;
  webhook?: LinkedWebhook;
}

export interface LinkedPromptGuard {
  source: string;
  request: LinkedGuard[];
  response: LinkedGuard[];
}

/** Snapshots are immutable, and gone with the snapshot. */
const linked = new WeakMap<PromptGuard, LinkedPromptGuard>();

/** Throws `GuardFailure` for what does not compile: the configuration said so too, and is not obeyed less here. */
export function linkGuard(guard: PromptGuard, engines: GuardEngines): LinkedPromptGuard {
  let found = linked.get(guard);
  if (found === undefined) {
    const link = (one: Guard) => linkOne(one, engines);
    found = { source: guard.source, request: guard.request.map(link), response: guard.response.map(link) };
    linked.set(guard, found);
  }
  return found;
}

function linkOne(guard: Guard, engines: GuardEngines): LinkedGuard {
  const { check } = guard;
  try {
    if (check.type === 'regex') return { guard, scanner: compileScanner(check, engines.compileRegex) };
    if (check.type === 'webhook') return { guard, webhook: linkWebhook(check, engines) };
    return { guard };
  } catch (error) {
    throw new GuardFailure(error instanceof Error ? error.message : String(error));
  }
}

function linkWebhook(check: WebhookCheck, { compileExpression, compileRegex }: GuardEngines): LinkedWebhook {
  const headers = Object.entries(check.headers).map(([name, source]): [string, CelProgram] => {
    const compiled = compileExpression(source);
    if (!compiled.ok) throw new GuardFailure(compiled.error);
    return [name.toLowerCase(), compiled.program];
  });
  const forward = check.forward.map(({ name, type, value }) => ({
    name: name.toLowerCase(),
    matches: type === 'Exact' ? (given: string) => given === value : wholly(compileRegex(value)),
  }));
  return { check, headers, forward };
}

/** Gateway API's regular expressions are for the whole value. */
function wholly(regex: LinearRegex): (value: string) => boolean {
  return (value) => regex.matches(value, 0).some(([start, end]) => start === 0 && end === value.length);
}

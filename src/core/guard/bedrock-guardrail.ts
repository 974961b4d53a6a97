/** Bedrock's ApplyGuardrail: what it is asked, and what its answer means. */
import { isObject, type Json } from './json-slots.ts';
import { type BedrockGuardrailCheck, GuardFailure } from './model.ts';

/** `masked`: one text for each that was sent; undefined: the answer does not say which is whose. */
export type GuardrailVerdict =
  | { verdict: 'pass' }
  | { verdict: 'blocked'; reason: string }
  | { verdict: 'masked'; texts: string[] | undefined; reason: string };

export function guardrailUrl({ origin, identifier, version }: BedrockGuardrailCheck): string {
  return `${origin}/guardrail/${encodeURIComponent(identifier)}/version/${encodeURIComponent(version)}/apply`;
}

export function guardrailBody(texts: readonly string[], phase: 'request' | 'response'): object {
  const content = texts.map((text) => ({ text: { text } }));
  return { source: phase === 'request' ? 'INPUT' : 'OUTPUT', content };
}

/** Throws `GuardFailure` for an answer that makes no sense. */
export function readGuardrail(answer: Json, sent: number): GuardrailVerdict {
  const { action, assessments } = answer;
  if (action === 'NONE') return { verdict: 'pass' };
  if (action !== 'GUARDRAIL_INTERVENED') throw new GuardFailure('the guardrail answered without an action');
  const found: Finding[] = [];
  collect(assessments, found);
  const blocked = found.filter(({ action }) => action === 'BLOCKED');
  const masked = found.filter(({ action }) => action === 'ANONYMIZED');
  // What is not known to be a mask only is taken for a block.
  if (blocked.length > 0 || masked.length === 0) return { verdict: 'blocked', reason: reasonOf(blocked) };
  const outputs = Array.isArray(answer['outputs']) ? answer['outputs'] : [];
  const texts = outputs.flatMap((output) =>
    isObject(output) && typeof output['text'] === 'string' ? [output['text']] : [],
  );
  const told = texts.length === sent && outputs.length === sent ? texts : undefined;
  return { verdict: 'masked', texts: told, reason: reasonOf(masked) };
}

interface Finding {
  action: string;
  label: string;
}

/** Findings are wherever an object has an action; what was found (`match`) stays unread. */
function collect(value: unknown, found: Finding[]): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found);
  if (!isObject(value)) return;
  const { action } = value;
  if (typeof action === 'string')
    found.push({ action, label: String(value['name'] ?? value['type'] ?? 'word') });
  else for (const member of Object.values(value)) collect(member, found);
}

function reasonOf(findings: readonly Finding[]): string {
  const labels = [...new Set(findings.map(({ label }) => label))].slice(0, 10).join(', ');
  return labels === '' ? 'guardrail' : `guardrail: ${labels}`;
}

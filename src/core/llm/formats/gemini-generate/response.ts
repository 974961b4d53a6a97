/** Whole generateContent answers. */
import { citationsOfGemini, groundingMetadata } from '../../citations-gemini.ts';
import { asArray, type Fields } from '../../fields.ts';
import type { AnswerContext } from '../../format.ts';
import { either } from '../../gemini-names.ts';
import {
  averageOf,
  logprobsIn,
  logprobsOfGemini,
  logprobsResult,
  sumOfLogprobs,
  withLogprobs,
} from '../../logprobs.ts';
import type { CanonicalResponse, FinishReason, ThinkingPart } from '../../model.ts';
import { geminiSpeechPart, joinSpeech, speechOfPart } from '../../speech.ts';
import { sealSignature, unsealSignature } from '../../thinking-seal.ts';
import { ReplyFault } from '../../translate-contract.ts';
import type { Usage } from '../../usage.ts';
import { encodeUsage } from './usage.ts';

const toWire: Record<FinishReason, string> = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  pause: 'STOP',
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  refusal: 'SAFETY',
};
const refusals = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
]);

export function finishReasonToWire(reason: FinishReason): string {
  return toWire[reason];
}

const faults = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MALFORMED_RESPONSE',
]);

/** An answer that failed although its status says that it did not: as a complete one it would be taken for silence. */
export function faultOf(reason: unknown): string | undefined {
  return faults.has(String(reason)) ? `the model failed: ${String(reason)}` : undefined;
}

/** A call of a tool has no reason of its own here. */
export function finishReasonFromWire(reason: unknown, called: boolean): FinishReason {
  if (reason === 'MAX_TOKENS') return 'length';
  if (refusals.has(String(reason))) return 'refusal';
  return called ? 'tool-calls' : 'stop';
}

export function candidateOf(body: Fields): Fields | undefined {
  return Array.isArray(body['candidates']) ? (body['candidates'][0] as Fields | undefined) : undefined;
}

export function partsOf(candidate: Fields | undefined): Fields[] {
  const content = candidate?.['content'] as Fields | undefined;
  return Array.isArray(content?.['parts']) ? (content['parts'] as Fields[]) : [];
}

/** The prompt itself was refused: there is no candidate then. */
export function isBlocked(body: Fields): boolean {
  return (body['promptFeedback'] as Fields | undefined)?.['blockReason'] !== undefined;
}

/** `number`: of the call in its answer, for those that come without an id. */
export function decodeParts(part: Fields, answerId: string, number: number): CanonicalResponse['parts'] {
  const call = part['functionCall'] as Fields | undefined;
  if (call !== undefined) {
    const id =
      typeof call['id'] === 'string' && call['id'] !== '' ? call['id'] : `call_${answerId}_${number}`;
    const args = JSON.stringify(call['args'] ?? {});
    const mark = unsealSignature('', either(part, 'thoughtSignature'));
    const decoded = { type: 'tool-call' as const, id, name: String(call['name']), arguments: args };
    return mark === undefined ? [decoded] : [mark, decoded];
  }
  if (typeof part['text'] !== 'string') return [];
  if (part['thought'] !== true) return part['text'] === '' ? [] : [{ type: 'text', text: part['text'] }];
  return [{ type: 'thinking', text: part['text'] }];
}

export function decodeResponse(body: Fields): CanonicalResponse {
  try {
    if (!isBlocked(body)) asArray(body['candidates'], 'candidates');
    const answer = decodeCandidate(candidateOf(body), body);
    const rest = Array.isArray(body['candidates']) ? (body['candidates'] as Fields[]).slice(1) : [];
    return rest.length === 0
      ? answer
      : { ...answer, others: rest.map((candidate) => decodeCandidate(candidate, body)) };
  } catch (error) {
    throw new ReplyFault((error as Error).message);
  }
}

function decodeCandidate(candidate: Fields | undefined, body: Fields): CanonicalResponse {
  const fault = faultOf(candidate?.['finishReason']);
  if (fault !== undefined) throw new ReplyFault(fault);
  const id = String(body['responseId'] ?? '');
  const parts: CanonicalResponse['parts'] = [];
  const speech: string[] = [];
  let calls = 0;
  for (const part of partsOf(candidate)) {
    if (part['inlineData'] !== undefined) collectSpeech(part, speech);
    const decoded = decodeParts(part, id, calls);
    if (decoded.some(({ type }) => type === 'tool-call')) calls++;
    parts.push(...decoded);
  }
  const citations = citationsOfGemini(candidate, textsOf(parts).join(''));
  const reason = finishReasonFromWire(candidate?.['finishReason'], calls > 0);
  return {
    id,
    model: String(body['modelVersion'] ?? ''),
    parts: withLogprobs(parts, logprobsOfGemini(candidate)),
    finishReason: isBlocked(body) ? 'refusal' : reason,
    ...(citations.length > 0 && { citations }),
    ...(speech.length > 0 && { speech: joinSpeech(speech) }),
  };
}

function collectSpeech(part: Fields, speech: string[]): void {
  const data = speechOfPart(part);
  if (data !== undefined) speech.push(data);
}

/** Of each part; undefined for one that is no text. */
function textsOf(parts: CanonicalResponse['parts']): (string | undefined)[] {
  return parts.map((part) => (part.type === 'text' ? part.text : undefined));
}

export function thoughtPart({ text, ...part }: ThinkingPart): Fields {
  return { text, thought: true, thoughtSignature: sealSignature({ text, ...part }) };
}

export function callPart(call: { id: string; name: string; arguments: string }): Fields {
  return { functionCall: { id: call.id, name: call.name, args: parseArgs(call.arguments) } };
}

/** A provider's arguments that are not JSON are shown as they are rather than lost. */
function parseArgs(text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return { arguments: text };
  }
}

export function encodeResponse(response: CanonicalResponse, usage: Usage, _context: AnswerContext): string {
  return JSON.stringify({
    candidates: [response, ...(response.others ?? [])].map(encodeCandidate),
    usageMetadata: encodeUsage(usage),
    modelVersion: response.model,
    responseId: response.id,
  });
}

function encodeCandidate(response: CanonicalResponse, index: number): Fields {
  const parts = response.parts.map((part): Fields => {
    if (part.type === 'text') return { text: part.text };
    return part.type === 'thinking' ? thoughtPart(part) : callPart(part);
  });
  if (response.speech !== undefined) parts.push(geminiSpeechPart(response.speech));
  const tokens = logprobsIn(response.parts);
  return {
    content: { parts, role: 'model' },
    finishReason: finishReasonToWire(response.finishReason),
    index,
    groundingMetadata: response.citations && groundingMetadata(response.citations, textsOf(response.parts)),
    ...(tokens && {
      ...averageOf(sumOfLogprobs(tokens), tokens.length),
      logprobsResult: logprobsResult(tokens),
    }),
  };
}

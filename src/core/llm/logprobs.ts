/** How likely the tokens of an answer were, as each API that knows it tells it. */
import { FieldFault, type Fields } from './fields.ts';
import type { CanonicalRequest, CanonicalResponse, TokenChance, TokenLogprob } from './model.ts';

const objects = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];

/** For APIs that report none: better an error than an answer without what was asked for. */
export function refuseLogprobs({ logprobs }: CanonicalRequest): void {
  if (logprobs !== undefined)
    throw new FieldFault(logprobs.path, 'this provider reports no log probabilities');
}

/** The report is of the words, which stand in one part as a rule: it goes with the last of them. */
export function withLogprobs(
  parts: CanonicalResponse['parts'],
  logprobs: TokenLogprob[] | undefined,
): CanonicalResponse['parts'] {
  const last = logprobs && parts.findLastIndex(({ type }) => type === 'text');
  if (last === undefined || last < 0) return parts;
  return parts.map((part, index) => (index === last && part.type === 'text' ? { ...part, logprobs } : part));
}

export function logprobsIn(parts: CanonicalResponse['parts']): TokenLogprob[] | undefined {
  const told = parts.flatMap((part) => (part.type === 'text' && part.logprobs) || []);
  return told.length === 0 ? undefined : told;
}

/** Of a choice of chat completions. */
export function logprobsOfChoice(choice: Fields): TokenLogprob[] | undefined {
  const told = choice['logprobs'] as Fields | null | undefined;
  if (typeof told !== 'object' || told === null) return undefined;
  const tokens = [...(logprobsOfOpenai(told['content']) ?? []), ...(logprobsOfOpenai(told['refusal']) ?? [])];
  return tokens.length === 0 ? undefined : tokens;
}

/** Of a list, as both of OpenAI's APIs have it. */
export function logprobsOfOpenai(list: unknown): TokenLogprob[] | undefined {
  const tokens = objects(list).map((token) => ({
    ...chanceOfOpenai(token),
    top: objects(token['top_logprobs']).map(chanceOfOpenai),
  }));
  return tokens.length === 0 ? undefined : tokens;
}

function chanceOfOpenai({ token, logprob, bytes }: Fields): TokenChance {
  const known = Array.isArray(bytes) ? { bytes: bytes as number[] } : {};
  return { token: String(token ?? ''), logprob: Number(logprob), ...known };
}

/** `bytes: false` for the events of streams of the Responses API, which have none. */
export function openaiLogprobs(tokens: readonly TokenLogprob[], { bytes = true } = {}): Fields[] {
  const told = (chance: TokenChance): Fields => {
    const { token, logprob } = chance;
    return bytes ? { token, logprob, bytes: bytesOf(chance) } : { token, logprob };
  };
  return tokens.map((token) => ({ ...told(token), top_logprobs: token.top.map(told) }));
}

/** Null for a token that is no whole text: its provider shows it as one, and its bytes are not known. */
function bytesOf({ token, bytes }: TokenChance): number[] | null {
  if (bytes !== undefined) return bytes;
  if (token.includes('\ufffd') || !token.isWellFormed()) return null;
  const encoded = encodeURIComponent(token).match(/%..|./g) ?? [];
  return encoded.map((one) => (one.length === 3 ? Number.parseInt(one.slice(1), 16) : one.charCodeAt(0)));
}

export function logprobsOfGemini(candidate: Fields | undefined): TokenLogprob[] | undefined {
  const result = candidate?.['logprobsResult'] as Fields | null | undefined;
  if (typeof result !== 'object' || result === null) return undefined;
  const steps = objects(result['topCandidates']);
  const tokens = objects(result['chosenCandidates']).map((chosen, step) => ({
    ...chanceOfGemini(chosen),
    top: objects(steps[step]?.['candidates']).map(chanceOfGemini),
  }));
  return tokens.length === 0 ? undefined : tokens;
}

/** A probability of one is left out, as protocol buffers do with zeros. */
function chanceOfGemini({ token, logProbability }: Fields): TokenChance {
  return { token: String(token ?? ''), logprob: Number(logProbability ?? 0) };
}

export function logprobsResult(tokens: readonly TokenLogprob[]): Fields {
  const told = ({ token, logprob }: TokenChance) => ({ token, logProbability: logprob });
  const steps = tokens.some(({ top }) => top.length > 0);
  return {
    chosenCandidates: tokens.map(told),
    ...(steps && { topCandidates: tokens.map(({ top }) => ({ candidates: top.map(told) })) }),
  };
}

/** Gemini's figure for a whole answer. */
export function averageOf(sum: number, count: number): { avgLogprobs?: number } {
  return count === 0 ? {} : { avgLogprobs: sum / count };
}

export const sumOfLogprobs = (tokens: readonly TokenLogprob[]): number =>
  tokens.reduce((sum, { logprob }) => sum + logprob, 0);

/** What a realtime session used, read from its events as they pass: reported with each response, else estimated and marked. */
import { estimateTokens } from '../estimate.ts';
import type { Fields } from '../fields.ts';
import { decodeUsage } from '../formats/openai-responses/usage.ts';
import { mediaOf, noUsage, sumOf, type Usage } from '../usage.ts';

/** Sound is 24 kHz in 16 bits where nothing else is agreed: ten tokens a second heard, twenty spoken (OpenAI's figures). */
const bytesPerSecond = 48_000;
const tokensPerSecondHeard = 10;
const tokensPerSecondSpoken = 20;

export class RealtimeMeter {
  #reported: Usage = noUsage;
  /** Of the response that is under way. */
  #text = '';
  #spokenBytes = 0;
  #heardBytes = 0;
  /** A response has begun and is not done. */
  #open = false;

  /** Of the client: its sound is input of the next response. */
  sent(event: string): void {
    if (event.includes('input_audio_buffer.append')) this.#heardBytes += bytesIn(parsed(event)?.['audio']);
  }

  /** Of the provider. True when it reported what was used. */
  received(event: string): boolean {
    const told = /"type"\s*:\s*"(response\.|conversation\.item\.input_audio_transcription\.)/.test(event);
    const body = told ? parsed(event) : undefined;
    const type = body?.['type'];
    if (body === undefined || typeof type !== 'string') return false;
    if (type === 'response.created') this.#open = true;
    if (type === 'response.done') return this.#done(body);
    if (type.endsWith('.delta')) this.#delta(type, body['delta']);
    if (type.endsWith('input_audio_transcription.completed')) return this.#add(usageOf(body));
    return false;
  }

  usage(): Usage {
    if (!this.#open) return this.#reported;
    const spoken = Math.ceil((this.#spokenBytes / bytesPerSecond) * tokensPerSecondSpoken);
    const heard = Math.ceil((this.#heardBytes / bytesPerSecond) * tokensPerSecondHeard);
    const outputTokens = spoken + estimateTokens(this.#text);
    const media = mediaOf({ audioInput: heard, audioOutput: spoken });
    return sumOf(this.#reported, { ...noUsage, inputTokens: heard, outputTokens, ...media, estimated: true });
  }

  #delta(type: string, delta: unknown): void {
    if (type.endsWith('audio.delta')) this.#spokenBytes += bytesIn(delta);
    else if (typeof delta === 'string') this.#text += delta;
  }

  #done(body: Fields): boolean {
    const response = body['response'];
    const usage = typeof response === 'object' && response !== null ? usageOf(response as Fields) : undefined;
    const known = usage ?? { ...this.#openUsage(), estimated: true };
    this.#open = false;
    this.#text = '';
    this.#spokenBytes = 0;
    this.#heardBytes = 0;
    return this.#add(known);
  }

  #openUsage(): Usage {
    const before = this.#reported;
    this.#reported = noUsage;
    this.#open = true;
    const usage = this.usage();
    this.#reported = before;
    return usage;
  }

  #add(usage: Usage | undefined): boolean {
    if (usage !== undefined) this.#reported = sumOf(this.#reported, usage);
    return usage !== undefined;
  }
}

function usageOf(body: Fields): Usage | undefined {
  const seconds = (body['usage'] as Fields | null | undefined)?.['seconds'];
  if (typeof seconds !== 'number') return decodeUsage(body);
  const inputTokens = Math.ceil(seconds * tokensPerSecondHeard);
  return { ...noUsage, inputTokens, ...mediaOf({ audioInput: inputTokens }), estimated: true };
}

/** Of a text in base64. */
function bytesIn(value: unknown): number {
  return typeof value === 'string' ? Math.floor((value.length * 3) / 4) : 0;
}

function parsed(event: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(event);
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

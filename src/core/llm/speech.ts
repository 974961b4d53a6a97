/**
 * Sound between OpenAI's chat completions and Gemini's API. What is heard comes in files of several types; what is said is at Gemini always
 * raw: 16 bits a sample, 24,000 a second, one channel, the same bytes as OpenAI's `pcm16`.
 */
import { decodeBase64Bytes, encodeBase64 } from '../text/bytes.ts';
import { FieldFault, type Fields } from './fields.ts';
import type { AudioPart, CanonicalRequest } from './model.ts';
import { ReplyFault } from './translate-contract.ts';

/** For APIs that take no sound. */
export function refuseSound({ path }: AudioPart): never {
  throw new FieldFault(path, 'this provider takes no sound');
}

/** For APIs that answer in text only. */
export function refuseSpeech({ speech }: CanonicalRequest): void {
  if (speech !== undefined) throw new FieldFault(speech.path, 'this provider answers in text only');
}

const chatFormats: Record<string, string> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/mp3': 'mp3',
  'audio/mpeg': 'mp3',
};

/** `input_audio` of chat completions. */
export function inputAudio({ mediaType, data, path }: AudioPart): Fields {
  const format = chatFormats[mediaType.split(';', 1)[0]!.toLowerCase()];
  if (format === undefined)
    throw new FieldFault(path, `this provider takes no "${mediaType}": use audio/wav or audio/mp3`);
  return { data, format };
}

const openaiVoices = /^(alloy|ash|ballad|cedar|coral|echo|fable|marin|nova|onyx|sage|shimmer|verse)$/i;
const geminiVoices =
  /^(achernar|achird|algenib|algieba|alnilam|aoede|autonoe|callirrhoe|charon|despina|enceladus|erinome|fenrir|gacrux|iapetus|kore|laomedeia|leda|orus|puck|pulcherrima|rasalgethi|sadachbia|sadaltager|schedar|sulafat|umbriel|vindemiatrix|zephyr|zubenelgenubi)$/i;

type Speech = NonNullable<CanonicalRequest['speech']>;

/** OpenAI's must have a voice. */
export function chatSpeech({ voice = 'alloy', voicePath, path }: Speech, drops: string[]): Fields {
  if (geminiVoices.test(voice))
    throw new FieldFault(voicePath ?? path, `"${voice}" is a voice of Gemini: use alloy, marin or another`);
  drops.push('transcript of the sound');
  return { modalities: ['text', 'audio'], audio: { voice, format: 'pcm16' } };
}

export function geminiSpeech(
  { voice, format, voicePath, formatPath, path }: Speech,
  drops: string[],
): Fields {
  if (format !== undefined && format !== 'pcm16')
    throw new FieldFault(formatPath ?? path, `this provider speaks in pcm16 only, not in "${format}"`);
  if (voice !== undefined && openaiVoices.test(voice))
    throw new FieldFault(voicePath ?? path, `"${voice}" is a voice of OpenAI: use Kore, Puck or another`);
  drops.push('transcript of the sound');
  const voiceConfig = { prebuiltVoiceConfig: { voiceName: voice } };
  return { responseModalities: ['AUDIO'], speechConfig: voice === undefined ? undefined : { voiceConfig } };
}

const geminiType = 'audio/L16;codec=pcm;rate=24000';

/** Of a part of Gemini's, base64; undefined for one that is no sound. */
export function speechOfPart(part: Fields): string | undefined {
  const inline = part['inlineData'] as Fields | null | undefined;
  const mediaType = inline?.['mimeType'];
  if (typeof mediaType !== 'string' || !mediaType.startsWith('audio/')) return undefined;
  const rate = /rate=(\d+)/.exec(mediaType)?.[1] ?? '24000';
  if (!/^audio\/(l16|pcm)/i.test(mediaType) || rate !== '24000')
    throw new ReplyFault(`its sound is "${mediaType.slice(0, 60)}", which can not be given on as pcm16`);
  return String(inline?.['data'] ?? '');
}

export function geminiSpeechPart(data: string): Fields {
  return { inlineData: { mimeType: geminiType, data } };
}

/** Several pieces as one: base64 ends with padding where its bytes are no multiple of three. */
export function joinSpeech(pieces: readonly string[]): string {
  if (pieces.slice(0, -1).every((piece) => !piece.endsWith('='))) return pieces.join('');
  const bytes = pieces.map((piece) => {
    const decoded = decodeBase64Bytes(piece);
    if (decoded === undefined) throw new ReplyFault('its sound is not base64');
    return decoded;
  });
  const joined = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of bytes) {
    joined.set(piece, at);
    at += piece.length;
  }
  return encodeBase64(joined);
}

/**
 * Thinking that its provider signed, on its way through clients of other APIs and back. What each provider signed is told
 * apart by a prefix, so that it is given back to that provider only. Gemini signs a call of a tool instead of a thought: its
 * signature travels as a redacted thought right before the call.
 */
import type { ThinkingPart } from './model.ts';

const signed = 'tollgate.signed.';
const redacted = 'tollgate.redacted.';

/** For APIs with one opaque text (`encrypted_content`). */
export function sealThinking(part: ThinkingPart): string | undefined {
  if (part.redacted !== undefined) return redacted + part.redacted;
  return part.signature === undefined ? undefined : signed + part.signature;
}

/** What some other provider encrypted means nothing to the one that is called now: no signature then. */
export function unsealThinking(text: string, sealed: unknown): ThinkingPart {
  if (typeof sealed === 'string' && sealed.startsWith(redacted))
    return { type: 'thinking', text: '', redacted: sealed.slice(redacted.length) };
  if (typeof sealed === 'string' && sealed.startsWith(signed))
    return { type: 'thinking', text, signature: sealed.slice(signed.length) };
  return { type: 'thinking', text };
}

/** Of redacted thoughts, those that carry a signature of Gemini. */
const ofGemini = 'gemini:';
/** In Gemini's `thoughtSignature`, which must be base64: others' signatures and redacted thoughts. */
const signedElsewhere = 'tollgate/signed/';
const redactedElsewhere = 'tollgate/redactd';

/** Whether an `encrypted_content` is one of ours, and so not OpenAI's. */
export function isForeignSeal(sealed: unknown): boolean {
  return typeof sealed === 'string' && (sealed.startsWith(signed) || sealed.startsWith(redacted));
}

/** Whether a `thoughtSignature` is one of ours, and so not Gemini's. */
export function isForeignSignature(signature: unknown): boolean {
  return (
    typeof signature === 'string' &&
    (signature.startsWith(signedElsewhere) || signature.startsWith(redactedElsewhere))
  );
}

/** Whether the data of a redacted thought is one of ours, and so not Anthropic's. */
export function isForeignData(data: unknown): boolean {
  return typeof data === 'string' && data.startsWith(ofGemini);
}

export function isOfGemini(part: ThinkingPart): boolean {
  return part.redacted?.startsWith(ofGemini) === true;
}

/** The `thoughtSignature` that stands for a thought; undefined when nobody signed it. */
export function sealSignature(part: ThinkingPart): string | undefined {
  if (isOfGemini(part)) return part.redacted!.slice(ofGemini.length);
  if (part.redacted !== undefined) return redactedElsewhere + part.redacted;
  return part.signature === undefined ? undefined : signedElsewhere + part.signature;
}

export function unsealSignature(text: string, signature: unknown): ThinkingPart | undefined {
  if (typeof signature !== 'string' || signature === '') return undefined;
  if (signature.startsWith(signedElsewhere))
    return { type: 'thinking', text, signature: signature.slice(signedElsewhere.length) };
  if (signature.startsWith(redactedElsewhere))
    return { type: 'thinking', text: '', redacted: signature.slice(redactedElsewhere.length) };
  return { type: 'thinking', text, redacted: ofGemini + signature };
}

/** Thinking that its provider signed, on its way through an API that has one opaque field for it (`encrypted_content`). */
import type { ThinkingPart } from './model.ts';

const signed = 'tollgate.signed.';
const redacted = 'tollgate.redacted.';

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

/** What chat messages of compatible servers hold beside the reference's text: Mistral's lists of parts, arguments as objects. */
import type { Fields } from './fields.ts';
import type { TextPart, ThinkingPart } from './model.ts';

/** Of an answer's `content`, a text or a list of parts. What is neither text nor reasoning is not an answer in words. */
export function contentParts(content: unknown): (TextPart | ThinkingPart)[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  return (content as (Fields | string | null)[]).flatMap((part): (TextPart | ThinkingPart)[] => {
    if (typeof part === 'string') return contentParts(part);
    if (typeof part?.['text'] === 'string') return [{ type: 'text', text: part['text'] }];
    if (part?.['type'] !== 'thinking') return [];
    const text = contentParts(part['thinking']).map((inner) => inner.text);
    return [{ type: 'thinking', text: text.join('') }];
  });
}

/** Reasoning as DeepSeek, vLLM (`reasoning_content`), OpenRouter, Groq and Ollama (`reasoning`) have it. */
export function reasoningOf(message: Fields): string {
  const text = message['reasoning_content'] ?? message['reasoning'];
  return typeof text === 'string' ? text : '';
}

/** Signed reasoning as gateways, ours too, carry it beside the text. */
export function signedBlocks(message: Fields): ThinkingPart[] {
  const blocks = message['thinking_blocks'];
  if (!Array.isArray(blocks)) return [];
  return (blocks as (Fields | null)[]).flatMap((block): ThinkingPart[] => {
    if (typeof block?.['data'] === 'string') return [{ type: 'thinking', text: '', redacted: block['data'] }];
    const { thinking: text, signature } = block ?? {};
    if (typeof text !== 'string' || typeof signature !== 'string') return [];
    return [{ type: 'thinking', text, signature }];
  });
}

/** The reference has JSON text; some servers send the object itself. */
export function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

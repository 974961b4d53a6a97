/** Places on the web that Gemini's answers rest on: a list of them, and which words each stands for. */
import { objects, webCitation } from './citations.ts';
import type { Fields } from './fields.ts';
import type { Citation, WebCitation } from './model.ts';
import { byteAt, characterAt } from './text-places.ts';

/** `said`: the answer's words. */
export function citationsOfGemini(candidate: Fields | undefined, said: string): WebCitation[] {
  const grounding = (candidate?.['groundingMetadata'] ?? {}) as Fields;
  const { citationSources, citations } = (candidate?.['citationMetadata'] ?? {}) as Fields;
  // Vertex AI has another name for them.
  const recited = objects(citationSources ?? citations).flatMap((source) =>
    webCitation(source['uri'], source['title'], rangeOf(source, said)),
  );
  return [...supported(grounding, said), ...recited];
}

/** A place that stands for no words in particular is told without them. */
function supported({ groundingChunks, groundingSupports }: Fields, said: string): WebCitation[] {
  const chunks = objects(groundingChunks).map(({ web }) => (web ?? {}) as Fields);
  const used = new Set<Fields>();
  const ranged = objects(groundingSupports).flatMap(({ segment, groundingChunkIndices }) => {
    const range = rangeOf((segment ?? {}) as Fields, said);
    const indices = Array.isArray(groundingChunkIndices) ? (groundingChunkIndices as number[]) : [];
    return indices.flatMap((index) => {
      const chunk = chunks[index];
      if (chunk === undefined) return [];
      used.add(chunk);
      return webCitation(chunk['uri'], chunk['title'], range);
    });
  });
  const others = chunks.filter((chunk) => !used.has(chunk));
  return [...ranged, ...others.flatMap(({ uri, title }) => webCitation(uri, title))];
}

/** Bytes are counted in a part of the answer: where the words are told too, they are looked for. */
function rangeOf({ startIndex = 0, endIndex, text }: Fields, said: string): { start?: number; end?: number } {
  if (typeof startIndex !== 'number' || typeof endIndex !== 'number' || said === '') return {};
  const start = characterAt(said, startIndex);
  const end = characterAt(said, endIndex);
  if (typeof text !== 'string' || text === '' || said.startsWith(text, start)) return orNone(start, end);
  const found = said.indexOf(text);
  return found < 0 ? {} : { start: found, end: found + text.length };
}

function orNone(start: number, end: number): { start?: number; end?: number } {
  return end > start ? { start, end } : {};
}

/** `said`: the texts of the answer's parts, in their order; undefined for a part that is none. */
export function groundingMetadata(
  citations: readonly Citation[],
  said: readonly (string | undefined)[],
): Fields | undefined {
  const web = citations.filter((cited) => 'url' in cited);
  if (web.length === 0) return undefined;
  const places = new Map(web.map(({ url: uri, title }) => [uri, { web: { uri, title } }]));
  const order = [...places.keys()];
  const supports = web.flatMap(({ url, start, end }) => {
    const segment = start === undefined || end === undefined ? undefined : segmentOf(said, start, end);
    return segment === undefined ? [] : [{ segment, groundingChunkIndices: [order.indexOf(url)] }];
  });
  return {
    groundingChunks: [...places.values()],
    ...(supports.length > 0 && { groundingSupports: supports }),
  };
}

function segmentOf(said: readonly (string | undefined)[], from: number, to: number): Fields | undefined {
  let before = 0;
  for (const [partIndex, text] of said.entries()) {
    if (text === undefined) continue;
    const [start, end] = [from - before, to - before];
    if (start >= 0 && end <= text.length) {
      const bytes = { startIndex: byteAt(text, start), endIndex: byteAt(text, end) };
      return { ...(partIndex > 0 && { partIndex }), ...bytes, text: text.slice(start, end) };
    }
    before += text.length;
  }
  return undefined;
}

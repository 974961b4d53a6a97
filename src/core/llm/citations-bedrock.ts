/** What Converse's answers rest on: one citation of a whole answer, or of a stream's delta; both have the same members. */
import { documentCitation, objects, webCitation } from './citations.ts';
import type { Fields } from './fields.ts';
import type { Citation, DocumentCitation } from './model.ts';

const units: Record<string, DocumentCitation['unit']> = {
  documentChar: 'char',
  documentPage: 'page',
  documentChunk: 'block',
};

/** They stand for the block of text from `start` to `end`. */
export function citationsOfBedrock(citations: unknown, range: { start: number; end: number }): Citation[] {
  return objects(citations).flatMap(({ title, source, sourceContent, location }): Citation[] => {
    const quoted = objects(sourceContent).map(({ text }) => String(text ?? ''));
    const quote = quoted.length === 0 ? undefined : quoted.join('');
    const [kind, place] = Object.entries((location ?? {}) as Record<string, Fields | null>)[0] ?? ['', null];
    const unit = units[kind];
    const { documentIndex, start, end, url } = place ?? {};
    // Results of searches have their address beside.
    if (unit === undefined) return webCitation(url ?? source, title, { quote, ...range });
    const named = typeof title === 'string' && title !== '' ? title : undefined;
    return documentCitation(documentIndex, unit, start, end, { title: named, quote, ...range });
  });
}

/** Places on the web that an answer rests on, as each API tells them: models that search do so unasked. */
import type { Fields } from './fields.ts';
import type { Citation } from './model.ts';

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const countOf = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : undefined);
const objects = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];

function citation(url: unknown, title: unknown, more: Partial<Citation> = {}): Citation[] {
  const place = textOf(url);
  if (place === undefined) return [];
  const named = textOf(title);
  const told = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  return [{ url: place, ...(named !== undefined && { title: named }), ...told }];
}

/** Of OpenAI's APIs; in chat completions the members are inside of one of the annotation's name. `offset`: of the text before. */
export function citationsOfOpenai(annotations: unknown, offset = 0): Citation[] {
  return objects(annotations).flatMap((annotation) => {
    if (annotation['type'] !== 'url_citation') return [];
    const { url, title, start_index, end_index } = (annotation['url_citation'] ?? annotation) as Fields;
    const start = countOf(start_index);
    const end = countOf(end_index);
    const range = start === undefined || end === undefined || end <= start ? {} : { start, end };
    return citation(url, title, shifted(range, offset));
  });
}

function shifted({ start, end }: { start?: number; end?: number }, offset: number): Partial<Citation> {
  return start === undefined ? {} : { start: start + offset, end: end! + offset };
}

/** Perplexity's list beside the answer. */
export function citationsBeside(body: Fields): Citation[] {
  const results = objects(body['search_results']).flatMap(({ url, title }) => citation(url, title));
  if (results.length > 0) return results;
  const { citations } = body;
  return Array.isArray(citations) ? citations.flatMap((url) => citation(url, undefined)) : [];
}

/** Of Anthropic's blocks of text: results of searches; those of documents have no place. */
export function citationsOfAnthropic(citations: unknown): Citation[] {
  return objects(citations).flatMap(({ url, source, title, cited_text }) =>
    citation(url ?? source, title, { quote: textOf(cited_text) }),
  );
}

export function citationsOfGemini(candidate: Fields | undefined): Citation[] {
  const { groundingChunks } = (candidate?.['groundingMetadata'] ?? {}) as Fields;
  const { citationSources } = (candidate?.['citationMetadata'] ?? {}) as Fields;
  return [
    ...objects(groundingChunks).flatMap(({ web }) => {
      const { uri, title } = (web ?? {}) as Fields;
      return citation(uri, title);
    }),
    ...objects(citationSources).flatMap(({ uri }) => citation(uri, undefined)),
  ];
}

/** The Responses API's; chat completions have it one level deeper. */
export function urlCitation({ url, title = url, start = 0, end = 0 }: Citation): Fields {
  return { type: 'url_citation', url, title, start_index: start, end_index: end };
}

export function chatAnnotation(cited: Citation): Fields {
  const { type, ...url_citation } = urlCitation(cited);
  return { type, url_citation };
}

export function anthropicCitation({ url, title, quote = '' }: Citation): Fields {
  return {
    type: 'web_search_result_location',
    url,
    title: title ?? null,
    encrypted_index: '',
    cited_text: quote,
  };
}

export function groundingMetadata(citations: readonly Citation[]): Fields {
  return { groundingChunks: citations.map(({ url: uri, title }) => ({ web: { uri, title } })) };
}

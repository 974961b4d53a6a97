/** What an answer rests on, as OpenAI's and Anthropic's APIs tell it: places on the web (models that search do so unasked) and in documents. */
import type { Fields } from './fields.ts';
import type { Citation, DocumentCitation, WebCitation } from './model.ts';

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const countOf = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : undefined);

export const objects = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];

export function webCitation(url: unknown, title: unknown, more: Partial<WebCitation> = {}): WebCitation[] {
  const place = textOf(url);
  if (place === undefined) return [];
  const named = textOf(title);
  const told = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  return [{ url: place, ...(named !== undefined && { title: named }), ...told }];
}

export const isWeb = (citation: Citation): citation is WebCitation => 'url' in citation;

/** Of OpenAI's APIs; in chat completions the members are inside of one of the annotation's name. `offset`: of the text before. */
export function citationsOfOpenai(annotations: unknown, offset = 0): Citation[] {
  return objects(annotations).flatMap((annotation) => {
    if (annotation['type'] !== 'url_citation') return [];
    const { url, title, start_index, end_index } = (annotation['url_citation'] ?? annotation) as Fields;
    const start = countOf(start_index);
    const end = countOf(end_index);
    const known = start !== undefined && end !== undefined && end > start;
    return webCitation(url, title, known ? { start: start + offset, end: end + offset } : {});
  });
}

/** Perplexity's list beside the answer. */
export function citationsBeside(body: Fields): Citation[] {
  const results = objects(body['search_results']).flatMap(({ url, title }) => webCitation(url, title));
  if (results.length > 0) return results;
  const { citations } = body;
  return Array.isArray(citations) ? citations.flatMap((url) => webCitation(url, undefined)) : [];
}

/** Where each kind of place in a document has its ends. */
const ends: Record<string, [DocumentCitation['unit'], from: string, to: string]> = {
  char_location: ['char', 'start_char_index', 'end_char_index'],
  page_location: ['page', 'start_page_number', 'end_page_number'],
  content_block_location: ['block', 'start_block_index', 'end_block_index'],
};

/** Of one of Anthropic's blocks of text, which stands from `start` to `end`. */
export function citationsOfAnthropic(citations: unknown, range: { start: number; end: number }): Citation[] {
  return objects(citations).flatMap((cited): Citation[] => {
    const { type, url, source, title, cited_text, document_index, document_title } = cited;
    const quote = textOf(cited_text);
    const place = ends[String(type)];
    if (place === undefined) return webCitation(url ?? source, title, { quote, ...range });
    const [unit, from, to] = place;
    return documentCitation(document_index, unit, cited[from], cited[to], {
      title: textOf(document_title),
      quote,
      ...range,
    });
  });
}

export function documentCitation(
  index: unknown,
  unit: DocumentCitation['unit'],
  first: unknown,
  last: unknown,
  more: Partial<DocumentCitation>,
): DocumentCitation[] {
  const [document, from, to] = [countOf(index), countOf(first), countOf(last)];
  if (document === undefined || from === undefined || to === undefined) return [];
  const told = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  return [{ document, unit, from, to, ...told }];
}

/** Those of the text from `start` to `end`; `rest`: and those that are of no text in particular. */
export function citationsWithin(
  citations: readonly Citation[] | undefined,
  { start, end, rest }: { start: number; end: number; rest: boolean },
): Citation[] {
  if (citations === undefined) return [];
  return citations.filter((cited) =>
    cited.end === undefined ? rest : cited.end > start && (cited.end <= end || rest),
  );
}

/** The Responses API's; chat completions have it one level deeper. Its characters are counted from `offset`. */
export function urlCitation({ url, title = url, start = 0, end = 0 }: WebCitation, offset = 0): Fields {
  return {
    type: 'url_citation',
    url,
    title,
    start_index: Math.max(0, start - offset),
    end_index: Math.max(0, end - offset),
  };
}

export function chatAnnotation(cited: WebCitation): Fields {
  const { type, ...url_citation } = urlCitation(cited);
  return { type, url_citation };
}

export function anthropicCitation(citation: Citation): Fields {
  const { title = null, quote: cited_text = '' } = citation;
  if (isWeb(citation))
    return {
      type: 'web_search_result_location',
      url: citation.url,
      title,
      encrypted_index: '',
      cited_text,
    };
  const { document: document_index, unit, from, to } = citation;
  const [type, [, first, last]] = Object.entries(ends).find(([, [known]]) => known === unit)!;
  return {
    type,
    cited_text,
    document_index,
    document_title: title,
    file_id: null,
    [first]: from,
    [last]: to,
  };
}

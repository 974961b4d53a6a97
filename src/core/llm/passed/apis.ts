/** APIs that are passed through as they are, and charged: what a call of each comes to before, and where nothing is reported. */
import type { RouteType } from '../../config/snapshot.ts';
import type { PassedApiName } from '../api.ts';
import { boundInputTokens } from '../bound-input.ts';
import { estimateTokens } from '../estimate.ts';
import type { Fields } from '../fields.ts';
import { answersOf, maxTokensOf } from '../output-limits.ts';
import { type MediaKind, mediaOf, type Usage } from '../usage.ts';

export interface PassedRequest {
  /** The JSON body; '' of a form. */
  text: string;
  /** Its members, or the form's fields. */
  fields: Fields;
  files: number;
  fileBytes: number;
}

/** In tokens. */
export interface Measure {
  estimatedInput: number;
  boundInput: number;
  /** The most that each answer may come to; undefined where nothing limits it. */
  maxOutput?: number;
  hasOutput: boolean;
  answers: number;
  maxTokensFields: string[];
  /** What goes in or comes out is all sound or pictures, also where the report does not say so. */
  media?: MediaKind;
  /** What an answer comes to that reports nothing. `text` is all that it says. */
  outputOf(text: string): number;
}

export interface PassedApi {
  name: PassedApiName;
  /** Paths of it end so. */
  suffix: string;
  operation: string;
  measure(request: PassedRequest): Measure;
}

/** A picture in: as in `bound-input.ts`. One out: the largest that OpenAI makes is about 6,300. */
const pictureIn = 8_000;
const pictureOut = 8_192;
const typicalPicture = 1_056;
/** Sound in counts ten tokens a second. 128 kbit/s is usual; nothing understandable has less than 6. */
const usualBytesPerToken = 1_600;
const leastBytesPerToken = 75;

const textCompletion = ({ text, fields }: PassedRequest): Measure => ({
  estimatedInput: estimateTokens(text),
  boundInput: boundInputTokens(text),
  maxOutput: maxTokensOf(fields),
  hasOutput: true,
  answers: answersOf(fields),
  maxTokensFields: ['max_tokens'],
  outputOf: estimateTokens,
});

const image = ({ fields, files }: PassedRequest): Measure => {
  const prompt = String(fields['prompt'] ?? '');
  const answers = Math.max(1, Number(fields['n'] ?? 1) || 1);
  return {
    estimatedInput: estimateTokens(prompt) + files * typicalPicture,
    boundInput: boundInputTokens(prompt) + files * pictureIn,
    maxOutput: pictureOut,
    hasOutput: true,
    answers,
    maxTokensFields: [],
    media: 'imageOutput',
    outputOf: () => answers * typicalPicture,
  };
};

/** Speech is about 15 characters a second, and twenty tokens. */
const speech = ({ text, fields }: PassedRequest): Measure => {
  const spoken = String(fields['input'] ?? '');
  return {
    estimatedInput: estimateTokens(spoken),
    boundInput: boundInputTokens(text),
    maxOutput: spoken.length * 2 + 200,
    hasOutput: true,
    answers: 1,
    maxTokensFields: [],
    media: 'audioOutput',
    outputOf: () => Math.ceil((spoken.length * 4) / 3),
  };
};

const transcription = ({ fields, fileBytes }: PassedRequest): Measure => {
  const most = Math.ceil(fileBytes / leastBytesPerToken);
  const prompt = String(fields['prompt'] ?? '');
  return {
    estimatedInput: Math.ceil(fileBytes / usualBytesPerToken) + estimateTokens(prompt),
    boundInput: most + boundInputTokens(prompt),
    maxOutput: most,
    hasOutput: true,
    answers: 1,
    maxTokensFields: [],
    media: 'audioInput',
    outputOf: estimateTokens,
  };
};

/** Some count the question with each document. */
const rerank = ({ text, fields }: PassedRequest): Measure => {
  const documents = Array.isArray(fields['documents']) ? fields['documents'].length : 0;
  const query = boundInputTokens(String(fields['query'] ?? ''));
  return {
    estimatedInput: estimateTokens(text),
    boundInput: boundInputTokens(text) + query * documents,
    hasOutput: false,
    answers: 1,
    maxTokensFields: [],
    outputOf: () => 0,
  };
};

/** Of a report without details, all of its kind. */
export function withMedia(usage: Usage, { media }: Measure): Usage {
  if (media === undefined || (usage.media?.[media] ?? 0) > 0) return usage;
  const tokens = media === 'audioInput' ? usage.inputTokens : usage.outputTokens;
  return { ...usage, ...mediaOf({ ...usage.media, [media]: tokens }) };
}

const passedApis: PassedApi[] = [
  { name: 'ImageGenerations', suffix: '/images/generations', operation: 'image', measure: image },
  { name: 'ImageEdits', suffix: '/images/edits', operation: 'image', measure: image },
  { name: 'ImageVariations', suffix: '/images/variations', operation: 'image', measure: image },
  { name: 'Speech', suffix: '/audio/speech', operation: 'speech', measure: speech },
  {
    name: 'Transcriptions',
    suffix: '/audio/transcriptions',
    operation: 'transcription',
    measure: transcription,
  },
  { name: 'Translations', suffix: '/audio/translations', operation: 'transcription', measure: transcription },
  { name: 'Rerank', suffix: '/rerank', operation: 'rerank', measure: rerank },
  {
    name: 'TextCompletions',
    suffix: '/completions',
    operation: 'text_completion',
    measure: textCompletion,
  },
];

/** What a path without its query calls; `Detect` leaves everything else as it is. */
export function passedApiAt(routeType: RouteType, path: string): PassedApi | undefined {
  if (routeType === 'Rerank') return passedApis.find(({ name }) => name === 'Rerank');
  if (routeType !== 'Detect' || path.endsWith('/chat/completions')) return undefined;
  return passedApis.find(({ suffix }) => path.endsWith(suffix));
}

export const passedSuffixes: string[] = passedApis
  .map(({ suffix }) => suffix)
  .filter((suffix) => suffix !== '/rerank');

/** What the path of a provider's own API says of a call that is passed through, where its body does not. */

import type { Api } from './api.ts';
import { decodePathModel } from './decode-path-model.ts';

export interface PathCall {
  model: string;
  /** Undefined: another one, whose usage is read as far as it is known. */
  api?: Api;
  streaming: boolean;
}

/** `/model/{model}/{action}` of Bedrock. */
const bedrock = /^\/model\/([^/]+)\/([a-z-]+)$/;
const bedrockApis: Record<string, Api> = {
  converse: 'Converse',
  'converse-stream': 'Converse',
  invoke: 'Messages',
  'invoke-with-response-stream': 'Messages',
  'count-tokens': 'CountTokens',
};
/** `…/models/{model}:{method}` of Google. */
const google = /\/models\/([^/:]+):([A-Za-z]+)$/;
const googleApis: Record<string, Api> = {
  generateContent: 'GenerateContent',
  streamGenerateContent: 'GenerateContent',
  rawPredict: 'Messages',
  streamRawPredict: 'Messages',
};

/** Undefined where the path names no model. Throws `FieldFault`. */
export function readProviderPath(pathAndQuery: string): PathCall | undefined {
  const path = pathAndQuery.split('?', 1)[0]!;
  const onBedrock = bedrock.exec(path);
  const [, model, action] = onBedrock ?? google.exec(path) ?? [];
  if (model === undefined) return undefined;
  const api = (onBedrock === null ? googleApis : bedrockApis)[action!];
  return { model: decodePathModel(model), api, streaming: /stream/i.test(action!) };
}

/** Gemini's dialect has the model and the kind of answer in its path: `/v1beta/models/{model}:{method}`. */
import type { RouteType } from '../config/snapshot.ts';
import { decodePathModel } from './decode-path-model.ts';
import { FieldFault } from './fields.ts';

const shape = /\/models\/([^:?#]+):([A-Za-z]+)(?:\?([^#]*))?$/;

/** Throws `FieldFault` for a path or method of another kind. */
export function readGeminiPath(
  routeType: RouteType,
  pathAndQuery: string,
): { model: string; stream?: boolean } {
  const [, model, method, query = ''] = shape.exec(pathAndQuery) ?? [];
  if (model === undefined) throw new FieldFault('', 'the path must end in /models/{model}:{method}');
  if (routeType === 'GeminiCountTokens' && method === 'countTokens') return { model: decodePathModel(model) };
  if (routeType !== 'GenerateContent' || !/^(streamG|g)enerateContent$/.test(method!))
    throw new FieldFault('', `the method "${method}" is not served here`);
  const stream = method === 'streamGenerateContent';
  if (stream && !/(^|&)alt=sse(&|$)/.test(query))
    throw new FieldFault('alt', 'streams are served as server-sent events only: use ?alt=sse');
  return { model: decodePathModel(model), stream };
}

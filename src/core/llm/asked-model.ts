/** The model that a client's request names, before anything else of it is looked at. */
import type { RouteType } from '../config/snapshot.ts';
import { FieldFault, type Fields, parseBody } from './fields.ts';
import { readGeminiPath } from './gemini-path.ts';
import { readForm } from './passed/multipart.ts';
import { modelInQuery } from './realtime/translate-realtime.ts';

export interface AskedModel {
  model: string;
  /** The members of a JSON body, where they were read to find it. */
  fields?: Fields;
}

/** Throws `FieldFault` when it names none. */
export function askedModel(routeType: RouteType, pathAndQuery: string, body: string): AskedModel {
  if (routeType === 'GenerateContent' || routeType === 'GeminiCountTokens')
    return { model: readGeminiPath(routeType, pathAndQuery).model };
  if (routeType === 'Realtime') return named(modelInQuery(pathAndQuery));
  // A form tells its boundary by how it begins.
  const [, boundary] = /^--([^\r\n"]{1,70})\r\n/.exec(body) ?? [];
  if (boundary !== undefined)
    return named(readForm(body, `multipart/form-data; boundary="${boundary}"`).fields['model']);
  const fields = parseBody(body);
  return { ...named(fields['model']), fields };
}

function named(model: unknown): AskedModel {
  if (typeof model === 'string' && model !== '') return { model };
  throw new FieldFault('model', 'must be given: the model decides who serves the call');
}

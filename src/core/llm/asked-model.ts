/** The model that a client's request names, before anything else of it is looked at. */
import type { RouteType } from '../config/snapshot.ts';
import { FieldFault, type Fields, parseBody } from './fields.ts';
import { readGeminiPath } from './gemini-path.ts';
import { readForm } from './passed/multipart.ts';
import { modelInQuery } from './realtime/translate-realtime.ts';

/** Throws `FieldFault` when it names none. */
export function askedModel(routeType: RouteType, pathAndQuery: string, body: string): string {
  if (routeType === 'GenerateContent' || routeType === 'GeminiCountTokens')
    return readGeminiPath(routeType, pathAndQuery).model;
  const model = routeType === 'Realtime' ? modelInQuery(pathAndQuery) : fieldsOf(body)['model'];
  if (typeof model === 'string' && model !== '') return model;
  throw new FieldFault('model', 'must be given: the model decides who serves the call');
}

/** A form tells its boundary by how it begins. */
function fieldsOf(body: string): Fields {
  const [, boundary] = /^--([^\r\n"]{1,70})\r\n/.exec(body) ?? [];
  return boundary === undefined
    ? parseBody(body)
    : readForm(body, `multipart/form-data; boundary="${boundary}"`).fields;
}

/** The model that a client's request names, before anything else of it is looked at. */
import type { RouteType } from '../config/snapshot.ts';
import { FieldFault, parseBody } from './fields.ts';
import { readGeminiPath } from './gemini-path.ts';

/** Throws `FieldFault` when it names none. */
export function askedModel(routeType: RouteType, pathAndQuery: string, body: string): string {
  if (routeType === 'GenerateContent' || routeType === 'GeminiCountTokens')
    return readGeminiPath(routeType, pathAndQuery).model;
  const { model } = parseBody(body);
  if (typeof model === 'string' && model !== '') return model;
  throw new FieldFault('model', 'must be given: the model decides who serves the call');
}

/** OpenAPI v3 as served: an index, and one document per group version. */
import type { KindDefinition } from '../core/resources/kind.ts';
import { groupVersionPath, openApiDocument } from '../core/resources/openapi.ts';
import { hashOf } from './answer.ts';

/** By path below `/openapi/v3/`, for example `apis/apps/v1`; the index is ''. Values are JSON text. */
export type OpenApiDocuments = ReadonlyMap<string, string>;

export function buildOpenApi(kinds: readonly KindDefinition[]): OpenApiDocuments {
  const documents = new Map<string, string>();
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const path of new Set(kinds.map(groupVersionPath))) {
    const text = JSON.stringify(openApiDocument(kinds, path));
    documents.set(path, text);
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(text)}` };
  }
  documents.set('', JSON.stringify({ paths }));
  return documents;
}

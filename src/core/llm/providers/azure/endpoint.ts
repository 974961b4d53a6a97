import type { Api } from '../../api.ts';
import type { EndpointCall } from '../../provider.ts';

const names: Partial<Record<Api, string>> = {
  Completions: 'chat/completions',
  Embeddings: 'embeddings',
  Responses: 'responses',
  TextCompletions: 'completions',
  ImageGenerations: 'images/generations',
  ImageEdits: 'images/edits',
  Speech: 'audio/speech',
  Transcriptions: 'audio/transcriptions',
  Translations: 'audio/translations',
  Realtime: 'realtime',
};

/**
 * A Foundry project has a path of its own. Versions `v1` and `preview` name the deployment in the body, dated ones in the
 * path; only Responses has none there.
 */
export function endpoint(
  routeType: Api,
  { model, apiVersion = 'v1', project }: EndpointCall,
): string | undefined {
  const name = names[routeType];
  if (name === undefined) return undefined;
  if (project !== undefined) return `/api/projects/${encodeURIComponent(project)}/openai/v1/${name}`;
  if (apiVersion === 'v1') return `/openai/v1/${name}`;
  const query = `?api-version=${encodeURIComponent(apiVersion)}`;
  if (apiVersion === 'preview') return `/openai/v1/${name}${query}`;
  if (routeType === 'Responses') return `/openai/${name}${query}`;
  return `/openai/deployments/${encodeURIComponent(model)}/${name}${query}`;
}

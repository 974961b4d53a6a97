/** Where the clouds' model services are, and what their targets need besides. */
import type { ProviderName, ProviderTarget } from './snapshot.ts';

export interface CloudSpec {
  region?: string;
  guardrail?: { identifier: string; version: string };
  projectId?: string;
}

/** Vertex AI has regions, two areas of several regions, and all the world. */
export function cloudOrigin(provider: ProviderName, { region }: CloudSpec): string | undefined {
  if (provider === 'bedrock') return `https://bedrock-runtime.${region}.${awsDomain(region!)}`;
  if (provider !== 'vertexai') return undefined;
  if (region === 'global') return 'https://aiplatform.googleapis.com';
  if (region === 'us' || region === 'eu') return `https://aiplatform.${region}.rep.googleapis.com`;
  return `https://${region}-aiplatform.googleapis.com`;
}

function awsDomain(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

export function cloudOf(
  provider: ProviderName,
  { region = 'global', projectId, guardrail }: CloudSpec,
): Pick<ProviderTarget, 'bedrock' | 'vertexai'> {
  if (provider === 'bedrock') return { bedrock: guardrail === undefined ? {} : { guardrail } };
  return provider === 'vertexai' ? { vertexai: { projectId: projectId!, region } } : {};
}

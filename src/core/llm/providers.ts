/** The providers that are served, by the name the resources give them. */
import type { ProviderName, ProviderTarget } from '../config/snapshot.ts';
import type { Api } from './api.ts';
import { anthropicMessages } from './formats/anthropic-messages/index.ts';
import { openaiResponses } from './formats/openai-responses/index.ts';
import type { EndpointCall, Provider } from './provider.ts';
import { anthropic } from './providers/anthropic/index.ts';
import { azure } from './providers/azure/index.ts';
import { bedrock } from './providers/bedrock/index.ts';
import { custom } from './providers/custom/index.ts';
import { gemini } from './providers/gemini/index.ts';
import { openai } from './providers/openai/index.ts';
import { vertexai } from './providers/vertexai/index.ts';

const providers: Partial<Record<ProviderName, Provider>> = {
  anthropic,
  openai,
  gemini,
  azure,
  azureopenai: azure,
  custom,
  bedrock,
  vertexai,
};

/** Which of its formats a custom provider is spoken to in when the client speaks none of them: the first of these. */
const customChats: Provider['chat'][] = [
  custom.chat,
  { routeType: 'Messages', format: anthropicMessages },
  { routeType: 'Responses', format: openaiResponses },
];

export function providerOf(target: ProviderTarget): Provider | undefined {
  const provider = providers[target.provider];
  if (provider === undefined || target.provider !== 'custom') return provider;
  const takes: Api[] = target.formats?.map((format) => format.type) ?? [];
  const chat = customChats.find(({ routeType }) => takes.includes(routeType));
  return chat === undefined || chat === provider.chat
    ? provider
    : { ...provider, chat, adapt: (body) => body };
}

/** Whether the target takes this API as it is, so that the client's bytes can go through. */
export function isNative(target: ProviderTarget, provider: Provider, routeType: Api): boolean {
  if (target.provider !== 'custom' || target.formats === undefined)
    return provider.endpoint(routeType, { model: '', streaming: false }) !== undefined;
  return routeType === 'Models' || target.formats.some((format) => format.type === routeType);
}

/** Complete URL of an API of the target: its own path, its format's, or the provider's default behind the prefix. */
export function urlOf(
  target: ProviderTarget,
  provider: Provider,
  routeType: Api,
  call: EndpointCall,
): string {
  const formatPath = target.formats?.find((format) => format.type === routeType)?.path;
  const path =
    target.path ??
    formatPath ??
    `${(target.pathPrefix ?? '').replace(/\/+$/, '')}${endpointUnder(target, endpointOf(target, provider, routeType, call) ?? '/')}`;
  return target.origin + path;
}

function endpointOf(
  { azure, vertexai: project }: ProviderTarget,
  provider: Provider,
  api: Api,
  call: EndpointCall,
) {
  return provider.endpoint(api, { ...azure, vertexai: project, ...call });
}

/** A prefix that already ends in the API's version (`/v1`) is not doubled. */
function endpointUnder(target: ProviderTarget, endpoint: string): string {
  const prefix = (target.pathPrefix ?? '').replace(/\/+$/, '');
  const version = /^\/v1(beta)?(?=\/)/.exec(endpoint)?.[0];
  return version !== undefined && prefix.endsWith(version) ? endpoint.slice(version.length) : endpoint;
}

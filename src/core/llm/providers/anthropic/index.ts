/** Anthropic (api.anthropic.com). */
import { anthropicMessages } from '../../formats/anthropic-messages/index.ts';
import type { Provider } from '../../provider.ts';
import { credentialHeader, requiredHeaders } from './auth.ts';
import { endpoint } from './endpoint.ts';

export const anthropic: Provider = {
  chat: { routeType: 'Messages', format: anthropicMessages },
  endpoint,
  credentialHeader,
  requiredHeaders,
  adapt: (body) => body,
  caches: () => true,
};

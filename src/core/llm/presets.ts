/**
 * Vendors with an API like OpenAI's, as `custom` providers: where they are and what they serve. By its host a target is known
 * again, so that its calls are priced and reported under the vendor's name.
 */
import type { RouteType } from '../config/snapshot.ts';

export interface Preset {
  /** As in the price catalog, where it has the vendor. */
  vendor: string;
  title: string;
  host: string;
  port: number;
  pathPrefix?: string;
  /** Paths are given where they do not follow from the prefix. */
  formats: { type: RouteType; path?: string }[];
}

const chat: Preset['formats'] = [{ type: 'Completions' }];
const chatAndVectors: Preset['formats'] = [{ type: 'Completions' }, { type: 'Embeddings' }];
const all: Preset['formats'] = [...chatAndVectors, { type: 'Responses' }];
const port = 443;

export const presets: readonly Preset[] = [
  { vendor: 'mistral', title: 'Mistral', host: 'api.mistral.ai', port, formats: chatAndVectors },
  { vendor: 'groq', title: 'Groq', host: 'api.groq.com', port, pathPrefix: '/openai', formats: chat },
  { vendor: 'deepseek', title: 'DeepSeek', host: 'api.deepseek.com', port, formats: chat },
  { vendor: 'xai', title: 'xAI', host: 'api.x.ai', port, formats: chat },
  { vendor: 'togetherai', title: 'Together', host: 'api.together.xyz', port, formats: chatAndVectors },
  {
    vendor: 'fireworks',
    title: 'Fireworks',
    host: 'api.fireworks.ai',
    port,
    pathPrefix: '/inference',
    formats: chatAndVectors,
  },
  {
    vendor: 'openrouter',
    title: 'OpenRouter',
    host: 'openrouter.ai',
    port,
    pathPrefix: '/api',
    formats: chat,
  },
  {
    vendor: 'cohere',
    title: 'Cohere',
    host: 'api.cohere.ai',
    port,
    pathPrefix: '/compatibility',
    formats: chatAndVectors,
  },
  { vendor: 'cerebras', title: 'Cerebras', host: 'api.cerebras.ai', port, formats: chat },
  {
    vendor: 'deepinfra',
    title: 'DeepInfra',
    host: 'api.deepinfra.com',
    port,
    formats: [
      { type: 'Completions', path: '/v1/openai/chat/completions' },
      { type: 'Embeddings', path: '/v1/openai/embeddings' },
    ],
  },
  {
    vendor: 'perplexity',
    title: 'Perplexity',
    host: 'api.perplexity.ai',
    port,
    formats: [{ type: 'Completions', path: '/chat/completions' }],
  },
  { vendor: 'huggingface', title: 'Hugging Face', host: 'router.huggingface.co', port, formats: chat },
  { vendor: 'baseten', title: 'Baseten', host: 'inference.baseten.co', port, formats: chat },
  { vendor: 'voyage', title: 'Voyage', host: 'api.voyageai.com', port, formats: [{ type: 'Embeddings' }] },
  { vendor: 'ollama', title: 'Ollama (on this machine)', host: '127.0.0.1', port: 11_434, formats: all },
  { vendor: 'vllm', title: 'vLLM (on this machine)', host: '127.0.0.1', port: 8_000, formats: all },
];

/** Local servers are not known by their address: anything may listen there. */
const byHost = new Map(
  presets.filter((preset) => preset.port === port).map(({ host, vendor }) => [host, vendor]),
);

export function vendorOf(origin: string): string | undefined {
  const host = origin.slice(origin.indexOf('://') + 3).replace(/:\d+$/, '');
  return byHost.get(host);
}

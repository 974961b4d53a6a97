/** Ready endpoints of compatible vendors and Azure: the documentation's manifests, compiled, and the URLs they call. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { Objects } from '../src/core/config/objects.ts';
import { compileTarget, type ProviderSpec } from '../src/core/config/provider-targets.ts';
import type { ProviderTarget, RouteType } from '../src/core/config/snapshot.ts';
import { type Preset, presets } from '../src/core/llm/presets.ts';
import { translateRequest } from '../src/core/llm/translate.ts';
import type { PriceCatalog } from '../src/core/pricing/prices.ts';

const page = join(import.meta.dirname, '../docs/providers.md');
const start = '<!-- presets: written by test/providers.test.ts -->\n';

function manifest({ vendor, host, port, pathPrefix, formats }: Preset): string {
  const list = formats.map(
    ({ type, path }) => `{type: ${type}${path === undefined ? '' : `, path: ${path}`}}`,
  );
  const prefix = pathPrefix === undefined ? '' : `, pathPrefix: ${pathPrefix}`;
  return `apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: ${vendor}, namespace: agentgateway-system}
spec:
  ai: {provider: {host: ${host}, port: ${port}${prefix}, custom: {formats: [${list.join(', ')}]}}}
`;
}

const section = presets.map((p) => `### ${p.title}\n\n\`\`\`yaml\n${manifest(p)}\`\`\`\n`).join('\n');

test('docs/providers.md shows every preset', () => {
  const text = readFileSync(page, 'utf8');
  const intro = text.split(start)[0]!;
  if (process.env['TOLLGATE_UPDATE_GOLDEN'] === '1') writeFileSync(page, `${intro}${start}\n${section}`);
  assert.equal(readFileSync(page, 'utf8'), `${intro}${start}\n${section}`);
});

function compiled(spec: ProviderSpec): ProviderTarget {
  const context = {
    objects: new Objects({ list: () => [] }),
    nowRfc3339: '',
    sha256: (text: string) => text,
    providerUrls: {},
    address: '',
    bindErrors: {},
    rateLimits: { errors: [] },
    keySets: {},
  };
  const result = compileTarget(context, 'ns', 'ns/b', spec, {});
  assert.ok('target' in result, 'fault' in result ? result.fault : '');
  return result.target;
}

function urlOf(target: ProviderTarget, routeType: RouteType): string {
  const bodies: Partial<Record<RouteType, object>> = {
    Completions: { messages: [{ role: 'user', content: 'x' }] },
    Embeddings: { input: 'x' },
    Responses: { input: 'x' },
  };
  const result = translateRequest({
    routeType,
    target,
    method: 'POST',
    pathAndQuery: '/',
    headers: {},
    body: JSON.stringify({ model: 'm', ...bodies[routeType] }),
    nowSeconds: 0,
  });
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.call.url;
}

test('every preset calls the API where its vendor has it', () => {
  const chat: Record<string, string> = {
    mistral: 'https://api.mistral.ai:443/v1/chat/completions',
    groq: 'https://api.groq.com:443/openai/v1/chat/completions',
    deepseek: 'https://api.deepseek.com:443/v1/chat/completions',
    xai: 'https://api.x.ai:443/v1/chat/completions',
    togetherai: 'https://api.together.xyz:443/v1/chat/completions',
    fireworks: 'https://api.fireworks.ai:443/inference/v1/chat/completions',
    openrouter: 'https://openrouter.ai:443/api/v1/chat/completions',
    cohere: 'https://api.cohere.ai:443/compatibility/v1/chat/completions',
    cerebras: 'https://api.cerebras.ai:443/v1/chat/completions',
    deepinfra: 'https://api.deepinfra.com:443/v1/openai/chat/completions',
    perplexity: 'https://api.perplexity.ai:443/chat/completions',
    huggingface: 'https://router.huggingface.co:443/v1/chat/completions',
    baseten: 'https://inference.baseten.co:443/v1/chat/completions',
    ollama: 'http://127.0.0.1:11434/v1/chat/completions',
    vllm: 'http://127.0.0.1:8000/v1/chat/completions',
  };
  for (const preset of presets) {
    const [document] = parseAllDocuments(manifest(preset));
    const target = compiled(document!.toJS().spec.ai.provider);
    assert.equal(target.vendor, preset.port === 443 ? preset.vendor : undefined);
    for (const { type } of preset.formats) {
      if (type === 'Completions') assert.equal(urlOf(target, type), chat[preset.vendor]);
      else assert.match(urlOf(target, type), /\/(embeddings|responses)$/);
    }
  }
});

test('vendors have the names that the price list has, where it has them', () => {
  const catalog = JSON.parse(
    readFileSync(join(import.meta.dirname, '../data/prices.json'), 'utf8'),
  ) as PriceCatalog;
  const unpriced = presets
    .filter(({ vendor }) => catalog.providers[vendor] === undefined)
    .map(({ vendor }) => vendor);
  assert.deepEqual(unpriced, ['openrouter', 'huggingface', 'baseten', 'ollama', 'vllm']);
});

test('Azure: both forms of resource, and where each version has the deployment', () => {
  const azureopenai = (rest: object) =>
    compiled({ azureopenai: { endpoint: 'https://r.openai.azure.com/', ...rest } });
  const azure = (rest: object) => compiled({ azure: { resourceName: 'r', resourceType: 'OpenAI', ...rest } });
  const cases: [ProviderTarget, RouteType, string][] = [
    [azureopenai({}), 'Completions', 'https://r.openai.azure.com/openai/v1/chat/completions'],
    [
      azureopenai({ deploymentName: 'd 1', apiVersion: '2024-10-21' }),
      'Completions',
      'https://r.openai.azure.com/openai/deployments/d%201/chat/completions?api-version=2024-10-21',
    ],
    [
      azureopenai({ deploymentName: 'd', apiVersion: '2025-04-01-preview' }),
      'Responses',
      'https://r.openai.azure.com/openai/responses?api-version=2025-04-01-preview',
    ],
    [
      azure({ apiVersion: 'preview' }),
      'Embeddings',
      'https://r.openai.azure.com/openai/v1/embeddings?api-version=preview',
    ],
    [
      azure({ resourceType: 'Foundry', projectName: 'p' }),
      'Completions',
      'https://r.services.ai.azure.com/api/projects/p/openai/v1/chat/completions',
    ],
  ];
  for (const [target, routeType, url] of cases) assert.equal(urlOf(target, routeType), url);
  assert.equal(azureopenai({ deploymentName: 'd', apiVersion: '2024-10-21' }).model, 'd');
});

test('a vendor of embeddings only is not asked to chat', () => {
  const target = compiled({
    host: 'api.voyageai.com',
    port: 443,
    custom: { formats: [{ type: 'Embeddings' }] },
  });
  assert.throws(() => urlOf(target, 'Completions'), /does not have the Completions API/);
});

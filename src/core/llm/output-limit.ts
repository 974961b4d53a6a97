/** Where each API has the most output that a model may make. */
import type { RouteType } from '../config/snapshot.ts';
import type { Fields } from './fields.ts';
import { either } from './gemini-names.ts';
import { patchObjectText } from './json-text.ts';
import type { UpstreamCall } from './translate-contract.ts';

const names = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'];

export function maxTokensOf(body: Fields): number | undefined {
  const config = either(body, 'generationConfig') as Fields | null | undefined;
  const inConfig = config === undefined || config === null ? undefined : either(config, 'maxOutputTokens');
  const value =
    names.map((name) => body[name]).find((found) => found !== undefined && found !== null) ?? inConfig;
  return typeof value === 'number' ? value : undefined;
}

/** As `member` or `member.member`. OpenAI's newer models know only the newer name, others only the older one. */
export function maxTokensFieldOf(routeType: RouteType, body: Fields, provider: string): string {
  if (routeType === 'Responses') return 'max_output_tokens';
  if (routeType === 'GenerateContent') return geminiField(body);
  if (body['max_completion_tokens'] !== undefined) return 'max_completion_tokens';
  if (body['max_tokens'] !== undefined) return 'max_tokens';
  return provider === 'openai' || provider.startsWith('azure') ? 'max_completion_tokens' : 'max_tokens';
}

/** In the spelling that the client chose: both at once would be refused. */
function geminiField(body: Fields): string {
  const outer = body['generation_config'] === undefined ? 'generationConfig' : 'generation_config';
  const config = (body[outer] ?? {}) as Fields;
  return `${outer}.${config['max_output_tokens'] === undefined ? 'maxOutputTokens' : 'max_output_tokens'}`;
}

/** Shortens what a provider may answer to what a budget granted. */
export function limitOutput(call: UpstreamCall, granted: number): UpstreamCall {
  const { maxTokensField: field, maxTokens } = call;
  if (field === undefined || (maxTokens !== undefined && maxTokens <= granted)) return call;
  const [outer = '', inner] = field.split('.');
  const value = inner === undefined ? granted : { ...memberOf(call.body, outer), [inner]: granted };
  return {
    ...call,
    maxTokens: granted,
    body: patchObjectText(call.body, { [outer]: JSON.stringify(value) }),
  };
}

function memberOf(body: string, name: string): Fields {
  return ((JSON.parse(body) as Fields)[name] ?? {}) as Fields;
}

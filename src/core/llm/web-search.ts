/** The search on the web that a provider runs itself, as each API asks for it. */
import { asArray, asCount, asObject, asString, FieldFault, type Fields, optional } from './fields.ts';
import { either } from './gemini-names.ts';
import type { WebSearch } from './model.ts';
import { reportOthers } from './uncarried.ts';

const texts = (value: unknown, path: string): string[] =>
  asArray(value, path).map((item, index) => asString(item, `${path}[${index}]`));

const ofAnthropic = new Set([
  'type',
  'name',
  'max_uses',
  'allowed_domains',
  'blocked_domains',
  'user_location',
  'cache_control',
]);

export const isAnthropicSearch = (type: unknown): boolean => /^web_search_\d+$/.test(String(type));

export function searchOfAnthropic(tool: Fields, path: string, drops: string[]): WebSearch {
  reportOthers(tool, ofAnthropic, 'web_search', drops);
  const list = (name: string) => optional(tool[name], `${path}.${name}`, texts);
  return {
    path: `${path}.type`,
    needed: true,
    maxUses: optional(tool['max_uses'], `${path}.max_uses`, asCount),
    allowedDomains: list('allowed_domains'),
    blockedDomains: list('blocked_domains'),
    location: optional(tool['user_location'], `${path}.user_location`, locationOf),
  };
}

const ofResponses = new Set(['type', 'filters', 'user_location', 'search_context_size']);

/** Undefined for another tool, and for one that may look at what is kept of the web only: nobody else has that. */
export function searchOfResponses(tool: Fields, path: string, drops: string[]): WebSearch | undefined {
  const { external_web_access: external, ...rest } = tool;
  if (!/^web_search(_preview)?(_\d{4}_\d\d_\d\d)?$/.test(String(tool['type'])) || external === false)
    return undefined;
  reportOthers(rest, ofResponses, 'web_search', drops);
  const filters = optional(tool['filters'], `${path}.filters`, asObject);
  return {
    path: `${path} (${String(tool['type'])})`,
    allowedDomains: optional(filters?.['allowed_domains'], `${path}.filters.allowed_domains`, texts),
    location: optional(tool['user_location'], `${path}.user_location`, locationOf),
    contextSize: optional(tool['search_context_size'], `${path}.search_context_size`, asString),
  };
}

/** `web_search_options` of chat completions. */
export function searchOfChat(value: unknown, path: string): WebSearch {
  const options = asObject(value, path);
  const at = `${path}.user_location`;
  const location = optional(options['user_location'], at, asObject);
  return {
    path,
    location: optional(location?.['approximate'], `${at}.approximate`, locationOf),
    contextSize: optional(options['search_context_size'], `${path}.search_context_size`, asString),
  };
}

const ofGemini = new Set(['excludeDomains', 'exclude_domains']);

export function searchOfGemini(value: unknown, path: string, drops: string[]): WebSearch {
  const search = asObject(value, path);
  reportOthers(search, ofGemini, 'googleSearch', drops);
  return {
    path,
    blockedDomains: optional(either(search, 'excludeDomains'), `${path}.excludeDomains`, texts),
  };
}

/** For APIs and models without: better an error than an answer from memory, where the client's own vendor had always searched. */
export function withoutSearch({ path, needed }: WebSearch, drops: string[], beside = ''): void {
  if (needed === true) throw new FieldFault(path, `this provider does not search the web${beside}`);
  drops.push(path);
}

export function anthropicSearch(search: WebSearch, drops: string[]): Fields {
  if (search.contextSize !== undefined) drops.push('search_context_size');
  const { maxUses, allowedDomains, blockedDomains, location } = search;
  return {
    type: 'web_search_20250305',
    name: 'web_search',
    max_uses: maxUses,
    allowed_domains: allowedDomains,
    blocked_domains: blockedDomains,
    user_location: location && { type: 'approximate', ...location },
  };
}

export function responsesSearch(search: WebSearch, drops: string[]): Fields {
  if (search.blockedDomains !== undefined) drops.push('web_search.blocked_domains');
  const { allowedDomains, location, contextSize } = search;
  return {
    type: 'web_search',
    filters: allowedDomains && { allowed_domains: allowedDomains },
    user_location: location && { type: 'approximate', ...location },
    search_context_size: contextSize,
  };
}

/** Models that search do so with every call, and others refuse to be asked. */
export const searchesInChat = (model: string): boolean => /search|^sonar/.test(model);

export function chatSearch(search: WebSearch, model: string, drops: string[]): Fields | undefined {
  if (!searchesInChat(model)) {
    withoutSearch(search, drops);
    return undefined;
  }
  reportLimits(search, drops);
  const { location, contextSize } = search;
  return {
    user_location: location && { type: 'approximate', approximate: location },
    search_context_size: contextSize,
  };
}

/** Only Vertex AI leaves sites out. */
export function geminiSearch(search: WebSearch, drops: string[]): Fields {
  reportLimits(search, drops);
  if (search.location !== undefined) drops.push('web_search.user_location');
  if (search.contextSize !== undefined) drops.push('search_context_size');
  return { googleSearch: {} };
}

function reportLimits({ maxUses, allowedDomains, blockedDomains }: WebSearch, drops: string[]): void {
  if (maxUses !== undefined) drops.push('web_search.max_uses');
  if (allowedDomains !== undefined) drops.push('web_search.allowed_domains');
  if (blockedDomains !== undefined) drops.push('web_search.blocked_domains');
}

function locationOf(value: unknown, path: string): Record<string, string> {
  const { city, region, country, timezone } = asObject(value, path);
  const given = Object.entries({ city, region, country, timezone });
  return Object.fromEntries(
    given.flatMap(([name, place]) =>
      place === undefined || place === null ? [] : [[name, asString(place, `${path}.${name}`)]],
    ),
  );
}

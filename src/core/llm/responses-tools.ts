/**
 * Tools as clients of the Responses API offer them: a namespace holds several, a custom one takes free text, and some come as an item
 * of the input (Codex). Elsewhere each is a function with a name of its own; its calls are told back in the client's terms.
 */
import { asArray, asObject, asString, type Fields, optional } from './fields.ts';
import type { Tool, WebSearch } from './model.ts';
import { searchOfResponses } from './web-search.ts';

export interface OfferedTool {
  name: string;
  namespace?: string;
  custom: boolean;
}

/** The one name of a function inside a namespace. */
export function flatName(namespace: unknown, name: string): string {
  return typeof namespace === 'string' && namespace !== '' ? `${namespace}__${name}` : name;
}

/** What is found beside functions. */
interface Found {
  drops: string[];
  webSearch?: WebSearch | undefined;
}

/** What else OpenAI itself runs is left out, and named in `drops`. */
export function decodeTools(list: unknown, path: string, into: Found, namespace?: string): Tool[] {
  return (optional(list, path, asArray) ?? []).flatMap((value, index) => {
    const at = `${path}[${index}]`;
    const tool = asObject(value, at);
    const { type } = tool;
    if (type === 'function' || type === 'custom') return [decodeTool(tool, at, namespace)];
    if (type === 'namespace' && namespace === undefined)
      return decodeTools(tool['tools'], `${at}.tools`, into, asString(tool['name'], `${at}.name`));
    const search = searchOfResponses(tool, at, into.drops);
    if (search === undefined) into.drops.push(`${at} (${asString(type, `${at}.type`)})`);
    else into.webSearch = search;
    return [];
  });
}

/** Free text is a function's one argument. */
function decodeTool(tool: Fields, path: string, namespace: string | undefined): Tool {
  const base = {
    name: flatName(namespace, asString(tool['name'], `${path}.name`)),
    description: optional(tool['description'], `${path}.description`, asString),
  };
  if (tool['type'] === 'custom') {
    const parameters = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
    return { ...base, parameters };
  }
  const parameters = tool['parameters'] ?? { type: 'object', properties: {} };
  return {
    ...base,
    parameters,
    strict: optional(tool['strict'], `${path}.strict`, (value) => value === true),
  };
}

/** By the name that the provider knows; of a request that was decoded. */
export function offeredTools(request: Fields): ReadonlyMap<string, OfferedTool> {
  const offered = new Map<string, OfferedTool>();
  const lists = [request['tools'], ...itemsOf(request['input']).map((item) => item['tools'])];
  for (const list of lists) offer(list, undefined, offered);
  return offered;
}

function itemsOf(input: unknown): Fields[] {
  if (!Array.isArray(input)) return [];
  return (input as Fields[]).filter((item) => item['type'] === 'additional_tools');
}

function offer(list: unknown, namespace: string | undefined, offered: Map<string, OfferedTool>): void {
  if (!Array.isArray(list)) return;
  for (const tool of list as Fields[]) {
    const name = String(tool['name']);
    if (tool['type'] === 'namespace' && namespace === undefined) offer(tool['tools'], name, offered);
    else offered.set(flatName(namespace, name), { name, namespace, custom: tool['type'] === 'custom' });
  }
}

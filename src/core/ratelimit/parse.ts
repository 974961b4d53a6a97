/** envoyproxy/ratelimit's YAML → `RateLimitConfig`, with its strictness and its texts. */
import { isMap, type ParsedNode, parseAllDocuments, type YAMLMap } from 'yaml';
import type { RateLimitConfig } from './model.ts';
import { DescriptorReader } from './parse-descriptor.ts';
import { checkKeys } from './parse-keys.ts';
import { ConfigFault, lineAt, textOf } from './parse-values.ts';

export interface ConfigFile {
  name: string;
  text: string;
}
export type ParseResult = { ok: true; config: RateLimitConfig } | { ok: false; error: string };

/** A megabyte is several thousand rules; a larger file is a mistake or an attack. */
const maxFileLength = 1_048_576;

/** All files or none: the first bad one refuses the whole set (its name and reason are in `error`). */
export function parseRateLimitConfig(files: readonly ConfigFile[]): ParseResult {
  let current = '';
  try {
    const roots = files.map((file) => {
      current = file.name;
      return { file, map: readYaml(file) };
    });
    const config: RateLimitConfig = { domains: {} };
    for (const { file, map } of roots) {
      current = file.name;
      addDomain(config, map, file.text);
    }
    return { ok: true, config };
  } catch (error) {
    if (error instanceof ConfigFault) return { ok: false, error: `${current}: ${error.message}` };
    throw error;
  }
}

/** Only the first document is read; the original does not even validate the rest. */
function readYaml(file: ConfigFile): YAMLMap | undefined {
  if (file.text.length > maxFileLength) throw new ConfigFault(`larger than ${maxFileLength} characters`);
  const documents = parseAllDocuments(file.text, {
    version: '1.1',
    uniqueKeys: false,
    keepSourceTokens: true,
  });
  const first = Array.isArray(documents) ? documents[0] : undefined;
  const fault = first?.errors[0];
  if (fault !== undefined) {
    const line = lineAt(file.text, fault.pos[0]);
    throw new ConfigFault(`error loading config file: yaml: line ${line}: ${fault.message.split('\n')[0]}`);
  }
  const root = first?.contents as ParsedNode | null | undefined;
  if (root === null || root === undefined) return undefined;
  if (!isMap(root))
    throw new ConfigFault('error loading config file: yaml: the file must hold a map with a domain');
  checkKeys(root);
  return root;
}

function addDomain(config: RateLimitConfig, map: YAMLMap | undefined, source: string): void {
  const domain = map === undefined ? '' : textOf(map.get('domain', true), source);
  if (domain === '') throw new ConfigFault('config file cannot have empty domain');
  if (Object.hasOwn(config.domains, domain))
    throw new ConfigFault(`duplicate domain '${domain}' in config file`);
  config.domains[domain] = new DescriptorReader(source).readAll(map!.get('descriptors', true), domain);
}

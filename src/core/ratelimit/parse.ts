/** envoyproxy/ratelimit's YAML → `RateLimitConfig`, with its strictness and its texts. */
import { ConfigFault } from './config-fault.ts';
import type { RateLimitConfig } from './model.ts';
import { checkDescriptors } from './parse-descriptor.ts';
import { checkKeys } from './parse-keys.ts';
import { notAMap, type RootFields, readFields } from './parse-typed.ts';
import { readYamlTree } from './yaml-tree.ts';

export interface ConfigFile {
  name: string;
  text: string;
}
export type ParseResult = { ok: true; config: RateLimitConfig } | { ok: false; error: string };

export interface ParseOptions {
  /** Files of one domain add to each other's top level instead of being refused. */
  mergeDomains?: boolean;
}

/** A megabyte is several thousand rules; a larger file is a mistake or an attack. */
const maxFileLength = 1_048_576;

/** All files or none: the first bad one refuses the whole set (its name and reason are in `error`). */
export function parseRateLimitConfig(files: readonly ConfigFile[], options: ParseOptions = {}): ParseResult {
  let current = '';
  try {
    const roots = files.map((file) => {
      current = file.name;
      return { file, root: readFile(file.text) };
    });
    const config: RateLimitConfig = { domains: [] };
    const seenOf = new Map<string, Set<string>>();
    for (const { file, root } of roots) {
      current = file.name;
      addDomain(config, root, seenOf, options.mergeDomains === true);
    }
    return { ok: true, config };
  } catch (error) {
    if (error instanceof ConfigFault) return { ok: false, error: `${current}: ${error.message}` };
    throw error;
  }
}

function readFile(text: string): RootFields {
  if (text.length > maxFileLength) throw new ConfigFault(`larger than ${maxFileLength} characters`);
  const tree = readYamlTree(text);
  if (tree === undefined || (tree.kind === 'scalar' && tree.tag === 'null')) return readFields(undefined);
  if (tree.kind !== 'map') throw notAMap(tree);
  checkKeys(tree);
  return readFields(tree);
}

function addDomain(
  config: RateLimitConfig,
  { domain, descriptors }: RootFields,
  seenOf: Map<string, Set<string>>,
  merge: boolean,
): void {
  if (domain === '') throw new ConfigFault('config file cannot have empty domain');
  const seen = seenOf.get(domain);
  if (seen === undefined) {
    const keys = new Set<string>();
    seenOf.set(domain, keys);
    config.domains.push({ name: domain, descriptors: checkDescriptors(descriptors, domain, keys) });
    return;
  }
  if (!merge) throw new ConfigFault(`duplicate domain '${domain}' in config file`);
  const known = config.domains.find(({ name }) => name === domain)!;
  known.descriptors.push(...checkDescriptors(descriptors, domain, seen));
}

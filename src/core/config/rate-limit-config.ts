/**
 * Where the embedded rate limit service's configuration comes from: files (`--ratelimit-config`), or else ConfigMaps in Envoy's
 * format. Each source stands for itself: a bad one keeps what it said before, and the others go on.
 */
import type { RateLimitConfig } from '../ratelimit/model.ts';
import { type ConfigFile, parseRateLimitConfig } from '../ratelimit/parse.ts';
import type { KubeObject } from '../resources/object.ts';
import { groups, nameOf, type Objects } from './objects.ts';

export interface RateLimitFiles {
  /** Names the place in messages. */
  place: string;
  files: readonly ConfigFile[];
  /** Why the files can't be read. */
  error?: string;
}

export interface RateLimitSources {
  /** In place of ConfigMaps. */
  files?: RateLimitFiles;
  /** Files of one domain add to each other instead of being refused (`MERGE_DOMAIN_CONFIG`). */
  mergeDomains?: boolean;
}

export interface ReadRateLimits {
  /** Absent when no source ever had a valid one. */
  config?: RateLimitConfig;
  /** What is wrong with the sources, one sentence each. */
  errors: { place: string; message: string }[];
}

/** The one of the walkthrough comes first: no other can take a domain from it. */
const firstNamed = 'ratelimit/ratelimit-config';
const configMapName = 'ratelimit-config';
const configMapLabel = 'tollgate.dev/ratelimit-config';

/** By its name, in any namespace, or by the label with the value "true". */
export function isRateLimitConfigMap({ kind, metadata }: KubeObject): boolean {
  if (kind !== 'ConfigMap') return false;
  return metadata.name === configMapName || metadata.labels?.[configMapLabel] === 'true';
}

export function readRateLimits(
  objects: Objects,
  previous: RateLimitConfig | undefined,
  options: RateLimitSources = {},
): ReadRateLimits {
  const sources = options.files === undefined ? configMaps(objects) : [options.files];
  if (sources.length === 0) {
    const message = `the rate limit service has no configuration: ConfigMap ${firstNamed} not found`;
    return { errors: [{ place: `ConfigMap ${firstNamed}`, message }] };
  }
  const config: RateLimitConfig = { domains: [] };
  const errors: ReadRateLimits['errors'] = [];
  let isAnyValid = false;
  for (const source of sources) {
    const read = readSource(source, config, options.mergeDomains === true);
    const before = previous?.domains.filter((domain) => domain.source === source.place) ?? [];
    if (read.ok) config.domains.push(...read.domains);
    else {
      const kept = before.length === 0 ? 'there is none from before' : 'the one from before stays in force';
      errors.push({
        place: source.place,
        message: `${source.place} is not valid (${kept}): ${read.error}`,
      });
      const taken = new Set(config.domains.map(({ name }) => name));
      config.domains.push(...before.filter(({ name }) => !taken.has(name)));
    }
    isAnyValid ||= read.ok || before.length > 0;
  }
  return isAnyValid ? { config, errors } : { errors };
}

type Domains = RateLimitConfig['domains'];

function readSource(
  { place, files, error }: RateLimitFiles,
  config: RateLimitConfig,
  mergeDomains: boolean,
): { ok: true; domains: Domains } | { ok: false; error: string } {
  if (error !== undefined) return { ok: false, error };
  const parsed = parseRateLimitConfig(files, { mergeDomains });
  if (!parsed.ok) return parsed;
  const owners = new Map(config.domains.map(({ name, source }) => [name, source]));
  const taken = parsed.config.domains.find(({ name }) => owners.has(name));
  if (taken !== undefined)
    return { ok: false, error: `duplicate domain '${taken.name}', which ${owners.get(taken.name)} has` };
  return { ok: true, domains: parsed.config.domains.map((domain) => ({ ...domain, source: place })) };
}

function configMaps(objects: Objects): RateLimitFiles[] {
  const found = objects.list(groups.core, 'ConfigMap').filter(isRateLimitConfigMap);
  const first = found.filter((object) => nameOf(object) === firstNamed);
  const rest = found.filter((object) => nameOf(object) !== firstNamed);
  return [...first, ...rest].map((object) => ({
    place: `ConfigMap ${nameOf(object)}`,
    files: filesOf(object),
  }));
}

/** Each entry is a file. */
export function filesOf(configMap: KubeObject): ConfigFile[] {
  const data = (configMap['data'] ?? {}) as Record<string, string>;
  return Object.entries(data).map(([name, text]) => ({ name, text }));
}

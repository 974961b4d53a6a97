/** The original's second pass: the file's fields by their Go types. All type errors of a file are told together, as yaml.v2 does. */
import { ConfigFault } from './config-fault.ts';
import { nameOf } from './parse-keys.ts';
import type { YamlMap, YamlTree } from './yaml-tree.ts';

export interface RootFields {
  domain: string;
  descriptors: DescriptorFields[];
}
export interface DescriptorFields {
  key: string;
  value: string;
  rateLimit: RateLimitFields | undefined;
  descriptors: DescriptorFields[];
  shadowMode: boolean;
  quotaMode: boolean;
  detailedMetric: boolean;
  valueToMetric: boolean;
  shareThreshold: boolean;
  metadata: YamlMap | undefined;
}
export interface RateLimitFields {
  requestsPerUnit: number;
  unit: string;
  unlimited: boolean;
  name: string;
  replaces: string[];
}

const maxUint32 = 4_294_967_295n;

export function readFields(root: YamlMap | undefined): RootFields {
  const reader = new FieldReader();
  const fields = {
    domain: reader.text(root, 'domain'),
    descriptors: reader.list(root, 'descriptors', 'config.YamlDescriptor', (item) =>
      descriptor(reader, item),
    ),
  };
  reader.throwErrors();
  return fields;
}

/** What `yaml.Unmarshal` says to a file that is no map at all. */
export function notAMap(tree: YamlTree): ConfigFault {
  const reader = new FieldReader();
  reader.mismatch(tree, 'map[interface {}]interface {}');
  return reader.fault();
}

function descriptor(reader: FieldReader, map: YamlMap): DescriptorFields {
  const limit = rateLimitMap(reader, map);
  return {
    key: reader.text(map, 'key'),
    value: reader.text(map, 'value'),
    rateLimit: limit && rateLimit(reader, limit),
    descriptors: reader.list(map, 'descriptors', 'config.YamlDescriptor', (item) => descriptor(reader, item)),
    shadowMode: reader.flag(map, 'shadow_mode'),
    quotaMode: reader.flag(map, 'quota_mode'),
    detailedMetric: reader.flag(map, 'detailed_metric'),
    valueToMetric: reader.flag(map, 'value_to_metric'),
    shareThreshold: reader.flag(map, 'share_threshold'),
    metadata: reader.map(map, 'metadata', 'map[string]interface {}'),
  };
}

/** yaml.v2 leaves a pointer nil for `null` and `~` alone: `Null` is a limit without fields. */
function rateLimitMap(reader: FieldReader, map: YamlMap): YamlMap | undefined {
  const node = entryOf(map, 'rate_limit');
  if (node?.kind === 'scalar' && node.tag === 'null' && !['', '~', 'null'].includes(node.text))
    return { kind: 'map', line: node.line, at: node.at, entries: [] };
  return reader.map(map, 'rate_limit', 'config.YamlRateLimit');
}

function rateLimit(reader: FieldReader, map: YamlMap): RateLimitFields {
  return {
    requestsPerUnit: reader.count(map, 'requests_per_unit'),
    unit: reader.text(map, 'unit'),
    unlimited: reader.flag(map, 'unlimited'),
    name: reader.text(map, 'name'),
    replaces: reader.list(map, 'replaces', 'config.yamlReplaces', (item) => reader.text(item, 'name')),
  };
}

/** Null and absent are each type's zero. */
class FieldReader {
  readonly #errors: { at: number; text: string }[] = [];

  /** The source text of a scalar: `value: yes` is "yes", `value: 007` is "007". */
  text(map: YamlMap | undefined, name: string): string {
    const node = field(map, name);
    if (node === undefined) return '';
    if (node.kind === 'scalar') return node.text;
    this.mismatch(node, 'string');
    return '';
  }

  flag(map: YamlMap, name: string): boolean {
    const node = field(map, name);
    if (node === undefined) return false;
    if (node.kind === 'scalar' && node.tag === 'bool') return node.value === true;
    this.mismatch(node, 'bool');
    return false;
  }

  count(map: YamlMap, name: string): number {
    const node = field(map, name);
    if (node === undefined) return 0;
    const value = node.kind === 'scalar' ? node.value : undefined;
    if (typeof value === 'bigint' && value >= 0n && value <= maxUint32) return Number(value);
    this.mismatch(node, 'uint32');
    return 0;
  }

  map(map: YamlMap, name: string, goType: string): YamlMap | undefined {
    const node = field(map, name);
    if (node === undefined || node.kind === 'map') return node;
    this.mismatch(node, goType);
    return undefined;
  }

  list<T>(map: YamlMap | undefined, name: string, goType: string, read: (item: YamlMap) => T): T[] {
    const node = field(map, name);
    if (node === undefined) return [];
    // The first pass has refused lists of anything but maps.
    if (node.kind === 'list') return node.items.flatMap((item) => (item.kind === 'map' ? [read(item)] : []));
    this.mismatch(node, `[]${goType}`);
    return [];
  }

  mismatch(node: YamlTree, goType: string): void {
    const tag = node.kind === 'map' ? 'map' : node.kind === 'list' ? 'seq' : node.tag;
    const shown = node.kind === 'scalar' ? ` \`${shortened(node.text)}\`` : '';
    this.#errors.push({
      at: node.at,
      text: `  line ${node.line}: cannot unmarshal !!${tag}${shown} into ${goType}`,
    });
  }

  fault(): ConfigFault {
    const texts = this.#errors.sort((a, b) => a.at - b.at).map(({ text }) => text);
    return new ConfigFault(`error loading config file: yaml: unmarshal errors:\n${texts.join('\n')}`);
  }

  throwErrors(): void {
    if (this.#errors.length > 0) throw this.fault();
  }
}

function entryOf(map: YamlMap | undefined, name: string): YamlTree | undefined {
  return map?.entries.find(([key]) => nameOf(key) === name)?.[1];
}

function field(map: YamlMap | undefined, name: string): YamlTree | undefined {
  const node = entryOf(map, name);
  return node?.kind === 'scalar' && node.tag === 'null' ? undefined : node;
}

function shortened(text: string): string {
  return text.length > 10 ? `${text.slice(0, 7)}...` : text;
}

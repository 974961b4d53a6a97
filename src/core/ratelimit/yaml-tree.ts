/** One YAML document as plain values with their lines: aliases followed, merges applied in order, the last of equal keys wins. */
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar as ScalarNode,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml';
import { ConfigFault } from './config-fault.ts';
import { libyamlText, refusedByReader } from './yaml-faults.ts';
import { resolvePlain, type Scalar } from './yaml-scalars.ts';

export type YamlTree = YamlMap | YamlList | YamlScalar;
interface Place {
  line: number;
  /** Offset in the text: the order of messages. */
  at: number;
}
export interface YamlMap extends Place {
  kind: 'map';
  entries: [key: YamlTree, value: YamlTree][];
}
export interface YamlList extends Place {
  kind: 'list';
  items: YamlTree[];
}
export interface YamlScalar extends Scalar, Place {
  kind: 'scalar';
  /** As written; the content of a quoted one. */
  text: string;
}

/** After aliases are followed. A few KB of nested aliases would otherwise grow to gigabytes. */
const maxNodes = 200_000;
const maxDepth = 200;

/** Undefined for a file without content. Only the first document is read; the rest may be anything. */
export function readYamlTree(text: string): YamlTree | undefined {
  try {
    const refused = refusedByReader(text);
    if (refused !== undefined) throw fault(refused);
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, { schema: 'failsafe', uniqueKeys: false, lineCounter: lines });
    const first = Array.isArray(documents) ? documents[0] : undefined;
    const mistake = first?.errors[0];
    if (mistake !== undefined) throw fault(syntaxText(text, mistake, lineAt(lines, mistake.pos[0])));
    if (first === undefined || first.contents === null) return undefined;
    return new TreeReader(lines).read(first.contents, 0);
  } catch (error) {
    if (error instanceof RangeError) throw fault('exceeded max depth');
    throw error;
  }
}

function lineAt(lines: LineCounter, offset: number): number {
  return Math.max(1, lines.linePos(offset).line);
}

function syntaxText(text: string, { code, message, pos }: YAMLParseError, line: number): string {
  if (message.includes('call stack')) return 'exceeded max depth';
  const plain = () => message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
  return libyamlText(text, { code, message, at: pos[0] }) ?? `line ${line}: ${plain()}`;
}

class TreeReader {
  readonly #lines: LineCounter;
  /** What each anchor stood for last, up to here. */
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #nodes = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  read(node: unknown, depth: number): YamlTree {
    if (depth > maxDepth) throw fault('exceeded max depth');
    if (++this.#nodes > maxNodes) throw fault('document contains excessive aliasing');
    if (isAlias(node)) return this.#follow(node.source, depth);
    if (isNode(node) && 'anchor' in node && node.anchor) this.#anchors.set(node.anchor, node);
    const place = this.#placeOf(node);
    if (isMap(node)) return { kind: 'map', ...place, entries: this.#entries(node, depth) };
    if (isSeq(node))
      return { kind: 'list', ...place, items: node.items.map((item) => this.read(item, depth + 1)) };
    if (isScalar(node)) return { kind: 'scalar', ...place, ...scalarOf(node) };
    return { kind: 'scalar', ...place, tag: 'null', value: null, text: '' };
  }

  #follow(name: string, depth: number): YamlTree {
    const target = this.#anchors.get(name);
    if (target === undefined) throw fault(`unknown anchor '${name}' referenced`);
    if (this.#open.has(target)) throw fault(`anchor '${name}' value contains itself`);
    this.#open.add(target);
    const tree = this.read(target, depth + 1);
    this.#open.delete(target);
    return tree;
  }

  #entries(map: YAMLMap, depth: number): [YamlTree, YamlTree][] {
    const entries = new Map<string, [YamlTree, YamlTree]>();
    const put = (key: YamlTree, value: YamlTree) => entries.set(goText(key), [key, value]);
    this.#open.add(map);
    for (const pair of map.items) {
      if (!isPair(pair)) continue;
      const value = this.read(pair.value, depth + 1);
      if (isMerge(pair.key)) for (const [key, merged] of mergedEntries(value)) put(key, merged);
      else put(this.read(pair.key, depth + 1), value);
    }
    this.#open.delete(map);
    return [...entries.values()];
  }

  #placeOf(node: unknown): Place {
    const at = (node as { range?: [number, number, number] | null } | null)?.range?.[0];
    return at === undefined ? { line: 1, at: 0 } : { line: lineAt(this.#lines, at), at };
  }
}

function isMerge(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

/** Of a list of maps the earlier ones take precedence. */
function mergedEntries(value: YamlTree): [YamlTree, YamlTree][] {
  if (value.kind === 'map') return value.entries;
  const maps = value.kind === 'list' ? [...value.items].reverse() : [value];
  return maps.flatMap((map) => {
    if (map.kind === 'map') return map.entries;
    throw fault('map merge requires map or sequence of maps as the value');
  });
}

function scalarOf(node: ScalarNode): Scalar & { text: string } {
  const isPlain = node.type === 'PLAIN' || node.type === undefined;
  const text = isPlain ? (node.source ?? String(node.value)) : String(node.value ?? '');
  const tag = /^tag:yaml\.org,2002:(.*)$/.exec(node.tag ?? '')?.[1];
  if (tag === undefined) return isPlain ? { ...resolvePlain(text), text } : { tag: 'str', value: text, text };
  return { ...asTagged(text, tag), text };
}

/** A scalar with a tag of its own (`!!str 5`) is what the tag says, or nothing. */
function asTagged(text: string, tag: string): Scalar {
  if (tag === 'str' || tag === 'binary') return { tag: 'str', value: text };
  const resolved = resolvePlain(text);
  if (resolved.tag === tag || !resolvableTags.has(tag)) return resolved;
  if (tag === 'float' && typeof resolved.value === 'bigint')
    return { tag: 'float', value: Number(resolved.value) };
  throw fault(`cannot decode !!${resolved.tag} \`${text}\` as a !!${tag}`);
}

const resolvableTags = new Set(['int', 'float', 'bool', 'null', 'timestamp']);

function fault(text: string): ConfigFault {
  return new ConfigFault(`error loading config file: yaml: ${text}`);
}

/** A value the way Go's `%v` prints it. */
export function goText(tree: YamlTree): string {
  if (tree.kind === 'list') return `[${tree.items.map(goText).join(' ')}]`;
  if (tree.kind === 'map')
    return `map[${tree.entries.map(([k, v]) => `${goText(k)}:${goText(v)}`).join(' ')}]`;
  return tree.value === null ? '<nil>' : String(tree.value);
}

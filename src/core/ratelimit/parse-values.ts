/** Scalars the way yaml.v2 reads them into typed fields: strings take the source text, counts YAML 1.1 notation. */
import { isAlias, isNode, isScalar, type Node } from 'yaml';

/** A configuration that is refused; the message is the original's. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault';
}

export function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}

const maxUint32 = 4_294_967_295;

/** `value: yes` is "yes" and `value: 007` is "007" in a string field; absent and null are ''. */
export function textOf(node: unknown, source: string): string {
  if (node === undefined || node === null || (isScalar(node) && node.value === null)) return '';
  if (isScalar(node)) return node.type === 'PLAIN' ? (node.source ?? String(node.value)) : String(node.value);
  throw new ConfigFault(
    `error loading config file: yaml: unmarshal errors:\n  line ${lineOf(node, source)}: cannot unmarshal into string`,
  );
}

export function flagOf(node: unknown, source: string): boolean {
  if (node === undefined || node === null || (isScalar(node) && node.value === null)) return false;
  if (isScalar(node) && typeof node.value === 'boolean') return node.value;
  throw new ConfigFault(
    `error loading config file: yaml: unmarshal errors:\n  line ${lineOf(node, source)}: cannot unmarshal ${describe(node)} into bool`,
  );
}

export function countOf(node: unknown, source: string): number {
  if (node === undefined || node === null || (isScalar(node) && node.value === null)) return 0;
  const value = isScalar(node) ? node.value : undefined;
  if (isScalar(node) && node.type === 'PLAIN' && typeof value === 'number' && Number.isInteger(value)) {
    if (value >= 0 && value <= maxUint32) return value;
  }
  throw new ConfigFault(
    `error loading config file: yaml: unmarshal errors:\n  line ${lineOf(node, source)}: cannot unmarshal ${describe(node)} into uint32`,
  );
}

function lineOf(node: unknown, source: string): number {
  return isNode(node) && node.range ? lineAt(source, node.range[0]) : 1;
}

function describe(node: unknown): string {
  if (!isScalar(node)) return isAlias(node) ? 'alias' : '!!seq';
  const tag = typeof node.value === 'string' ? '!!str' : typeof node.value === 'boolean' ? '!!bool' : '!!int';
  return `${tag} \`${String((node as Node & { source?: string }).source ?? node.value)}\``;
}

/** `llm.policies.apiKey` → VirtualKeys, a Budget for each of a key's budgets, and how the Gateway asks for keys. */
import { displayOf } from '../keys/key-value.ts';
import type { KubeObject } from '../resources/object.ts';
import { Names } from './names.ts';
import { owned } from './owned.ts';
import type { Reader } from './reader.ts';

type Fields = Record<string, unknown>;

export interface ReadKeys {
  objects: KubeObject[];
  /** `traffic.apiKeyAuthentication`; absent when the document asks for no keys. */
  authentication?: Fields;
}

/** On a VirtualKey, its own name: what its budgets select it by. */
const keyLabel = 'tollgate.dev/standalone-key';
/** No ConfigMap has it: all keys of the document are VirtualKeys, the policy says only how they are asked for. */
const noOther = { matchLabels: { [keyLabel]: 'none' } };

export function readKeys(reader: Reader, value: unknown, gateway: string): ReadKeys {
  if (value === undefined || value === null) return { objects: [] };
  const path = 'llm.policies.apiKey';
  const fields = reader.fields(value, path, ['keys', 'mode', 'location']);
  const names = new Names();
  const objects = reader
    .list(fields['keys'], `${path}.keys`)
    .flatMap((entry, index) => readKey(reader, entry, `${path}.keys[${index}]`, index, names, gateway));
  const mode =
    fields['mode'] === undefined ? 'Optional' : reader.oneOf(fields['mode'], `${path}.mode`, modes);
  const location = fields['location'];
  const authentication = {
    mode: mode ?? 'Strict',
    configMapSelector: noOther,
    ...(location !== undefined && location !== null && { location }),
  };
  return { objects, authentication };
}

const modes = {
  strict: 'Strict',
  Strict: 'Strict',
  optional: 'Optional',
  Optional: 'Optional',
  permissive: 'Permissive',
  Permissive: 'Permissive',
} as const;

function readKey(
  reader: Reader,
  entry: unknown,
  path: string,
  index: number,
  names: Names,
  gateway: string,
): KubeObject[] {
  const fields = reader.fields(entry, path, ['key', 'keyHash', 'metadata', 'allowedModels', 'budgets']);
  const metadata = metadataOf(reader, fields['metadata'], `${path}.metadata`);
  const value = hashOf(reader, fields, path);
  if (value === undefined) return [];
  const name = names.of(firstText(metadata, ['name', 'user', 'owner']) ?? `key-${index + 1}`);
  const allowed = fields['allowedModels'];
  const owner = firstText(metadata, ['user', 'name', 'owner']);
  const labels = { ...labelsOf(metadata), [keyLabel]: name };
  const spec = {
    ...value,
    metadata,
    ...(owner !== undefined && { owner }),
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: gateway }],
    ...(allowed !== undefined &&
      allowed !== null && { allowedModels: allowedModels(reader, allowed, `${path}.allowedModels`) }),
  };
  const key = owned('VirtualKey', 'tollgate.dev/v1alpha1', name, { spec }, { labels });
  return [key, ...readBudgets(reader, fields['budgets'], `${path}.budgets`, name)];
}

function firstText(metadata: Fields, names: readonly string[]): string | undefined {
  return names.map((name) => metadata[name]).find((value) => typeof value === 'string');
}

function hashOf(reader: Reader, fields: Fields, path: string): Fields | undefined {
  const { key, keyHash } = fields;
  if ((key === undefined) === (keyHash === undefined)) {
    reader.fault(path, 'must have exactly one of "key" and "keyHash"');
    return undefined;
  }
  if (key !== undefined) {
    const value = reader.secret(key, `${path}.key`);
    if (value === undefined) return undefined;
    return { keyHash: `sha256:${reader.sha256(value)}`, display: displayOf(value) };
  }
  const hash = /^sha256:([0-9a-fA-F]{64})$/.exec(String(keyHash))?.[1];
  if (hash !== undefined) return { keyHash: `sha256:${hash.toLowerCase()}` };
  reader.fault(`${path}.keyHash`, 'must be sha256: and 64 hexadecimal digits');
  return undefined;
}

function metadataOf(reader: Reader, value: unknown, path: string): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  reader.fault(path, 'must be a mapping');
  return {};
}

/** What reports can group by: texts that Kubernetes takes as labels. */
function labelsOf(metadata: Fields): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata))
    if (typeof value === 'string' && labelName.test(name) && labelValue.test(value)) labels[name] = value;
  return labels;
}

const labelName = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValue = labelName;

/** An empty list allows no model; a VirtualKey without a list allows all of them. */
function allowedModels(reader: Reader, value: unknown, path: string): string[] {
  const patterns = reader.list(value, path).flatMap((entry, i) => reader.text(entry, `${path}[${i}]`) ?? []);
  return patterns.length === 0 ? ['(none)'] : patterns;
}

function readBudgets(reader: Reader, value: unknown, path: string, key: string): KubeObject[] {
  const names = new Names();
  return reader.list(value, path).flatMap((entry, index): KubeObject[] => {
    const at = `${path}[${index}]`;
    const fields = reader.fields(entry, at, ['name', 'limit', 'window', 'onBudgetExceeded']);
    const name = reader.text(fields['name'], `${at}.name`);
    if (name === undefined) {
      reader.fault(`${at}.name`, 'must be given');
      return [];
    }
    const limit = limitOf(reader, fields['limit'], `${at}.limit`);
    const window = windowOf(reader, fields['window'], `${at}.window`);
    const action =
      fields['onBudgetExceeded'] === undefined
        ? 'Reject'
        : reader.oneOf(fields['onBudgetExceeded'], `${at}.onBudgetExceeded`, actions);
    if (limit === undefined || window === undefined || action === undefined) return [];
    const spec = {
      selector: { matchLabels: { [keyLabel]: key } },
      limit,
      window,
      // As agentgateway: checked, then charged; the call that crosses the limit is finished.
      enforcement: 'Soft',
      onExceeded: { action },
    };
    return [owned('Budget', 'tollgate.dev/v1alpha1', `${key}-${names.of(name)}`, { spec })];
  });
}

const actions = {
  Block: 'Reject',
  block: 'Reject',
  Audit: 'Report',
  audit: 'Report',
} as const;

function limitOf(reader: Reader, value: unknown, path: string): Fields | undefined {
  const { unit, amount } = reader.fields(value, path, ['unit', 'amount']);
  const kind = reader.oneOf(unit, `${path}.unit`, {
    USD: 'usd',
    usd: 'usd',
    Tokens: 'tokens',
    tokens: 'tokens',
  });
  if (kind === undefined) {
    if (unit === undefined) reader.fault(`${path}.unit`, 'must be given: USD or Tokens');
    return undefined;
  }
  if (kind === 'tokens') {
    const tokens = reader.count(amount, `${path}.amount`);
    if (tokens === undefined) reader.fault(`${path}.amount`, 'must be given');
    return tokens === undefined ? undefined : { tokens };
  }
  const usd = typeof amount === 'number' ? decimal(amount) : amount;
  if (typeof usd === 'string' && /^\d{1,7}(\.\d{1,9})?$/.test(usd)) return { usd };
  reader.fault(`${path}.amount`, 'must be US dollars with at most nine decimal places');
  return undefined;
}

/** Without an exponent. */
function decimal(amount: number): string {
  return amount.toFixed(9).replace(/\.?0+$/, '');
}

const calendar: Readonly<Record<string, string>> = {
  '1m': 'Minute',
  '60s': 'Minute',
  '1h': 'Hour',
  '60m': 'Hour',
  '24h': 'Day',
  '1d': 'Day',
};

/** Minutes, hours and days aligned as agentgateway does; other lengths roll, which never lets more through. */
function windowOf(reader: Reader, value: unknown, path: string): Fields | undefined {
  const text = reader.text(reader.fields(value, path, ['rolling'])['rolling'], `${path}.rolling`);
  if (text === undefined) {
    if (value === undefined) reader.fault(path, 'must be given: {rolling: 24h}');
    return undefined;
  }
  const period = calendar[text];
  if (period !== undefined) return { calendar: period };
  const days = /^(\d{1,3})d$/.exec(text);
  const rolling = days === null ? text : `${Number(days[1]) * 24}h`;
  if (/^([0-9]{1,5}(h|m|s)){1,3}$/.test(rolling)) return { rolling };
  reader.fault(`${path}.rolling`, 'must be a length of time: 90m, 24h, 30d');
  return undefined;
}

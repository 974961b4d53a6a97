/** `llm.policies.localRateLimit`, `.remoteRateLimit` and `.authorization` → the `traffic` section of an AgentgatewayPolicy. */
import type { Reader } from './reader.ts';

type Fields = Record<string, unknown>;

/** Undefined when the document limits nothing. */
export function readRateLimit(reader: Reader, local: unknown, remote: unknown): Fields | undefined {
  const localPath = 'llm.policies.localRateLimit';
  const locals = reader
    .list(local, localPath)
    .flatMap((entry, index) => readLocal(reader, entry, `${localPath}[${index}]`) ?? []);
  const global = remote === undefined || remote === null ? undefined : readRemote(reader, remote);
  if (locals.length === 0 && global === undefined) return undefined;
  return { ...(locals.length > 0 && { local: locals }), ...(global && { global }) };
}

const units: Readonly<Record<string, string>> = {
  '1s': 'Seconds',
  '60s': 'Minutes',
  '1m': 'Minutes',
  '60m': 'Hours',
  '3600s': 'Hours',
  '1h': 'Hours',
};

function readLocal(reader: Reader, entry: unknown, path: string): Fields | undefined {
  const fields = reader.fields(entry, path, ['maxTokens', 'tokensPerFill', 'fillInterval', 'type']);
  const most = reader.count(fields['maxTokens'], `${path}.maxTokens`) ?? 0;
  const perFill = reader.count(fields['tokensPerFill'], `${path}.tokensPerFill`) ?? 0;
  const interval = reader.text(fields['fillInterval'], `${path}.fillInterval`);
  const type = typeOf(reader, fields['type'], `${path}.type`);
  const unit = interval === undefined ? undefined : units[interval];
  if (interval === undefined) reader.fault(`${path}.fillInterval`, 'must be given');
  else if (unit === undefined)
    reader.fault(`${path}.fillInterval`, `"${interval}" is not supported; nearest: 1s, 1m, 1h`);
  if (perFill === 0) reader.fault(`${path}.tokensPerFill`, 'must be more than 0');
  if (most < perFill) reader.fault(`${path}.maxTokens`, 'must be at least tokensPerFill');
  if (unit === undefined || perFill === 0 || most < perFill) return undefined;
  const burst = most - perFill;
  return { [type === 'Tokens' ? 'tokens' : 'requests']: perFill, unit, ...(burst > 0 && { burst }) };
}

const types = {
  requests: 'Requests',
  Requests: 'Requests',
  tokens: 'Tokens',
  Tokens: 'Tokens',
} as const;

function typeOf(reader: Reader, value: unknown, path: string): 'Requests' | 'Tokens' {
  return (value === undefined ? undefined : reader.oneOf(value, path, types)) ?? 'Requests';
}

const failureModes = {
  failClosed: 'FailClosed',
  FailClosed: 'FailClosed',
  failOpen: 'FailOpen',
  FailOpen: 'FailOpen',
} as const;

function readRemote(reader: Reader, value: unknown): Fields | undefined {
  const path = 'llm.policies.remoteRateLimit';
  const fields = reader.fields(value, path, ['domain', 'descriptors', 'failureMode', 'host'], {
    service: 'nearest: host',
    backend: 'nearest: host',
    policies: 'the service is called in plain HTTP/2',
  });
  const domain = reader.text(fields['domain'], `${path}.domain`);
  const host = reader.text(fields['host'], `${path}.host`);
  if (domain === undefined) reader.fault(`${path}.domain`, 'must be given');
  if (host === undefined) reader.fault(`${path}.host`, 'must be given: host and port of the service');
  const descriptors = reader
    .list(fields['descriptors'], `${path}.descriptors`)
    .map((entry, index) => readDescriptor(reader, entry, `${path}.descriptors[${index}]`));
  if (descriptors.length === 0) reader.fault(`${path}.descriptors`, 'must have an entry');
  const mode = fields['failureMode'];
  const failureMode =
    mode === undefined ? undefined : reader.oneOf(mode, `${path}.failureMode`, failureModes);
  return { url: `http://${host}`, domain, descriptors, ...(failureMode && { failureMode }) };
}

function readDescriptor(reader: Reader, entry: unknown, path: string): Fields {
  const { entries, type, cost, limitOverride } = reader.fields(entry, path, [
    'entries',
    'type',
    'cost',
    'limitOverride',
  ]);
  return {
    entries: reader.list(entries, `${path}.entries`).map((pair, index) => {
      const at = `${path}.entries[${index}]`;
      const { key, value } = reader.fields(pair, at, ['key', 'value']);
      return { name: reader.text(key, `${at}.key`), expression: reader.text(value, `${at}.value`) };
    }),
    unit: typeOf(reader, type, `${path}.type`),
    ...(cost !== undefined && { cost }),
    ...(limitOverride !== undefined && { limitOverride }),
  };
}

/** Rules of one kind only: agentgateway joins kinds in ways of its own. */
export function readAuthorization(reader: Reader, value: unknown): Fields | undefined {
  if (value === undefined || value === null) return undefined;
  const path = 'llm.policies.authorization';
  const found = new Map<string, string[]>();
  reader.list(reader.fields(value, path, ['rules'])['rules'], `${path}.rules`).forEach((rule, index) => {
    const at = `${path}.rules[${index}]`;
    const [kind, expression] =
      typeof rule === 'string' ? ['allow', rule] : (Object.entries((rule ?? {}) as Fields)[0] ?? []);
    const action = reader.oneOf(kind, at, { allow: 'Allow', deny: 'Deny', require: 'Require' });
    const text = reader.text(expression, at);
    if (action !== undefined && text !== undefined) found.set(action, [...(found.get(action) ?? []), text]);
  });
  if (found.size > 1) reader.fault(`${path}.rules`, 'must all be of one kind: allow, deny or require');
  const [first] = found;
  return first && { action: first[0], policy: { matchExpressions: first[1] } };
}

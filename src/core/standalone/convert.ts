/**
 * agentgateway's standalone configuration, as far as it serves models, → our own resources, for the same compiler as all
 * others. What is not supported is refused with its path and the nearest that is: nothing that guards is ever left out silently.
 */
import { allKinds } from '../resources/kinds.ts';
import type { KubeObject } from '../resources/object.ts';
import { admit } from '../resources/validate.ts';
import { convertApiKeys } from './api-keys.ts';
import { convertModels } from './models.ts';
import { nearest } from './nearest.ts';
import { objectOf } from './objects.ts';
import { localLimits, remoteLimit } from './rate-limits.ts';
import { type Fault, type MapReader, Reader, type Surroundings } from './reader.ts';

export interface Standalone {
  /** None where there is a fault. */
  objects: KubeObject[];
  /** Price catalogs that it names, the first is laid under the others. */
  catalogs: string[];
  faults: Fault[];
  warnings: Fault[];
}

const defaultPort = 4_000;

/** `value`: the parsed file. */
export function convertStandalone(value: unknown, surroundings: Surroundings): Standalone {
  const reader = new Reader(surroundings);
  const root = reader.map(value, '');
  const catalogs: string[] = [];
  const objects = root === undefined ? [] : convertRoot(root, catalogs);
  const admitted = reader.faults.length > 0 ? [] : objects.map((object) => admittedObject(object, reader));
  const { faults, warnings } = reader;
  return { objects: faults.length > 0 ? [] : admitted, catalogs, faults, warnings };
}

/** These may have what their schemas do not know: any number of models, intervals of any length. They were checked here. */
const wider = new Set(['AgentgatewayBackend', 'AgentgatewayPolicy']);

/** With the defaults that every other way in gives; a rule that the file's own form does not have is told too. */
function admittedObject(object: KubeObject, reader: Reader): KubeObject {
  const kind = allKinds.find((one) => one.kind === object.kind)!;
  if (wider.has(object.kind)) return object;
  const { object: admitted, causes } = admit(kind, object);
  for (const { field, message } of causes)
    reader.fault(`${object.kind} ${object.metadata.name}`, `${field}: ${message}`);
  return admitted;
}

function convertRoot(root: MapReader, catalogs: string[]): KubeObject[] {
  readSettings(root, catalogs);
  const ports = gatewayPorts(root);
  const llm = root.map('llm');
  if (llm === undefined && !root.has('llm')) root.fault('llm', 'must be set');
  const objects = llm === undefined ? [] : convertLlm(llm, ports);
  root.end();
  return objects;
}

function convertLlm(llm: MapReader, ports: ReadonlyMap<string, number>): KubeObject[] {
  const port = portOf(llm, ports);
  const backend = convertModels(llm);
  const policies = llm.map('policies');
  const guards = policies === undefined ? [] : convertPolicies(policies);
  llm.end();
  const listeners = [{ name: 'http', protocol: 'HTTP', port }];
  return [
    objectOf('Gateway', 'llm', { spec: { gatewayClassName: 'agentgateway', listeners } }),
    objectOf('HTTPRoute', 'llm', {
      spec: {
        parentRefs: [{ name: 'llm' }],
        rules: [{ backendRefs: [{ group: 'agentgateway.dev', kind: 'AgentgatewayBackend', name: 'llm' }] }],
      },
    }),
    backend,
    ...guards,
  ];
}

function convertPolicies(policies: MapReader): KubeObject[] {
  const apiKey = policies.map('apiKey');
  const keys = apiKey === undefined ? undefined : convertApiKeys(apiKey);
  const local = localLimits(policies);
  const global = remoteLimit(policies);
  policies.end();
  const rateLimit = { ...(local.length > 0 && { local }), ...(global && { global }) };
  const traffic = {
    ...(keys && { apiKeyAuthentication: keys.authentication }),
    ...(Object.keys(rateLimit).length > 0 && { rateLimit }),
  };
  if (Object.keys(traffic).length === 0) return [];
  const targetRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'llm' }];
  return [objectOf('AgentgatewayPolicy', 'llm', { spec: { targetRefs, traffic } }), ...(keys?.objects ?? [])];
}

function gatewayPorts(root: MapReader): Map<string, number> {
  const ports = new Map<string, number>();
  const gateways = root.map('gateways');
  for (const name of gateways?.names() ?? []) {
    const gateway = gateways!.map(name);
    const port = gateway?.whole('port');
    gateway?.end();
    if (port !== undefined) ports.set(name, port);
    else if (gateway !== undefined && !gateway.has('port')) gateway.fault('port', 'must be set');
  }
  return ports;
}

function portOf(llm: MapReader, ports: ReadonlyMap<string, number>): number {
  const own = llm.whole('port');
  const given = llm.any('gateways');
  const names = given === undefined ? [] : Array.isArray(given) ? given.map(String) : [String(given)];
  if (names.length > 1) llm.fault('gateways', 'one gateway is supported here');
  const [name = 'default'] = names;
  const port = ports.get(name);
  if (names.length > 0 && port === undefined)
    llm.fault(
      'gateways',
      `no gateway is named "${name}"; nearest: ${nearest(name, [...ports.keys()]) || 'none'}`,
    );
  return own ?? port ?? defaultPort;
}

/** Settings of the process that have an option of their own here are taken, and said to be of no effect. */
function readSettings(root: MapReader, catalogs: string[]): void {
  const config = root.map('config');
  for (const [name, option] of [
    ['adminAddr', '--admin-port'],
    ['statsAddr', '--metrics-port'],
    ['readinessAddr', '--ready-port'],
  ] as const)
    if (config?.text(name) !== undefined) config.warn(name, `has no effect: ${option} says it`);
  if (config?.any('database') !== undefined)
    config.warn('database', 'has no effect: counts and calls are kept in the data directory');
  for (const source of config?.maps('modelCatalog') ?? []) {
    const file = source.text('file');
    source.end();
    if (file === undefined) source.fault('file', 'must be set');
    else catalogs.push(file);
  }
  config?.end();
  const frontend = root.map('frontendPolicies');
  const http = frontend?.map('http');
  if (http?.whole('maxBufferSize') !== undefined)
    http.warn('maxBufferSize', 'has no effect: bodies may be 32 MiB');
  http?.end();
  frontend?.end();
}

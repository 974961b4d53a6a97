/** `params`: which model is sent where, with which key. */
import type { Params } from './providers.ts';
import type { MapReader } from './reader.ts';
import { secretAt } from './secrets.ts';

const texts = [
  'model',
  'awsRegion',
  'vertexRegion',
  'vertexProject',
  'azureResourceName',
  'azureResourceType',
  'azureApiVersion',
  'azureProjectName',
] as const;

export function paramsAt(parent: MapReader): Params {
  const params = parent.map('params');
  if (params === undefined) return {};
  const found: Params = {};
  for (const name of texts) {
    const value = params.text(name);
    if (value !== undefined) found[name] = value;
  }
  const apiKey = secretAt(params, 'apiKey');
  if (apiKey !== undefined) found.apiKey = apiKey;
  Object.assign(found, addressAt(params));
  const prefix = params.text('pathPrefix');
  if (prefix !== undefined) found.pathPrefix = prefix;
  const path = params.text('pathOverride');
  if (path !== undefined) found.path = path;
  // Calls are bounded before they are sent whatever this says.
  params.flag('tokenize');
  params.end();
  return found;
}

function addressAt(params: MapReader): Pick<Params, 'host' | 'port' | 'pathPrefix'> {
  const override = params.text('hostOverride');
  const base = params.text('baseUrl');
  if (base !== undefined) return baseOf(params, base);
  if (override === undefined) return {};
  const [, host, port = '443'] = /^([^:/\s]+)(?::(\d{1,5}))?$/.exec(override) ?? [];
  if (host === undefined) params.fault('hostOverride', 'must be HOST:PORT');
  return host === undefined ? {} : { host, port: Number(port) };
}

/** The resources know a host and a port, where 443 is spoken to in TLS and others are not. */
function baseOf(params: MapReader, base: string): Pick<Params, 'host' | 'port' | 'pathPrefix'> {
  const [, scheme, host, given, path = ''] =
    /^(https?):\/\/(\[[0-9a-f:]+\]|[^:/?#\s@]+)(?::(\d{1,5}))?(\/[^?#\s]*)?$/i.exec(base) ?? [];
  if (scheme === undefined || host === undefined) {
    params.fault('baseUrl', 'must be http(s)://HOST[:PORT][/PATH]');
    return {};
  }
  const isTls = scheme.toLowerCase() === 'https';
  const port = Number(given ?? (isTls ? 443 : 80));
  if (isTls !== (port === 443))
    params.fault('baseUrl', 'https is served on port 443 only, and http on other ports');
  const pathPrefix = path.replace(/\/+$/, '');
  return { host, port, ...(pathPrefix !== '' && { pathPrefix }) };
}

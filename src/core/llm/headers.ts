/** Which headers go to a provider: the client's credential and connection stay here, ours is put in. */
import { isCloud } from '../cloud-auth.ts';
import type { CloudCredential, Credential } from '../config/credential.ts';
import type { ProviderTarget } from '../config/snapshot.ts';
import type { Api } from './api.ts';
import type { Provider } from './provider.ts';

/** Where clients carry the key of the gateway. */
const credentialHeaders = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'];

export function upstreamHeaders(
  target: ProviderTarget,
  provider: Provider,
  client: Readonly<Record<string, string>>,
  api: Api,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: client['accept'] ?? '*/*',
    'user-agent': client['user-agent'] ?? 'tollgate',
    ...provider.requiredHeaders(client, target, api),
  };
  // A cloud's is added when the call is made: it may sign the body.
  if (target.credential !== undefined && !isCloud(target.credential))
    addCredential(headers, target.credential, provider, client);
  return headers;
}

/** A query parameter is not a header: such a location was refused when the configuration was compiled. */
function addCredential(
  headers: Record<string, string>,
  credential: Exclude<Credential, CloudCredential>,
  provider: Provider,
  client: Readonly<Record<string, string>>,
): void {
  if (credential.type === 'passthrough') {
    for (const name of credentialHeaders) if (client[name] !== undefined) headers[name] = client[name];
    return;
  }
  const { location } = credential;
  if (location?.type === 'header') headers[location.name.toLowerCase()] = location.prefix + credential.value;
  else {
    const [name, value] = provider.credentialHeader(credential.value);
    headers[name] = value;
  }
}

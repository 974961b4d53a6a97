/** Names of the exceptions of AWS's APIs, in streams (`throttlingException`) and in answers (`ThrottlingException`). */
import type { Fields } from './fields.ts';
import type { ProviderError } from './format.ts';
import type { ErrorKind } from './model.ts';

const kinds: Record<string, ErrorKind> = {
  validationexception: 'invalid_request',
  accessdeniedexception: 'permission',
  unrecognizedclientexception: 'authentication',
  expiredtokenexception: 'authentication',
  resourcenotfoundexception: 'not_found',
  throttlingexception: 'rate_limit',
  servicequotaexceededexception: 'rate_limit',
  modelnotreadyexception: 'overloaded',
  serviceunavailableexception: 'overloaded',
  modeltimeoutexception: 'timeout',
  modelerrorexception: 'internal',
  modelstreamerrorexception: 'internal',
  internalserverexception: 'internal',
};

/** `name`: of an exception where the message comes with one, else the body's own `__type`. */
export function decodeAwsError(body: string, name?: string): ProviderError {
  let fields: Fields = {};
  try {
    fields = (JSON.parse(body) as Fields | null) ?? {};
  } catch {
    // Not JSON: a proxy's page between us and the provider.
  }
  const told = fields['message'] ?? fields['Message'];
  const type = String(name ?? fields['__type'] ?? '').replace(/^.*#/, '');
  const message = typeof told === 'string' && told !== '' ? told : type;
  return {
    message: message === '' ? 'the provider gave no reason' : message,
    kind: kinds[type.toLowerCase()],
  };
}

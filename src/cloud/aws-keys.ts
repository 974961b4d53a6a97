/** AWS keys: as configured, of the surroundings, or of a role that is taken on with those. */
import type { AwsCredential } from '../core/config/credential.ts';
import { type AwsKeys, createSigner } from './aws-signature.ts';
import type { Obtained } from './renewed.ts';

/**
 * The surroundings are, in this order: environment, single sign-on, profile files (with their roles and processes), web identity
 * token, container, machine. The library is loaded when it is needed first.
 */
export async function obtainAwsKeys({ keys, role, region }: AwsCredential): Promise<Obtained<AwsKeys>> {
  if (keys !== undefined) return { value: keys };
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const found = await defaultProvider({ clientConfig: { region } })();
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
  const value = { accessKeyId, secretAccessKey, sessionToken };
  if (role !== undefined) return assumeRole(value, role, region);
  return { value, ...(expiration && { expiresAtMs: expiration.getTime() }) };
}

/** STS's AssumeRole. Its address can be told with AWS's own variable, `AWS_ENDPOINT_URL_STS`. */
async function assumeRole(
  keys: AwsKeys,
  role: NonNullable<AwsCredential['role']>,
  region: string,
): Promise<Obtained<AwsKeys>> {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = `${process.env['AWS_ENDPOINT_URL_STS'] ?? `https://sts.${region}.${domain}`}/`;
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role.arn,
    RoleSessionName: role.sessionName,
  });
  role.tags.forEach(({ key, value }, index) => {
    form.set(`Tags.member.${index + 1}.Key`, key);
    form.set(`Tags.member.${index + 1}.Value`, value);
  });
  const body = form.toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const sign = await createSigner(keys, region, 'sts');
  const signed = await sign({ method: 'POST', url, headers, body }, new Date());
  const response = await fetch(url, { method: 'POST', headers: { ...headers, ...signed }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`AssumeRole: ${response.status} ${element(text, 'Code') ?? ''}`.trim());
  return readSession(text);
}

function readSession(text: string): Obtained<AwsKeys> {
  const accessKeyId = element(text, 'AccessKeyId');
  const secretAccessKey = element(text, 'SecretAccessKey');
  const sessionToken = element(text, 'SessionToken');
  const expiresAtMs = Date.parse(element(text, 'Expiration') ?? '');
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined)
    throw new Error('AssumeRole: the answer has no keys');
  if (Number.isNaN(expiresAtMs)) throw new Error('AssumeRole: the answer has no expiration');
  return { value: { accessKeyId, secretAccessKey, sessionToken }, expiresAtMs };
}

/** Of an answer of STS: what these elements hold needs no unescaping. */
function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>\\s*([^<]+?)\\s*</${name}>`).exec(xml)?.[1];
}

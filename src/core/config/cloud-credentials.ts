/** `auth.aws`, `auth.gcp` and `auth.azure` of a backend: what is resolved from them later, off the path of the calls. */
import type { CompileContext } from './context.ts';
import type { AwsCredential, AzureCredential, CloudCredential, Credential } from './credential.ts';
import { readSecret, type SecretRefSpec } from './secrets.ts';
import type { ProviderName } from './snapshot.ts';

export interface CloudAuthSpec {
  aws?: {
    region?: string;
    serviceName?: string;
    secretRef?: SecretRefSpec;
    assumeRole?: {
      roleArn: string;
      sessionName?: string;
      sessionNameExpression?: string;
      tags?: { key: string; value?: string; expression?: string }[];
    };
  };
  gcp?: { type?: 'AccessToken' | 'IdToken'; audience?: string; secretRef?: SecretRefSpec };
  azure?: {
    secretRef?: SecretRefSpec;
    managedIdentity?: { clientId?: string; objectId?: string; resourceId?: string };
    workloadIdentity?: object;
  };
}

export type CredentialResult = { credential: Credential | undefined } | { fault: string };

/** What the credential is for. */
export interface CloudUse {
  provider: ProviderName;
  region?: string;
  resourceType?: 'Foundry' | 'OpenAI';
}

interface Place {
  context: CompileContext;
  namespace: string;
  use: CloudUse;
}
type Result = { credential: CloudCredential } | { fault: string };

/** Undefined when the credential is not a cloud's. A cloud's own service without any is called with that of the surroundings. */
export function compileCloudCredential(
  context: CompileContext,
  namespace: string,
  auth: CloudAuthSpec | undefined,
  use: CloudUse | undefined,
): CredentialResult | undefined {
  const kind = (['aws', 'gcp', 'azure'] as const).find((name) => auth?.[name] !== undefined);
  if (use === undefined)
    return kind && { fault: `auth.${kind} is served for providers of models only by this version` };
  const place = { context, namespace, use };
  if (kind === 'aws' || (auth === undefined && use.provider === 'bedrock'))
    return aws(auth?.aws ?? {}, place);
  if (kind === 'gcp' || (auth === undefined && use.provider === 'vertexai'))
    return gcp(auth?.gcp ?? {}, place);
  return kind && azure(auth!.azure!, place);
}

function aws(spec: NonNullable<CloudAuthSpec['aws']>, { context, namespace, use }: Place): Result {
  const region = spec.region ?? use.region;
  const service = spec.serviceName ?? (use.provider === 'bedrock' ? 'bedrock' : undefined);
  if (region === undefined || service === undefined)
    return { fault: `auth.aws of provider ${use.provider} must have region and serviceName` };
  const base: AwsCredential = { type: 'aws', region, service };
  if (spec.assumeRole !== undefined) return withRole(base, spec.assumeRole);
  if (spec.secretRef === undefined) return { credential: base };
  const secret = readSecret(context, namespace, spec.secretRef);
  if ('fault' in secret) return secret;
  const accessKeyId = secret.entry('accessKey');
  const secretAccessKey = secret.entry('secretKey');
  if (accessKeyId === undefined) return { fault: secret.missing('accessKey') };
  if (secretAccessKey === undefined) return { fault: secret.missing('secretKey') };
  const sessionToken = secret.entry('sessionToken');
  return {
    credential: { ...base, keys: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } },
  };
}

/** One session serves all callers: what differs from call to call can't be in its name or its tags. */
function withRole(
  base: AwsCredential,
  {
    roleArn,
    sessionName = 'tollgate',
    sessionNameExpression,
    tags = [],
  }: NonNullable<NonNullable<CloudAuthSpec['aws']>['assumeRole']>,
): Result {
  if (sessionNameExpression !== undefined)
    return { fault: 'auth.aws.assumeRole.sessionNameExpression is not served by this version' };
  if (tags.some(({ value }) => value === undefined))
    return { fault: 'auth.aws.assumeRole.tags take a value, not an expression, in this version' };
  const fixed = tags.map(({ key, value }) => ({ key, value: value! }));
  return { credential: { ...base, role: { arn: roleArn, sessionName, tags: fixed } } };
}

function gcp(spec: NonNullable<CloudAuthSpec['gcp']>, { context, namespace }: Place): Result {
  if (spec.type === 'IdToken' && spec.audience === undefined)
    return { fault: 'auth.gcp.type IdToken must have an audience in this version' };
  const audience = spec.type === 'IdToken' ? { audience: spec.audience } : {};
  if (spec.secretRef === undefined) return { credential: { type: 'gcp', ...audience } };
  const secret = readSecret(context, namespace, spec.secretRef);
  if ('fault' in secret) return secret;
  const entry = spec.secretRef.key ?? 'credentials.json';
  const credentials = secret.entry(entry);
  if (credentials === undefined) return { fault: secret.missing(entry) };
  if (!isObjectText(credentials)) return { fault: `${entry} of auth.gcp.secretRef is not a JSON object` };
  return { credential: { type: 'gcp', credentials, ...audience } };
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** Projects of Foundry take tokens of their own kind. */
function azure(spec: NonNullable<CloudAuthSpec['azure']>, { context, namespace, use }: Place): Result {
  const resource = use.resourceType === 'Foundry' ? 'ai.azure.com' : 'cognitiveservices.azure.com';
  const credential = (source: AzureCredential['source']): Result => ({
    credential: { type: 'azure', scope: `https://${resource}/.default`, source },
  });
  if (spec.managedIdentity !== undefined) return credential({ type: 'managed', ...spec.managedIdentity });
  if (spec.workloadIdentity !== undefined) return credential({ type: 'workload' });
  if (spec.secretRef === undefined) return credential({ type: 'surroundings' });
  const secret = readSecret(context, namespace, spec.secretRef);
  if ('fault' in secret) return secret;
  const [tenantId, clientId, clientSecret] = ['tenantID', 'clientID', 'clientSecret'].map(secret.entry);
  if (tenantId === undefined) return { fault: secret.missing('tenantID') };
  if (clientId === undefined) return { fault: secret.missing('clientID') };
  if (clientSecret === undefined) return { fault: secret.missing('clientSecret') };
  return credential({ type: 'secret', tenantId, clientId, clientSecret });
}

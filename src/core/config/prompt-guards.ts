/** `ai.promptGuard` → guards of the data path. What can't be compiled is a fault: what it guards is refused then. */
import { compileExpression } from '../cel/compile.ts';
import {
  type Builtin,
  defaultScope,
  type Guard,
  type GuardScope,
  type PromptGuard,
  type RegexCheck,
  type WebhookCheck,
} from '../guard/model.ts';
import type { CloudUse } from './cloud-credentials.ts';
import { cloudOrigin } from './cloud-targets.ts';
import type { CompileContext } from './context.ts';
import type { Credential } from './credential.ts';
import { type AuthSpec, compileCredential } from './credentials.ts';
import { isGranted } from './reference-grants.ts';
import { serviceOrigins } from './services.ts';

export interface PromptGuardSpec {
  request?: GuardSpec[];
  response?: GuardSpec[];
  streaming?: 'Enabled';
}
interface GuardSpec {
  regex?: { action?: RegexCheck['action']; builtins?: Builtin[]; matches?: string[] };
  webhook?: WebhookSpec;
  openAIModeration?: { model?: string; policies?: RemotePolicies };
  bedrockGuardrails?: { identifier: string; version: string; region: string; policies?: RemotePolicies };
  googleModelArmor?: { projectId: string; templateId: string; location?: string; policies?: RemotePolicies };
  scope?: GuardScope[];
  response?: { message?: string; statusCode?: number };
  [other: string]: unknown;
}
type RemotePolicies = { auth?: AuthSpec; [other: string]: unknown };
interface WebhookSpec {
  backendRef: { group?: string; kind?: string; name: string; namespace?: string; port?: number };
  headers?: Record<string, string>;
  forwardHeaderMatches?: { name: string; type?: 'Exact' | 'RegularExpression'; value: string }[];
  failureMode?: 'FailClosed' | 'FailOpen';
}

/** Who says it: names the guard in the log, and is what references are granted to. */
export interface GuardOwner {
  kind: 'AgentgatewayPolicy' | 'AgentgatewayBackend';
  namespace: string;
  /** `namespace/name` */
  name: string;
}

export type PromptGuardResult = { guard: PromptGuard } | { fault: string };

/** The API's defaults. */
const defaultMessage = 'The request was rejected due to inappropriate content';
const defaultModerationModel = 'omni-moderation-latest';

class Fault extends Error {}

export function compilePromptGuard(
  context: CompileContext,
  owner: GuardOwner,
  spec: PromptGuardSpec,
): PromptGuardResult {
  const all = (field: 'request' | 'response') =>
    (spec[field] ?? []).map((guard, index) => {
      try {
        return compileGuard(context, owner, guard);
      } catch (error) {
        if (error instanceof Fault) throw new Fault(`promptGuard.${field}[${index}]: ${error.message}`);
        throw error;
      }
    });
  try {
    return { guard: { source: owner.name, request: all('request'), response: all('response') } };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message };
    throw error;
  }
}

function compileGuard(context: CompileContext, owner: GuardOwner, spec: GuardSpec): Guard {
  const { message = defaultMessage, statusCode = 403 } = spec.response ?? {};
  return {
    check: checkOf(context, owner, spec),
    scope: spec.scope ?? defaultScope,
    rejection: { message, statusCode },
  };
}

function checkOf(context: CompileContext, owner: GuardOwner, spec: GuardSpec): Guard['check'] {
  if (spec.regex !== undefined) return regexOf(context, spec.regex);
  if (spec.webhook !== undefined) return webhookOf(context, owner, spec.webhook);
  if (spec.openAIModeration !== undefined) return moderationOf(context, owner, spec.openAIModeration);
  if (spec.bedrockGuardrails !== undefined) return guardrailOf(context, owner, spec.bedrockGuardrails);
  if (spec.googleModelArmor !== undefined) return modelArmorOf(context, owner, spec.googleModelArmor);
  const other = Object.keys(spec).find((field) => field !== 'response' && field !== 'scope');
  throw new Fault(`${other} is not served by this version`);
}

function regexOf(context: CompileContext, spec: NonNullable<GuardSpec['regex']>): RegexCheck {
  const { action = 'Mask', builtins = [], matches = [] } = spec;
  for (const source of matches) checkRegex(context, source);
  return { type: 'regex', action, builtins, matches };
}

function checkRegex({ compileRegex }: CompileContext, source: string): void {
  if (compileRegex === undefined) throw new Fault('regular expressions can not be compiled here');
  try {
    compileRegex(source);
  } catch (error) {
    throw new Fault(`"${source}" is not a valid regular expression: ${(error as Error).message}`);
  }
}

function webhookOf(context: CompileContext, owner: GuardOwner, spec: WebhookSpec): WebhookCheck {
  const { kind = 'Service', group = '', name, port, namespace = owner.namespace } = spec.backendRef;
  if (kind !== 'Service')
    throw new Fault(`a webhook's backendRef of kind ${kind} is not served by this version`);
  const from = { group: 'agentgateway.dev', kind: owner.kind, namespace: owner.namespace };
  if (!isGranted(context, { from, to: { group, kind, namespace, name } }))
    throw new Fault(`no ReferenceGrant allows the webhook's Service ${namespace}/${name}`);
  const headers = spec.headers ?? {};
  for (const [header, source] of Object.entries(headers)) {
    const compiled = compileExpression(source);
    if (!compiled.ok)
      throw new Fault(`webhook header ${header} is not a valid CEL expression: ${compiled.error}`);
  }
  const forward = (spec.forwardHeaderMatches ?? []).map(({ type = 'Exact', ...match }) => ({
    type,
    ...match,
  }));
  for (const { type, value } of forward) if (type === 'RegularExpression') checkRegex(context, value);
  return {
    type: 'webhook',
    // None: the guard fails when it is asked, and its failureMode decides.
    origins: serviceOrigins(context, namespace, name, port) ?? [],
    headers,
    forward,
    failOpen: spec.failureMode === 'FailOpen',
  };
}

function moderationOf(
  context: CompileContext,
  owner: GuardOwner,
  spec: NonNullable<GuardSpec['openAIModeration']>,
): Guard['check'] {
  const credential = credentialOf(context, owner, 'openAIModeration', spec.policies);
  if (credential?.type !== 'key') throw new Fault('openAIModeration needs a key in policies.auth');
  const origin = context.providerUrls['openai'] ?? 'https://api.openai.com';
  return {
    type: 'moderation',
    url: `${origin}/v1/moderations`,
    model: spec.model ?? defaultModerationModel,
    credential,
  };
}

/** Without `auth`, the credentials of the surroundings. */
function guardrailOf(
  context: CompileContext,
  owner: GuardOwner,
  { region, identifier, version, policies }: NonNullable<GuardSpec['bedrockGuardrails']>,
): Guard['check'] {
  const use: CloudUse = { provider: 'bedrock', region };
  const credential = credentialOf(context, owner, 'bedrockGuardrails', policies, use)!;
  const origin = context.providerUrls['bedrock'] ?? cloudOrigin('bedrock', { region })!;
  return { type: 'bedrockGuardrail', origin, identifier, version, credential };
}

function modelArmorOf(
  context: CompileContext,
  owner: GuardOwner,
  { projectId, templateId, location = 'us-central1', policies }: NonNullable<GuardSpec['googleModelArmor']>,
): Guard['check'] {
  const credential = credentialOf(context, owner, 'googleModelArmor', policies, { provider: 'vertexai' })!;
  const origin = context.providerUrls['modelarmor'] ?? `https://modelarmor.${location}.rep.googleapis.com`;
  const names = [projectId, location, templateId].map(encodeURIComponent);
  const template = `projects/${names[0]}/locations/${names[1]}/templates/${names[2]}`;
  return { type: 'modelArmor', origin, template, credential };
}

function credentialOf(
  context: CompileContext,
  owner: GuardOwner,
  guard: string,
  { auth, ...others }: RemotePolicies = {},
  use?: CloudUse,
): Credential | undefined {
  const other = Object.keys(others)[0];
  if (other !== undefined) throw new Fault(`${guard}.policies.${other} is not served by this version`);
  const compiled = compileCredential(context, owner.namespace, auth, use);
  if ('fault' in compiled) throw new Fault(`${guard}: ${compiled.fault}`);
  return compiled.credential;
}

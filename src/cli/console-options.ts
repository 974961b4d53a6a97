/** Options of `tollgate up` about the console: where it is found, and how people log in with OpenID Connect. */
import { accessSync, constants } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { issuerFault, type OidcSettings } from '../core/login/oidc-settings.ts';
import { type RoleRule, roleRulesOf } from '../core/login/role-map.ts';

export interface OidcFlags {
  oidcIssuer?: string;
  oidcClientId?: string;
  oidcClientSecretFile?: string;
  oidcRoles?: RoleRule[];
  oidcClaim: string;
  oidcScopes: string;
  oidcName?: string;
  oidcSessionHours: number;
}

type Parse = (text: string) => unknown;

export const consoleOptions: [
  flag: string,
  variable: string,
  description: string,
  fallback?: string | number,
  parse?: Parse,
][] = [
  [
    '--console-url <url>',
    'CONSOLE_URL',
    'where browsers find the console behind a proxy, such as https://gateway.example.com',
    undefined,
    consoleUrl,
  ],
  [
    '--oidc-issuer <url>',
    'OIDC_ISSUER',
    'log people in to the console by this OpenID provider',
    undefined,
    issuer,
  ],
  ['--oidc-client-id <id>', 'OIDC_CLIENT_ID', 'client that the provider knows the console by'],
  [
    '--oidc-client-secret-file <file>',
    'OIDC_CLIENT_SECRET_FILE',
    'file with its secret, read at each login (default: a public client, with PKCE alone)',
    undefined,
    readable,
  ],
  [
    '--oidc-roles <rules>',
    'OIDC_ROLES',
    'who may do what: platform-admins=admin,finance=viewer,research=owner:research; the first that holds',
    undefined,
    rules,
  ],
  ['--oidc-claim <name>', 'OIDC_CLAIM', 'claim that the rules look at', 'groups'],
  ['--oidc-scopes <names>', 'OIDC_SCOPES', 'scopes that are asked for', 'openid profile email', scopes],
  ['--oidc-name <name>', 'OIDC_NAME', 'what the button calls the provider (default: its host)'],
  ['--oidc-session-hours <hours>', 'OIDC_SESSION_HOURS', 'how long such a login holds', 12, hours],
];

/** The flags as one setting. Throws where only a part is given: a login that is half configured is none. */
export function withOidc<T extends OidcFlags>(flags: T): Omit<T, keyof OidcFlags> & { oidc?: OidcSettings } {
  const {
    oidcIssuer: issuer,
    oidcClientId: clientId,
    oidcClientSecretFile: clientSecretFile,
    oidcRoles: roles,
    oidcClaim: claim,
    oidcScopes: scopes,
    oidcName,
    oidcSessionHours: sessionHours,
    ...rest
  } = flags;
  if (issuer === undefined) {
    if (clientId !== undefined || roles !== undefined || clientSecretFile !== undefined)
      throw new InvalidArgumentError('--oidc-issuer is missing: the other --oidc options need it.');
    return rest;
  }
  if (clientId === undefined || roles === undefined)
    throw new InvalidArgumentError('--oidc-issuer needs --oidc-client-id and --oidc-roles too.');
  const name = oidcName ?? new URL(issuer).host;
  const secret = clientSecretFile === undefined ? {} : { clientSecretFile };
  return { ...rest, oidc: { issuer, clientId, ...secret, claim, roles, scopes, name, sessionHours } };
}

function issuer(text: string): string {
  const fault = issuerFault(text);
  if (fault !== undefined) throw new InvalidArgumentError(`${fault}.`);
  return text;
}

function rules(text: string): RoleRule[] {
  const found = roleRulesOf(text);
  if (typeof found === 'string') throw new InvalidArgumentError(`${found}.`);
  return found;
}

function readable(path: string): string {
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new InvalidArgumentError('this file cannot be read.');
  }
  return path;
}

function scopes(text: string): string {
  if (!text.split(' ').includes('openid')) throw new InvalidArgumentError('"openid" must be among them.');
  return text;
}

function hours(text: string): number {
  const count = Number(text);
  if (!(count >= 0.1 && count <= 168)) throw new InvalidArgumentError('hours are a number from 0.1 to 168.');
  return count;
}

function consoleUrl(text: string): string {
  if (!/^https?:\/\/[^/?#@\s]+\/?$/.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('write scheme, host and port alone: https://gateway.example.com.');
  return new URL(text).origin;
}

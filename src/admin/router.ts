/** From a request to its route: host, path, who asks and whether they may, body; then the route's own answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ResourceRefused } from '../storage/resource-access.ts';
import { StoreUnavailable } from '../storage/store-unavailable.ts';
import { sendAnswer, sendProblem } from './answer.ts';
import { CallAudit } from './call-audit.ts';
import { checkQuery } from './check-query.ts';
import type { AdminContext } from './context.ts';
import type { Gatekeeper, Principal } from './principal.ts';
import { Problem, problemOf, shortened } from './problem.ts';
import { readBody } from './read-body.ts';
import { type Role, rolesOf } from './roles.ts';
import type { Answer, Call, Route } from './route.ts';
import { sameSecret } from './same-secret.ts';
import { scopedToTeam } from './team-scope.ts';

export const prefix = '/api/v1';

export class Router {
  readonly #context: AdminContext;
  readonly #gatekeeper: Gatekeeper;
  readonly #routes: readonly { route: Route; segments: readonly string[] }[];

  constructor(context: AdminContext, gatekeeper: Gatekeeper, routes: readonly Route[]) {
    this.#context = context;
    this.#gatekeeper = gatekeeper;
    // Literal segments before parameters: `/calls/tail` is not a call's id.
    this.#routes = [...routes]
      .sort((a, b) => parameters(a) - parameters(b))
      .map((route) => ({ route, segments: route.path.split('/').slice(1) }));
  }

  /** Answers whatever happens. */
  async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    try {
      const { route, path } = this.#find(request.method ?? '', url.pathname.slice(prefix.length));
      const principal = await this.#admit(request, route);
      checkQuery(route, url.searchParams);
      const body = route.body === undefined ? undefined : await readBody(request, route.body);
      const audit = new CallAudit(this.#context, principal);
      const call = this.#call(request, url, path, principal, body, audit);
      await sendAnswer(response, await served(route, call, audit));
    } catch (error) {
      sendProblem(response, this.#problem(error));
    }
  }

  #find(method: string, path: string): { route: Route; path: Record<string, string> } {
    const segments = path.split('/').slice(1).map(decoded);
    const allowed = new Set<string>();
    for (const { route, segments: wanted } of this.#routes) {
      const found = matched(wanted, segments);
      if (found === undefined) continue;
      if (route.method === method) return { route, path: found };
      allowed.add(route.method);
    }
    if (allowed.size === 0) throw new Problem(404, 'not_found', `no such path: ${shortened(path)}`);
    const allow = [...allowed].join(', ');
    throw new Problem(405, 'method', `use ${allow}`, undefined, { allow });
  }

  async #admit(request: IncomingMessage, route: Route): Promise<Principal | undefined> {
    if (!route.fromElsewhere) refuseForeignPages(request);
    if (route.access === 'open') return undefined;
    const principal = await this.#gatekeeper.principalOf(request);
    if (principal === undefined) throw notLoggedIn();
    const roles: readonly Role[] = rolesOf[route.access];
    if (!roles.includes(principal.role)) throw notForRole(principal.role, roles);
    if (route.method !== 'GET') checkCsrf(request, principal);
    return principal;
  }

  #call(
    request: IncomingMessage,
    url: URL,
    path: Record<string, string>,
    principal: Principal | undefined,
    body: unknown,
    audit: CallAudit,
  ): Call {
    const context = { ...this.#context, resources: audit.resources };
    const { team } = principal ?? {};
    return {
      context: team === undefined ? context : scopedToTeam(team, context),
      gatekeeper: this.#gatekeeper,
      request,
      path,
      query: url.searchParams,
      body,
      principal: () => {
        if (principal === undefined) throw notLoggedIn();
        return principal;
      },
      audit: (action, object, more, by) => audit.tell(action, object, more, by),
    };
  }

  #problem(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof ResourceRefused) return problemOf(error);
    if (error instanceof StoreUnavailable) return new Problem(503, 'unavailable', error.message);
    this.#context.log.error(
      { error: error instanceof Error ? error.stack : String(error) },
      'the admin API failed on a request',
    );
    return new Problem(500, 'internal', 'something went wrong here; the log says what');
  }
}

/** What was written is entered in the audit log even where the answer fails. */
async function served(route: Route, call: Call, audit: CallAudit): Promise<Answer> {
  try {
    return await route.serve(call);
  } finally {
    audit.end();
  }
}

function notForRole(role: Role, roles: readonly Role[]): Problem {
  const message =
    role === 'holder'
      ? 'the holder of a virtual key may use /session and /me only'
      : `not for a token with role ${role}; this needs ${roles.join(' or ')}`;
  return new Problem(403, 'role', message);
}

function notLoggedIn(): Problem {
  return new Problem(
    401,
    'token',
    'log in, or send an admin token, such as that of the data directory: Authorization: Bearer …',
  );
}

/** Browsers say where a request comes from: other sites have no business here, whatever cookie they carry. */
function refuseForeignPages(request: IncomingMessage): void {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new Problem(403, 'origin', 'other web pages may not call this API');
}

function checkCsrf(request: IncomingMessage, { session }: Principal): void {
  if (session === undefined) return;
  if (!sameSecret(String(request.headers['x-tollgate-csrf'] ?? ''), session.csrf))
    throw new Problem(403, 'csrf', 'send the csrf value of GET /session as header x-tollgate-csrf');
}

function matched(
  wanted: readonly string[],
  segments: readonly (string | undefined)[],
): Record<string, string> | undefined {
  if (wanted.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [index, name] of wanted.entries()) {
    const segment = segments[index];
    if (segment === undefined || segment === '') return undefined;
    if (name.startsWith('{')) path[name.slice(1, -1)] = segment;
    else if (name !== segment) return undefined;
  }
  return path;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function parameters({ path }: Route): number {
  return path.split('{').length;
}

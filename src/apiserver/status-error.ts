/** Refusals as the API server gives them: a `Status` with the reason, details and text that kubectl prints. */
import type { KindDefinition } from '../core/resources/kind.ts';

export interface StatusCause {
  reason: string;
  message: string;
  field: string;
}
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

type ResourceName = Pick<KindDefinition, 'group' | 'plural'>;
type KindName = Pick<KindDefinition, 'group' | 'kind'>;

/** Thrown anywhere below the request handler, which answers it. */
export class StatusError extends Error {
  readonly status: Status & { code: number };

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details !== undefined && { details }),
      code,
    };
  }
}

/** `httproutes.gateway.networking.k8s.io`, or `secrets` of the core group. */
export function qualifiedResource({ group, plural }: ResourceName): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function resourceDetails({ group, plural }: ResourceName, name: string): StatusDetails {
  return { name, ...(group !== '' && { group }), kind: plural };
}

export function notFound(resource: ResourceName, name: string): StatusError {
  const text = `${qualifiedResource(resource)} "${name}" not found`;
  return new StatusError(404, 'NotFound', text, resourceDetails(resource, name));
}

export function alreadyExists(resource: ResourceName, name: string): StatusError {
  const text = `${qualifiedResource(resource)} "${name}" already exists`;
  return new StatusError(409, 'AlreadyExists', text, resourceDetails(resource, name));
}

export function conflict(resource: ResourceName, name: string, why: string): StatusError {
  const text = `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${why}`;
  return new StatusError(409, 'Conflict', text, resourceDetails(resource, name));
}

export const modifiedSince =
  'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(resource: ResourceName, name: string, why: string): StatusError {
  const text = `${qualifiedResource(resource)} "${name}" is forbidden: ${why}`;
  return new StatusError(403, 'Forbidden', text, resourceDetails(resource, name));
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** 422 with one cause per field; the message lists them as the real server does. `kind` undefined: the patch itself is wrong. */
export function invalid(kind: KindName | undefined, name: string, causes: StatusCause[]): StatusError {
  const qualified = kind === undefined ? '' : kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${qualified} "${name}" is invalid: ${list}`, {
    ...(kind !== undefined && { name, ...(kind.group !== '' && { group: kind.group }), kind: kind.kind }),
    causes,
  });
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** The kind or subresource is not one this server has; the text is kubectl's cue to say so. */
export function unknownResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function requestTooLarge(limit: number): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function resourceVersionTooLarge(asked: number, current: number): StatusError {
  return new StatusError(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${asked}, current: ${current}`,
    {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' } as StatusCause],
      retryAfterSeconds: 1,
    },
  );
}

export function deleted(resource: ResourceName, name: string, uid: string | undefined): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...resourceDetails(resource, name), ...(uid !== undefined && { uid }) },
  };
}

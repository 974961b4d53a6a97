/** The rules every object's metadata follows (API conventions, RFC 1123 names, qualified label and annotation keys). */
import type { KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject, ObjectMeta } from '../../core/resources/object.ts';
import { badRequest, type StatusCause } from '../status-error.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dnsLabel = new RegExp(`^${label}$`);
const dnsSubdomain = new RegExp(`^${label}(\\.${label})*$`);
const qualifiedNamePart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const maxAnnotationBytes = 256 * 1024;

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/** Checks that `value` is an object of this kind, in the namespace and of the name that the path says, and completes it. */
export function decodeAs(
  kind: KindDefinition,
  value: unknown,
  path: { namespace?: string; name?: string },
): KubeObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('the request body must be an object');
  }
  const given = value as Partial<KubeObject>;
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  if ((given.kind ?? kind.kind) !== kind.kind) {
    throw badRequest(
      `${given.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: the kinds differ`,
    );
  }
  if ((given.apiVersion ?? apiVersion) !== apiVersion) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  const metadata = decodeMetadata(given.metadata);
  if (
    kind.namespaced &&
    path.namespace !== undefined &&
    (metadata.namespace ?? path.namespace) !== path.namespace
  ) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (path.name !== undefined && (metadata.name ?? path.name) !== path.name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${path.name})`,
    );
  }
  const { namespace: _, ...rest } = metadata;
  const named = {
    ...rest,
    name: path.name ?? metadata.name ?? '',
    ...(kind.namespaced && { namespace: path.namespace ?? metadata.namespace ?? 'default' }),
  };
  return { ...given, apiVersion, kind: kind.kind, metadata: named };
}

function decodeMetadata(value: unknown): Partial<ObjectMeta> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest('metadata must be an object');
  const metadata = value as Record<string, unknown>;
  for (const field of ['name', 'namespace', 'generateName', 'uid', 'resourceVersion'] as const) {
    const found = metadata[field];
    if (found !== undefined && found !== null && typeof found !== 'string') throw wrongType(field, 'string');
  }
  for (const field of ['labels', 'annotations'] as const) {
    const map = metadata[field];
    if (map === undefined || map === null) continue;
    if (typeof map !== 'object' || Array.isArray(map)) throw wrongType(field, 'map[string]string');
    for (const entry of Object.values(map)) if (typeof entry !== 'string') throw wrongType(field, 'string');
  }
  for (const field of ['finalizers', 'ownerReferences', 'managedFields'] as const) {
    if (metadata[field] !== undefined && metadata[field] !== null && !Array.isArray(metadata[field]))
      throw wrongType(field, 'list');
  }
  const present = Object.entries(metadata).filter(([, v]) => v !== null && v !== undefined);
  return Object.fromEntries(present) as Partial<ObjectMeta>;
}

function wrongType(field: string, wanted: string) {
  return badRequest(`json: cannot unmarshal into field ObjectMeta.metadata.${field} of type ${wanted}`);
}

/** Causes for a 422; empty when all is well. */
export function validateMetadata(kind: KindDefinition, { metadata }: KubeObject): StatusCause[] {
  const causes = nameCauses(kind, metadata);
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    causes.push(...keyCauses('metadata.labels', key));
    if (value.length > 63 || !labelValue.test(value)) {
      causes.push(
        invalidCause(
          'metadata.labels',
          value,
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', at most 63, and must start and end with an alphanumeric character",
        ),
      );
    }
  }
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    causes.push(...keyCauses('metadata.annotations', key.toLowerCase()));
    bytes += key.length + value.length;
  }
  if (bytes > maxAnnotationBytes) {
    const message = `Too long: may not be more than ${maxAnnotationBytes} bytes`;
    causes.push({ reason: 'FieldValueTooLong', message, field: 'metadata.annotations' });
  }
  return causes;
}

function nameCauses(kind: KindDefinition, { name }: ObjectMeta): StatusCause[] {
  if (name === '') {
    return [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ];
  }
  const asLabel = kind.group === '' && (kind.kind === 'Namespace' || kind.kind === 'Service');
  if (asLabel && (name.length > 63 || !dnsLabel.test(name)))
    return [invalidCause('metadata.name', name, labelText)];
  if (name.length > 253 || !dnsSubdomain.test(name)) {
    // RBAC names may hold colons: only what would break a path is refused there.
    if (kind.group === 'rbac.authorization.k8s.io' && !/[/%]/.test(name)) return [];
    return [invalidCause('metadata.name', name, subdomainText)];
  }
  return [];
}

function keyCauses(field: string, key: string): StatusCause[] {
  const slash = key.lastIndexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const last = key.slice(slash + 1);
  const good =
    last.length <= 63 && qualifiedNamePart.test(last) && (prefix === undefined || dnsSubdomain.test(prefix));
  if (good) return [];
  return [
    invalidCause(
      field,
      key,
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character, with an optional DNS subdomain prefix and '/'",
    ),
  ];
}

function invalidCause(field: string, value: string, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

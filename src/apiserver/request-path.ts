/** What a request path names: `/api/v1/...` and `/apis/GROUP/VERSION/...` in Kubernetes' layout. */

export interface ResourcePath {
  group: string;
  version: string;
  plural: string;
  namespace?: string;
  name?: string;
  /** `status`, `log`, `token`, …; of a Namespace `finalize` and `status`. */
  subresource?: string;
  /** What follows the subresource (`proxy/…`); such paths are refused. */
  rest?: string;
}

/** Undefined when the path names no resource. Throws URIError for a broken percent-escape. */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  const parts = pathname.split('/').slice(1).map(decodeURIComponent);
  if (parts.at(-1) === '') parts.pop();
  if (parts[0] === 'api' && parts.length > 2) return afterVersion('', parts[1]!, parts.slice(2));
  if (parts[0] === 'apis' && parts.length > 3) return afterVersion(parts[1]!, parts[2]!, parts.slice(3));
  return undefined;
}

function afterVersion(group: string, version: string, parts: string[]): ResourcePath {
  const inNamespace = parts[0] === 'namespaces' && parts.length > 2 && !isNamespaceSubresource(parts);
  const namespace = inNamespace ? parts[1] : undefined;
  const [plural, name, subresource, ...rest] = inNamespace ? parts.slice(2) : parts;
  return {
    group,
    version,
    plural: plural!,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
    ...(rest.length > 0 && { rest: rest.join('/') }),
  };
}

function isNamespaceSubresource(parts: string[]): boolean {
  return parts.length === 3 && (parts[2] === 'status' || parts[2] === 'finalize');
}

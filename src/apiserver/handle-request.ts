/** Every request: host, token, then discovery, OpenAPI or objects. What is thrown below is answered here. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson, sendStatus, sendTagged, sendText, statusOf } from './answer.ts';
import {
  aggregated,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  type DiscoveredResource,
} from './discovery.ts';
import { handleResource, type ResourceApi } from './handle-resource.ts';
import { aggregatedDiscovery } from './negotiate.ts';
import type { OpenApiDocuments } from './openapi.ts';
import { parseResourcePath } from './request-path.ts';
import { StatusError, unauthorized } from './status-error.ts';
import { versionInfo } from './version.ts';

export interface ApiRequestOptions {
  api: ResourceApi;
  resources: readonly DiscoveredResource[];
  openApi: OpenApiDocuments;
  mayEnter: (authorization: string | undefined) => boolean;
  isOurHost: (host: string | undefined) => boolean;
  /** `host:port` as clients reach it. */
  address: () => string;
  /** An error that is no refusal: a bug or a full disk. The client only learns that there was one. */
  onError: (error: unknown) => void;
}

/**
 * kubectl asks for version 2, in protobuf, when version 3 does not know a kind. A document that says no more than that it is
 * one (field 1, `2.0`) lets it go on to its own message about the kind; a 404 would be taken for a broken server.
 */
const emptyOpenApiV2 = '\x0a\x032.0';

const healthPaths = new Set(['/healthz', '/livez', '/readyz']);

export function createRequestHandler(options: ApiRequestOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await handle(options, request, response);
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof URIError)) options.onError(error);
      if (response.headersSent) response.destroy();
      else sendStatus(response, statusOf(error), !request.complete);
    }
  };
}

async function handle(
  options: ApiRequestOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!options.isOurHost(request.headers.host)) {
    throw new StatusError(403, 'Forbidden', 'this server does not answer to the name in the Host header');
  }
  const url = new URL(request.url ?? '/', 'https://local');
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, '') : url.pathname;
  if (healthPaths.has(path)) return sendText(response, 200, 'ok');
  if (path === '/version') return sendJson(response, 200, versionInfo);
  if (!options.mayEnter(request.headers.authorization)) throw unauthorized();
  if (request.method === 'GET' && sendDocument(options, request, response, path)) return;
  const resource = parseResourcePath(path);
  if (resource === undefined) return sendText(response, 404, '404 page not found\n');
  if (!options.resources.some((r) => r.group === resource.group && r.version === resource.version)) {
    return sendText(response, 404, '404 page not found\n');
  }
  await handleResource(options.api, request, response, resource, url.searchParams);
}

function sendDocument(
  options: ApiRequestOptions,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): boolean {
  if (path === '/openapi/v3' || path.startsWith('/openapi/v3/')) {
    const document = options.openApi.get(path.slice('/openapi/v3/'.length));
    if (document === undefined) return false;
    sendTagged(request, response, document, 'application/json');
    return true;
  }
  if (path === '/openapi/v2') {
    sendTagged(
      request,
      response,
      emptyOpenApiV2,
      'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    );
    return true;
  }
  const accepted = aggregatedDiscovery(request.headers.accept);
  const isRoot = path === '/api' || path === '/apis';
  const document =
    isRoot && accepted !== undefined
      ? aggregated(options.resources, path === '/api', accepted)
      : legacyDocument(options, path);
  if (document === undefined) return false;
  const form = `application/json;g=apidiscovery.k8s.io;v=${accepted};as=APIGroupDiscoveryList`;
  sendTagged(request, response, JSON.stringify(document), isRoot && accepted ? form : 'application/json');
  return true;
}

function legacyDocument({ resources, address }: ApiRequestOptions, path: string): unknown {
  const [root, group, version, ...rest] = path.split('/').slice(1);
  if (path === '/')
    return { paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'] };
  if (root === 'api') {
    if (group === undefined) return apiVersions(address());
    return version === undefined ? apiResourceList(resources, '', group) : undefined;
  }
  if (root !== 'apis' || rest.length > 0) return undefined;
  if (group === undefined) return apiGroupList(resources);
  return version === undefined ? apiGroup(resources, group) : apiResourceList(resources, group, version);
}

/** Requests for objects: the verb follows from method and path, as in Kubernetes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { tableColumns } from '../core/resources/table.ts';
import type { NewAuditEntry } from '../storage/audit-log.ts';
import { eachOf } from '../storage/resource-pages.ts';
import { sendJson, sendText } from './answer.ts';
import { type FormOptions, formList, formObject } from './answer-form.ts';
import { auditedStore } from './audited-store.ts';
import type { ListReader } from './list.ts';
import { objectFilter } from './list-query.ts';
import { negotiate } from './negotiate.ts';
import { patchObject } from './patch-object.ts';
import { decodeJson, decodeObject, readBody } from './read-body.ts';
import type { RegistryContext, WriteOptions } from './registry/context.ts';
import { type DeleteOptions, deleteObject } from './registry/delete.ts';
import { decodeAs } from './registry/metadata.ts';
import { createObject, getObject, updateObject } from './registry/write.ts';
import type { ResourcePath } from './request-path.ts';
import { answerReview } from './reviews.ts';
import { badRequest, invalid, methodNotAllowed, StatusError, unknownResource } from './status-error.ts';
import { sendStored } from './stored-list.ts';
import { startWatch } from './watch.ts';

export interface ResourceApi {
  context: RegistryContext;
  /** Told of every change that a request makes. */
  audit?: (entries: readonly NewAuditEntry[]) => void;
  lists: ListReader;
}

interface ResourceRequest {
  api: ResourceApi;
  request: IncomingMessage;
  response: ServerResponse;
  path: ResourcePath;
  parameters: URLSearchParams;
  kind: KindDefinition;
}

/** Answers, or throws a `StatusError`. */
export async function handleResource(
  api: ResourceApi,
  request: IncomingMessage,
  response: ServerResponse,
  path: ResourcePath,
  parameters: URLSearchParams,
): Promise<void> {
  const review = answerReview(path.group, path.plural);
  if (review !== undefined) {
    if (request.method !== 'POST') throw methodNotAllowed();
    const { value } = await readObject(request);
    return sendJson(response, 201, review(value as Record<string, unknown>));
  }
  const kind = api.context.kinds.find(
    (k) => k.group === path.group && k.version === path.version && k.plural === path.plural,
  );
  if (kind === undefined || (!kind.namespaced && path.namespace !== undefined)) throw unknownResource();
  const call: ResourceRequest = { api: audited(api, request), request, response, path, parameters, kind };
  if (path.subresource !== undefined && path.subresource !== 'status') return handleSubresource(call);
  if (path.subresource === 'status' && !kind.hasStatus) throw unknownResource();
  return path.name === undefined ? handleCollection(call) : handleObject(call, path.name);
}

/** Of the request: whatever it writes is entered in the audit log. */
function audited(api: ResourceApi, request: IncomingMessage): ResourceApi {
  const { context, audit } = api;
  if (audit === undefined || request.method === 'GET') return api;
  const by = { actor: `kubeconfig (${agentOf(request)})`, role: 'admin', atMs: context.now().getTime() };
  return { ...api, context: { ...context, store: auditedStore(context.store, by, audit) } };
}

function agentOf(request: IncomingMessage): string {
  return /^[^/\s]+/.exec(request.headers['user-agent'] ?? '')?.[0].slice(0, 128) ?? 'unknown';
}

function handleCollection(call: ResourceRequest): Promise<void> | void {
  const { method } = call.request;
  if (method === 'GET') return isTrue(call.parameters.get('watch')) ? watch(call) : list(call);
  if (method === 'POST') return create(call);
  if (method === 'DELETE') return deleteCollection(call);
  throw methodNotAllowed();
}

function handleObject(call: ResourceRequest, name: string): Promise<void> | void {
  const { api, request, response, path, kind } = call;
  if (kind.namespaced && path.namespace === undefined) throw unknownResource();
  switch (request.method) {
    case 'GET':
      if (isTrue(call.parameters.get('watch'))) return watch(call);
      return sendObject(call, response, 200, getObject(api.context, kind, { ...path, name }));
    case 'PUT':
      return replace(call);
    case 'PATCH':
      return patch(call, name);
    case 'DELETE':
      if (path.subresource !== undefined) throw methodNotAllowed();
      return remove(call, name);
    default:
      throw methodNotAllowed();
  }
}

function list(call: ResourceRequest): Promise<void> | void {
  const { api, response, path, parameters, kind } = call;
  const { store } = api.context;
  const options = formOptions(call);
  const query = { ...path, parameters };
  const result = api.lists.list(kind, query);
  if (result !== undefined) return sendJson(response, 200, formList(result, options));
  return sendStored(store.keys!, query, String(store.revision()), options, response);
}

function watch(call: ResourceRequest): void {
  const { api, response, path, kind } = call;
  const parameters = new URLSearchParams(call.parameters);
  if (path.name !== undefined) parameters.set('fieldSelector', `metadata.name=${path.name}`);
  startWatch(api.context.store, { kind, ...path, parameters, form: formOptions(call) }, response);
}

async function create(call: ResourceRequest): Promise<void> {
  const { api, request, response, path, kind } = call;
  const { value, duplicates } = await readObject(request);
  const options = { ...writeOptions(call), decodingErrors: duplicates };
  if (kind.namespaced && path.namespace === undefined) {
    throw badRequest('an empty namespace may not be set during creation');
  }
  const created = await written(call, options, () =>
    createObject(api.context, kind, decodeAs(kind, value, path), options),
  );
  sendObject(call, response, 201, created, options.warnings);
}

async function replace(call: ResourceRequest): Promise<void> {
  const { api, request, response, path, kind } = call;
  const { value, duplicates } = await readObject(request);
  const options = { ...writeOptions(call), decodingErrors: duplicates, replace: true };
  const updated = await written(call, options, () =>
    updateObject(api.context, kind, decodeAs(kind, value, path), options),
  );
  sendObject(call, response, 200, updated, options.warnings);
}

async function patch(call: ResourceRequest, name: string): Promise<void> {
  const { api, request, response, path, parameters, kind } = call;
  const body = await readBody(request);
  const options = writeOptions(call);
  const { object, created } = await written(call, options, () =>
    patchObject(api.context, kind, {
      name: { ...(path.namespace !== undefined && { namespace: path.namespace }), name },
      contentType: request.headers['content-type'],
      body,
      force: isTrue(parameters.get('force')),
      options,
    }),
  );
  sendObject(call, response, created ? 201 : 200, object, options.warnings);
}

async function remove(call: ResourceRequest, name: string): Promise<void> {
  const { api, response, path, kind } = call;
  const options = await deleteOptions(call);
  const answer = await written(call, undefined, () =>
    deleteObject(api.context, kind, { ...path, name }, options),
  );
  sendJson(response, 200, answer);
}

async function deleteCollection(call: ResourceRequest): Promise<void> {
  const { api, response, path, parameters, kind } = call;
  if (kind.kind === 'Namespace' || (kind.namespaced && path.namespace === undefined))
    throw methodNotAllowed();
  const options = await deleteOptions(call);
  const chosen = await written(call, undefined, () => {
    const all = eachOf(api.context.store, kind, path.namespace);
    const found = [...all].filter(objectFilter(kind, path.namespace, parameters) ?? (() => true));
    for (const object of found) deleteObject(api.context, kind, object.metadata, options);
    return found;
  });
  const resourceVersion = String(api.context.store.revision());
  sendJson(response, 200, formList({ items: chosen, resourceVersion }, formOptions(call)));
}

/** `operation` may run several times: what it warns of is told once. */
async function written<T>(
  { api }: ResourceRequest,
  options: WriteOptions | undefined,
  operation: () => T,
): Promise<T> {
  return api.context.store.write(() => {
    if (options !== undefined) options.warnings.length = 0;
    return operation();
  });
}

function handleSubresource(call: ResourceRequest): void {
  const { api, request, response, path, kind } = call;
  const name = `${kind.kind}/${path.subresource}`;
  const object = getObject(api.context, kind, { ...path, name: path.name ?? '' });
  if (name === 'Pod/log' && request.method === 'GET') {
    sendText(
      response,
      200,
      `No containers run here: ${object.metadata.name} stands for this process, whose log is its standard error.\n`,
    );
    return;
  }
  if (name === 'ServiceAccount/token') {
    throw new StatusError(
      501,
      'NotImplemented',
      'this server issues no service account tokens: use the token of its kubeconfig',
    );
  }
  throw unknownResource();
}

async function readObject(request: IncomingMessage) {
  return decodeObject(await readBody(request), request.headers['content-type']);
}

function sendObject(
  call: ResourceRequest,
  response: ServerResponse,
  code: number,
  object: KubeObject,
  warnings: readonly string[] = [],
): void {
  sendJson(response, code, formObject(object, formOptions(call)), { warnings });
}

function formOptions({ api, request, parameters, kind }: ResourceRequest): FormOptions {
  const form = negotiate(request.headers.accept);
  if (form === undefined) {
    const message = 'only the following media types are accepted: application/json';
    throw new StatusError(406, 'NotAcceptable', message);
  }
  const includeObject = parameters.get('includeObject') || 'Metadata';
  return { form, kind, columns: tableColumns(kind), includeObject, now: api.context.now() };
}

/** Throws for a `dryRun` or `fieldValidation` this API does not know. */
function writeOptions({ request, parameters, path }: ResourceRequest): WriteOptions {
  const fieldValidation = parameters.get('fieldValidation') || 'Warn';
  if (fieldValidation !== 'Strict' && fieldValidation !== 'Warn' && fieldValidation !== 'Ignore') {
    const message = `Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`;
    const cause = { reason: 'FieldValueNotSupported', message, field: 'fieldValidation' };
    throw invalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', [cause]);
  }
  return {
    dryRun: isDryRun(parameters.getAll('dryRun')),
    fieldManager: (parameters.get('fieldManager') || agentOf(request)).slice(0, 128),
    fieldValidation,
    ...(path.subresource === 'status' && { subresource: 'status' }),
    warnings: [],
  };
}

async function deleteOptions({ request, parameters }: ResourceRequest): Promise<DeleteOptions> {
  const body = await readBody(request);
  // A body in protobuf carries only what the query says too.
  const json = body.length > 0 && body[0] === 0x7b;
  const given = (json ? decodeJson(body).value : {}) as DeleteOptions & { dryRun?: string[] | boolean };
  const inBody = Array.isArray(given.dryRun) ? given.dryRun : [];
  return {
    dryRun: isDryRun([...parameters.getAll('dryRun'), ...inBody]),
    ...(given.preconditions !== undefined && { preconditions: given.preconditions }),
  };
}

function isDryRun(values: readonly string[]): boolean {
  const asked = values.filter((value) => value !== '');
  const unknown = asked.find((value) => value !== 'All');
  if (unknown !== undefined) {
    const message = `Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`;
    const cause = { reason: 'FieldValueNotSupported', message, field: 'dryRun' };
    throw invalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', [cause]);
  }
  return asked.length > 0;
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

/** `/keys`: create, show, change, rotate, delete. */

import type { VirtualKeySpec } from '../core/config/virtual-key-value.ts';
import { displayOf, newKeyValue } from '../core/keys/key-value.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { record, whole } from '../core/resources/schema-builders.ts';
import { ResourceRefused } from '../storage/resource-access.ts';
import type { AdminContext } from './context.ts';
import {
  changedKey,
  type KeyChange,
  keyFieldOf,
  type NewKey,
  newKeyObject,
  refuseKnownHash,
} from './key-object.ts';
import { issuedKeySchema, keyChangeSchema, keySchema, newKeySchema } from './key-schemas.ts';
import { type KeyUsageReader, withUsage } from './key-usage.ts';
import { findView, type KeyView, tollgateGroup, viewOf } from './key-view.ts';
import { notFound, Problem, problemOf } from './problem.ts';
import type { Call, Route } from './route.ts';
import { sha256 } from './same-secret.ts';

const maxGraceSeconds = 30 * 86_400;

export function keyRoutes(usage: KeyUsageReader): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/keys',
      access: 'team-change',
      summary: 'Create a key, or import one by its value or hash',
      body: newKeySchema,
      answer: { status: 201, description: 'Created', schema: issuedKeySchema },
      serve: (call) => createKey(call, usage),
    },
    {
      method: 'GET',
      path: '/keys/{namespace}/{name}',
      access: 'team',
      summary: 'One key; `secret%2Fentry` is the name of one in a Secret',
      answer: { status: 200, description: 'The key', schema: keySchema },
      serve: async ({ context, path }) => {
        const view = findKey(context, path);
        return { status: 200, json: await answerOf(view, usage) };
      },
    },
    {
      method: 'PATCH',
      path: '/keys/{namespace}/{name}',
      access: 'team-change',
      summary: 'Change a key; `null` takes a field away',
      body: keyChangeSchema,
      answer: { status: 200, description: 'Changed', schema: keySchema },
      serve: (call) => changeKey(call, usage),
    },
    {
      method: 'POST',
      path: '/keys/{namespace}/{name}/rotate',
      access: 'team-change',
      summary: 'Give a key a new value; the one before works until the grace ends',
      body: record('How.', {
        graceSeconds: whole('Default: a day; 0 ends the value before at once.', {
          minimum: 0,
          maximum: maxGraceSeconds,
        }),
      }),
      answer: { status: 200, description: 'Rotated', schema: issuedKeySchema },
      serve: (call) => rotateKey(call, usage),
    },
    {
      method: 'DELETE',
      path: '/keys/{namespace}/{name}',
      access: 'team-change',
      summary: 'Delete a key: it opens nothing any more',
      answer: { status: 204, description: 'Deleted' },
      serve: deleteKey,
    },
  ];
}

export async function answerOf(view: KeyView, usage: KeyUsageReader): Promise<object> {
  return withUsage(view, await usage.ofKeys([view.id]));
}

/** The value is told in this answer and nowhere else: a ledger that is away must not keep it back. */
async function issuedOf({ context }: Call, view: KeyView, usage: KeyUsageReader): Promise<object> {
  try {
    return await answerOf(view, usage);
  } catch (error) {
    context.log.error({ error: String(error) }, 'the usage of a new value cannot be read');
    return view;
  }
}

async function createKey(call: Call, usage: KeyUsageReader) {
  const { context } = call;
  const { key, value } = await createOne(context, call.body as NewKey);
  call.audit('keys.create', key.id, { imported: value === undefined });
  await context.settled();
  return {
    status: 201,
    json: {
      key: await issuedOf(call, findKey(context, key), usage),
      ...(value === undefined ? {} : { value }),
    },
  };
}

async function createOne(context: AdminContext, input: NewKey): Promise<{ key: KeyView; value?: string }> {
  const { object, value } = newKeyObject(context, input);
  refuseKnownHash(context, new Map(), object.spec, input.keyHash === undefined ? 'value' : 'keyHash');
  const stored = await written(() => context.resources.create(object));
  return { key: viewOf(stored, context.nowMs()), ...(value === undefined ? {} : { value }) };
}

async function changeKey(call: Call, usage: KeyUsageReader) {
  const { context, path } = call;
  const change = call.body as KeyChange;
  const live = liveKey(context, path);
  await written(() => context.resources.update(changedKey(live, change)));
  const { resourceVersion: _, ...fields } = change;
  call.audit('keys.change', `VirtualKey/${path['namespace']}/${path['name']}`, {
    fields: Object.keys(fields),
  });
  await context.settled();
  return { status: 200, json: await answerOf(findKey(context, path), usage) };
}

async function rotateKey(call: Call, usage: KeyUsageReader) {
  const { context, path } = call;
  const { graceSeconds = 86_400 } = call.body as { graceSeconds?: number };
  const live = liveKey(context, path);
  const spec = live['spec'] as VirtualKeySpec;
  if (spec.keyHash === undefined) {
    const secret = `${path['namespace']}/${spec.issueTo?.secretName}`;
    throw new Problem(
      409,
      'not_rotatable',
      `its value is in Secret ${secret}: delete that, and a new one is made`,
    );
  }
  const value = newKeyValue(context.randomBytes);
  const { rotation: _, ...rest } = spec;
  const graceUntil = `${new Date(context.nowMs() + graceSeconds * 1000).toISOString().slice(0, 19)}Z`;
  const rotation = graceSeconds === 0 ? {} : { rotation: { previousKeyHash: spec.keyHash, graceUntil } };
  const rotated = { ...rest, ...rotation, keyHash: `sha256:${sha256(value)}`, display: displayOf(value) };
  await written(() => context.resources.update({ ...live, spec: rotated }));
  call.audit('keys.rotate', `VirtualKey/${path['namespace']}/${path['name']}`, { graceSeconds });
  await context.settled();
  return { status: 200, json: { key: await issuedOf(call, findKey(context, path), usage), value } };
}

async function deleteKey(call: Call) {
  const { context, path } = call;
  const { namespace, name } = liveKey(context, path).metadata;
  await context.resources.delete({ group: tollgateGroup, kind: 'VirtualKey', namespace: namespace!, name });
  call.audit('keys.delete', `VirtualKey/${namespace}/${name}`);
  await context.settled();
  return { status: 204 };
}

function findKey(context: AdminContext, path: { namespace?: string; name?: string }): KeyView {
  const { namespace = '', name = '' } = path;
  const found = findView(context, namespace, name);
  if (found === undefined) throw notFound('such key');
  return found;
}

/** The object to change; keys in Secrets and ConfigMaps are changed where they are. */
function liveKey(context: AdminContext, path: Readonly<Record<string, string>>): KubeObject {
  const { id, source, namespace, name } = findKey(context, path);
  const live = context.resources.get({ group: tollgateGroup, kind: 'VirtualKey', namespace, name });
  if (live !== undefined) return live;
  throw new Problem(409, 'not_editable', `${id} is kept in a ${source}: change it there, with kubectl`);
}

async function written<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw error instanceof ResourceRefused ? problemOf(error, keyFieldOf) : error;
  }
}

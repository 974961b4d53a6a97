/** The audit entries of one call: every write through its resources, named as the route names it, and what else the route tells. */
import { type AuditChange, changesBetween } from '../core/audit/changes.ts';
import { nameOf } from '../core/config/objects.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { refOf } from '../core/resources/object-ref.ts';
import { type ResourceAccess, ResourceRefused } from '../storage/resource-access.ts';
import type { AdminContext } from './context.ts';
import type { Principal } from './principal.ts';

interface Write {
  action: 'create' | 'update' | 'delete';
  object: string;
  changes: AuditChange[];
}

export class CallAudit {
  /** Remembers what is written. */
  readonly resources: ResourceAccess;
  readonly #context: AdminContext;
  readonly #principal: Principal | undefined;
  #writes: Write[] = [];

  constructor(context: AdminContext, principal: Principal | undefined) {
    this.#context = context;
    this.#principal = principal;
    this.resources = this.#remembering(context.resources);
  }

  /** One entry; that of the write to the same object, where there was one. `more` are other things to tell. */
  tell(action: string, object: string, more: object = {}, by = this.#principal): boolean {
    const who = by?.who ?? 'nobody';
    this.#context.log.info({ audit: true, who, action, object, ...more }, 'admin API');
    const writes = this.#writes.filter((write) => write.object === object);
    this.#writes = this.#writes.filter((write) => write.object !== object);
    const told = Object.entries(more).map(([field, to]) => ({ field, to: to as unknown }));
    const changes = writes.length === 0 ? told : writes.flatMap((write) => write.changes);
    return this.#append(action, object, changes, by);
  }

  /** Writes that the route has told nothing of. */
  end(): void {
    for (const { action, object, changes } of this.#writes) this.#append(action, object, changes);
    this.#writes = [];
  }

  #append(action: string, object: string, changes: readonly AuditChange[], by = this.#principal): boolean {
    const { auditLog, nowMs, log } = this.#context;
    const { actor = 'nobody', role = 'none' } = by ?? {};
    try {
      auditLog?.append([{ atMs: nowMs(), actor, role, action, object, changes }]);
      return true;
    } catch (error) {
      // The change is made already: that it is missing from the log must not stay unseen.
      log.error({ error: String(error), actor, action, object }, 'a change is missing from the audit log');
      return false;
    }
  }

  #remembering(whole: ResourceAccess): ResourceAccess {
    const remember = (
      action: Write['action'],
      object: KubeObject,
      before: KubeObject | undefined,
      after: KubeObject | undefined,
    ) => {
      const changes = changesBetween(before, after);
      if (changes.length > 0 || action !== 'update')
        this.#writes.push({ action, object: `${object.kind}/${nameOf(object)}`, changes });
    };
    return {
      keys: whole.keys,
      list: (group, kind) => whole.list(group, kind),
      get: (ref) => whole.get(ref),
      create: async (object, options) => {
        const created = await whole.create(object, options);
        if (options?.dryRun !== true) remember('create', created, undefined, created);
        return created;
      },
      createAll: async (objects) => {
        const outcomes = await whole.createAll(objects);
        for (const outcome of outcomes)
          if (!(outcome instanceof ResourceRefused)) remember('create', outcome, undefined, outcome);
        return outcomes;
      },
      update: async (object, options) => {
        const before = whole.get(refOf(object));
        const updated = await whole.update(object, options);
        if (options?.dryRun !== true) remember('update', updated, before, updated);
        return updated;
      },
      delete: async (ref) => {
        const before = whole.get(ref);
        await whole.delete(ref);
        if (before !== undefined) remember('delete', before, before, undefined);
      },
    };
  }
}

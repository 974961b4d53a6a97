/** Objects and lists in the form the client asked for: whole, as table rows, or metadata only. */
import { apiVersionOf, type KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { humanDuration, type TableColumns } from '../core/resources/table.ts';
import type { ListResult } from './list-query.ts';
import type { AnswerForm } from './negotiate.ts';

export interface FormOptions {
  form: AnswerForm;
  kind: KindDefinition;
  columns: TableColumns;
  /** `includeObject` of a table request: `Metadata` (default), `Object` or `None`. */
  includeObject: string;
  now: Date;
}

export function formObject(object: KubeObject, options: FormOptions): unknown {
  if (options.form === 'Object') return object;
  if (options.form === 'Table') {
    return table([object], { resourceVersion: object.metadata.resourceVersion }, options);
  }
  return partial(object);
}

export function formList(list: ListResult, options: FormOptions): unknown {
  const { kind, form } = options;
  const metadata = {
    resourceVersion: list.resourceVersion,
    ...(list.continue !== undefined && { continue: list.continue }),
    ...(list.remainingItemCount !== undefined && { remainingItemCount: list.remainingItemCount }),
  };
  if (form === 'Table') return table(list.items, metadata, options);
  if (form !== 'Object') {
    const items = list.items.map(partial);
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items };
  }
  return { kind: kind.listKind, apiVersion: apiVersionOf(kind), metadata, items: list.items };
}

function table(objects: readonly KubeObject[], metadata: unknown, options: FormOptions): unknown {
  const { columns, includeObject, now } = options;
  const ageOf = (timestamp: string) => humanDuration((now.getTime() - Date.parse(timestamp)) / 1000);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.definitions,
    rows: objects.map((object) => ({
      cells: columns.cells(object, ageOf),
      ...(includeObject !== 'None' && { object: includeObject === 'Object' ? object : partial(object) }),
    })),
  };
}

function partial(object: KubeObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

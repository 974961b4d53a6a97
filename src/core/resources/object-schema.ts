/** What every kind's schema has in common. `metadata` is checked by the rules of metadata, not by the schema. */
import type { Schema } from './kind.ts';
import { record, text } from './schema-builders.ts';

export function objectSchema(description: string, fields: Record<string, Schema>): Schema {
  return record(description, {
    apiVersion: text('Version of the API that this object is written for.'),
    kind: text('Kind of this object.'),
    metadata: { type: 'object', description: 'Name, namespace, labels and annotations.' },
    ...fields,
  });
}

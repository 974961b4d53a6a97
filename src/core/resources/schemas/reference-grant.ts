/** ReferenceGrant: schema of its spec and status. */
import { list, record, required, text } from '../schema-builders.ts';

export const spec = record('What is wanted.', {
  from: required(
    list(
      'Where it may come from.',
      record('One entry of from.', {
        group: required(
          text('API group of the object that is meant; empty for the core group.', {
            pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
            maxLength: 253,
          }),
        ),
        kind: required(
          text('Kind of the object that is meant.', {
            pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
            minLength: 1,
            maxLength: 63,
          }),
        ),
        namespace: required(
          text('Namespace of the object that is meant; its own when left out.', {
            pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
            minLength: 1,
            maxLength: 63,
          }),
        ),
      }),
      { minItems: 1, maxItems: 16, 'x-kubernetes-list-type': 'atomic' },
    ),
  ),
  to: required(
    list(
      'What may be referred to.',
      record('One entry of to.', {
        group: required(
          text('API group of the object that is meant; empty for the core group.', {
            pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
            maxLength: 253,
          }),
        ),
        kind: required(
          text('Kind of the object that is meant.', {
            pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
            minLength: 1,
            maxLength: 63,
          }),
        ),
        name: text('Name of the object that is meant.', { minLength: 1, maxLength: 253 }),
      }),
      { minItems: 1, maxItems: 16, 'x-kubernetes-list-type': 'atomic' },
    ),
  ),
});

/** Schemas that every group's OpenAPI document refers to (apimachinery meta/v1), described in our own words. */

const text = (description: string) => ({ type: 'string', description });
const texts = (description: string) => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string' },
});
const time = (description: string) => ({ type: 'string', format: 'date-time', description });

const prefix = 'io.k8s.apimachinery.pkg.apis.meta.v1';

export const commonSchemas: Record<string, unknown> = {
  [`${prefix}.ObjectMeta`]: {
    type: 'object',
    description: 'What every object has beside its content.',
    properties: {
      name: text('Unique among the objects of this kind in the namespace.'),
      generateName: text('Start of a name that the server completes.'),
      namespace: text('Space that the name is unique in.'),
      selfLink: text('No longer used.'),
      uid: text('Unique in time and space.'),
      resourceVersion: text('Changes with every write; sent back, it makes a write conditional.'),
      generation: { type: 'integer', format: 'int64', description: 'Counts changes of what is wanted.' },
      creationTimestamp: time('When it was created.'),
      deletionTimestamp: time('When it will be gone.'),
      deletionGracePeriodSeconds: {
        type: 'integer',
        format: 'int64',
        description: 'Seconds until it is gone.',
      },
      labels: texts('Short values to select by.'),
      annotations: texts('Values that nothing selects by.'),
      ownerReferences: {
        type: 'array',
        description: 'Objects that this one goes away with.',
        items: { $ref: `#/components/schemas/${prefix}.OwnerReference` },
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'uid',
      },
      finalizers: {
        type: 'array',
        description: 'What must be done before it may go.',
        items: { type: 'string' },
        'x-kubernetes-list-type': 'set',
        'x-kubernetes-patch-strategy': 'merge',
      },
      managedFields: {
        type: 'array',
        description: 'Who wrote which field.',
        items: { $ref: `#/components/schemas/${prefix}.ManagedFieldsEntry` },
      },
    },
  },
  [`${prefix}.OwnerReference`]: {
    type: 'object',
    description: 'An owner of an object.',
    required: ['apiVersion', 'kind', 'name', 'uid'],
    properties: {
      apiVersion: text('Version of its API.'),
      kind: text('Its kind.'),
      name: text('Its name.'),
      uid: text('Its uid.'),
      controller: { type: 'boolean', description: 'Whether it manages the object.' },
      blockOwnerDeletion: { type: 'boolean', description: 'Whether it waits for this object to go.' },
    },
  },
  [`${prefix}.ManagedFieldsEntry`]: {
    type: 'object',
    description: 'Fields that one manager wrote.',
    properties: {
      manager: text('Its name.'),
      operation: text('Apply or Update.'),
      apiVersion: text('Version that the fields are of.'),
      time: time('When it last wrote.'),
      fieldsType: text('FieldsV1.'),
      fieldsV1: { type: 'object', description: 'The fields.' },
      subresource: text('Subresource that was written.'),
    },
  },
  [`${prefix}.ListMeta`]: {
    type: 'object',
    description: 'What every list has beside its items.',
    properties: {
      continue: text('Asks for the next page.'),
      remainingItemCount: { type: 'integer', format: 'int64', description: 'How many items follow.' },
      resourceVersion: text('Version of the whole list.'),
      selfLink: text('No longer used.'),
    },
  },
  [`${prefix}.Patch`]: { type: 'object', description: 'A change in the form that the content type names.' },
};

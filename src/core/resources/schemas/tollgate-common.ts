/** What VirtualKey and Budget have in common. */
import { list, record, required, text } from '../schema-builders.ts';

/** Day of a calendar, or a moment (RFC 3339). */
export const dayOrMoment = (description: string) =>
  text(description, {
    maxLength: 40,
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?$',
  });

export const targetRefs = list(
  "Gateways that it is for. Left out: every Gateway of the object's own namespace.",
  record('One Gateway.', {
    group: text('API group of the target.', {
      default: 'gateway.networking.k8s.io',
      enum: ['gateway.networking.k8s.io'],
    }),
    kind: text('Kind of the target.', { default: 'Gateway', enum: ['Gateway'] }),
    name: required(text('Name of the target.', { minLength: 1, maxLength: 253 })),
  }),
  { maxItems: 16 },
);

export const conditionList = list(
  'What the gateway found.',
  record('One condition.', {
    type: required(text('What it is about.', { maxLength: 316 })),
    status: required(text('True, False or Unknown.', { enum: ['True', 'False', 'Unknown'] })),
    reason: required(text('One word for machines.', { maxLength: 1024 })),
    message: required(text('One sentence for people.', { maxLength: 32768 })),
    lastTransitionTime: required(text('When the status value changed.', { format: 'date-time' })),
    observedGeneration: { type: 'integer', format: 'int64', description: 'Generation it was found for.' },
  }),
  { maxItems: 8, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
);

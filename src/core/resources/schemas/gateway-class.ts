/** GatewayClass: schema of its spec and status. */

import { conditionsItem, parametersRef } from '../fragments/gateway-1.ts';
import { list, record, required, text } from '../schema-builders.ts';

export const spec = record('What is wanted.', {
  controllerName: required(
    text('Controller that is responsible.', {
      pattern:
        "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
      minLength: 1,
      maxLength: 253,
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'Value is immutable' }],
    }),
  ),
  description: text('Text for people.', { maxLength: 64 }),
  parametersRef: parametersRef,
});

export const status = record(
  'What the controller says of the object.',
  {
    conditions: list('Current state, one entry per aspect.', conditionsItem, {
      maxItems: 8,
      default: [
        {
          lastTransitionTime: '1970-01-01T00:00:00Z',
          message: 'Waiting for controller',
          reason: 'Pending',
          status: 'Unknown',
          type: 'Accepted',
        },
      ],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    }),
    supportedFeatures: list(
      'Supported features of status.',
      record('One entry of supported features.', {
        name: required(text('Name of the object that is meant.')),
      }),
      { maxItems: 64, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
    ),
  },
  {
    default: {
      conditions: [
        {
          lastTransitionTime: '1970-01-01T00:00:00Z',
          message: 'Waiting for controller',
          reason: 'Pending',
          status: 'Unknown',
          type: 'Accepted',
        },
      ],
    },
  },
);

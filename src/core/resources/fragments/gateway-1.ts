/** Parts of schemas that several places share. */
import { list, mapOf, record, required, text, whole } from '../schema-builders.ts';

export const parametersRef = record('Object with settings of the implementation.', {
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
  name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 253 })),
  namespace: text('Namespace of the object that is meant; its own when left out.', {
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    minLength: 1,
    maxLength: 63,
  }),
});

export const conditionsItem = record('One entry of conditions.', {
  lastTransitionTime: required(text('When the status last changed.', { format: 'date-time' })),
  message: required(text('Explanation for people.', { maxLength: 32768 })),
  observedGeneration: whole('Generation of the object that this was written for.', {
    format: 'int64',
    minimum: 0,
  }),
  reason: required(
    text('Reason in one CamelCase word.', {
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
      minLength: 1,
      maxLength: 1024,
    }),
  ),
  status: required(text('What the controller says of the object.', { enum: ['True', 'False', 'Unknown'] })),
  type: required(
    text('Which of the alternatives this is.', {
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      maxLength: 316,
    }),
  ),
});

export const selector = record('Selects objects by label.', {
  matchExpressions: list(
    'Conditions that must hold.',
    record('One entry of match expressions.', {
      key: required(text('The value itself, or the entry of the Secret that holds it.')),
      operator: required(text('Operator of match expressions.')),
      values: list('Values of match expressions.', text('One entry of values.'), {
        'x-kubernetes-list-type': 'atomic',
      }),
    }),
    { 'x-kubernetes-list-type': 'atomic' },
  ),
  matchLabels: mapOf('Labels that must all be there.', text('Value in match labels.')),
});

export const infrastructureParametersRef = record('Object with settings of the implementation.', {
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
  name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 253 })),
});

export const kinds = list(
  'Kinds of allowed routes.',
  record('One entry of kinds.', {
    group: text('API group of the object that is meant; empty for the core group.', {
      pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      maxLength: 253,
      default: 'gateway.networking.k8s.io',
    }),
    kind: required(
      text('Kind of the object that is meant.', {
        pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
        minLength: 1,
        maxLength: 63,
      }),
    ),
  }),
  { maxItems: 8, 'x-kubernetes-list-type': 'atomic' },
);

export const certificateRefsItem = record('One entry of certificate refs.', {
  group: text('API group of the object that is meant; empty for the core group.', {
    pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    maxLength: 253,
    default: '',
  }),
  kind: text('Kind of the object that is meant.', {
    pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
    minLength: 1,
    maxLength: 63,
    default: 'Secret',
  }),
  name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 253 })),
  namespace: text('Namespace of the object that is meant; its own when left out.', {
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    minLength: 1,
    maxLength: 63,
  }),
});

export const frontendDefault = record('Default of frontend.', {
  validation: record('Validation of default.', {
    caCertificateRefs: required(
      list('Ca certificate refs of validation.', parametersRef, {
        minItems: 1,
        maxItems: 16,
        'x-kubernetes-list-type': 'atomic',
      }),
    ),
    mode: text('How strict it is.', {
      enum: ['AllowValidOnly', 'AllowInsecureFallback'],
      default: 'AllowValidOnly',
    }),
  }),
});

export const conditions = list('Current state, one entry per aspect.', conditionsItem, {
  maxItems: 8,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
});

export const parentRefsItem = record('One entry of parent refs.', {
  group: text('API group of the object that is meant; empty for the core group.', {
    pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    maxLength: 253,
    default: 'gateway.networking.k8s.io',
  }),
  kind: text('Kind of the object that is meant.', {
    pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
    minLength: 1,
    maxLength: 63,
    default: 'Gateway',
  }),
  name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 253 })),
  namespace: text('Namespace of the object that is meant; its own when left out.', {
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    minLength: 1,
    maxLength: 63,
  }),
  port: whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 }),
  sectionName: text('One listener or rule of the target, by its name.', {
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    minLength: 1,
    maxLength: 253,
  }),
});

export const backendRef = record(
  'Service that is called.',
  {
    group: text('API group of the object that is meant; empty for the core group.', {
      pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      maxLength: 253,
      default: '',
    }),
    kind: text('Kind of the object that is meant.', {
      pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
      minLength: 1,
      maxLength: 63,
      default: 'Service',
    }),
    name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 253 })),
    namespace: text('Namespace of the object that is meant; its own when left out.', {
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      minLength: 1,
      maxLength: 63,
    }),
    port: whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "!((!has(self.group) || self.group == '') && (!has(self.kind) || self.kind == 'Service')) || has(self.port)",
        message: 'Must have port for Service reference',
      },
    ],
  },
);

export const path = record(
  'Path that is matched or sent.',
  {
    replaceFullPath: text('Replaces the whole path.', { maxLength: 1024 }),
    replacePrefixMatch: text('Replaces the matched prefix of the path.', { maxLength: 1024 }),
    type: required(
      text('Which of the alternatives this is.', { enum: ['ReplaceFullPath', 'ReplacePrefixMatch'] }),
    ),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "self.type != 'ReplaceFullPath' || has(self.replaceFullPath)",
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
      },
      {
        rule: "!has(self.replaceFullPath) || self.type == 'ReplaceFullPath'",
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
      },
      {
        rule: "self.type != 'ReplacePrefixMatch' || has(self.replacePrefixMatch)",
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
      },
      {
        rule: "!has(self.replacePrefixMatch) || self.type == 'ReplacePrefixMatch'",
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
      },
    ],
  },
);

export const add = list(
  'Added.',
  record('One entry of add.', {
    name: required(
      text('Name of the object that is meant.', {
        pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
        minLength: 1,
        maxLength: 256,
      }),
    ),
    value: required(
      text('Value that is compared or set.', {
        pattern: '^[!-~]+([\\t ]?[!-~]+)*$',
        minLength: 1,
        maxLength: 4096,
      }),
    ),
  }),
  { maxItems: 16, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
);

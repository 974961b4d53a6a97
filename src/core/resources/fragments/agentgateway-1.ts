/** Parts of schemas that several places share. */
import { list, record, required, text, whole } from '../schema-builders.ts';

export const azure = record(
  'Azure OpenAI or Foundry.',
  {
    apiVersion: text('Version of the API that this object is written for.', { minLength: 1, maxLength: 64 }),
    model: text('Model that is asked for, whatever the client says.', { minLength: 1, maxLength: 256 }),
    projectName: text('Project name of azure.', { minLength: 1, maxLength: 256 }),
    resourceName: required(text('Resource name of azure.', { minLength: 1, maxLength: 256 })),
    resourceType: required(text('Resource type of azure.', { enum: ['Foundry', 'OpenAI'] })),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "self.resourceType != 'Foundry' || has(self.projectName)",
        message: 'projectName is required when resourceType is Foundry',
      },
    ],
  },
);

export const azureopenai = record(
  'Azure OpenAI (older form).',
  {
    apiVersion: text('Version of the API that this object is written for.', { minLength: 1, maxLength: 64 }),
    deploymentName: text('Deployment name of azureopenai.', { minLength: 1, maxLength: 256 }),
    endpoint: required(text('Endpoint of azureopenai.', { minLength: 1, maxLength: 256 })),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "!has(self.apiVersion) || self.apiVersion == 'v1' || self.apiVersion == 'preview' || has(self.deploymentName)",
        message: 'deploymentName is required for this apiVersion',
      },
    ],
  },
);

export const bedrock = record('Amazon Bedrock.', {
  guardrail: record('Guardrail of bedrock.', {
    identifier: required(text('Identifier of guardrail.', { minLength: 1, maxLength: 256 })),
    version: required(text('Version of guardrail.', { minLength: 1, maxLength: 256 })),
  }),
  model: text('Model that is asked for, whatever the client says.', { minLength: 1, maxLength: 256 }),
  region: text('Region of bedrock.', {
    pattern: '^[a-z0-9-]+$',
    minLength: 1,
    maxLength: 63,
    default: 'us-east-1',
  }),
});

export const custom = record(
  'A server with a compatible API.',
  {
    backendRef: record(
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
    ),
    formats: required(
      list(
        'Formats of custom.',
        record(
          'One entry of formats.',
          {
            path: text('Path that is matched or sent.', { minLength: 1, maxLength: 1024 }),
            type: required(
              text('Which of the alternatives this is.', {
                enum: [
                  'AnthropicTokenCount',
                  'Completions',
                  'Embeddings',
                  'Messages',
                  'Realtime',
                  'Rerank',
                  'Responses',
                ],
              }),
            ),
          },
          {
            'x-kubernetes-validations': [
              { rule: "!has(self.path) || self.path.startsWith('/')", message: 'path must start with /' },
            ],
          },
        ),
        { minItems: 1, maxItems: 6, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
      ),
    ),
    model: text('Model that is asked for, whatever the client says.', { minLength: 1, maxLength: 256 }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "!has(self.backendRef) || ((!has(self.backendRef.group) || self.backendRef.group == '') && (!has(self.backendRef.kind) || self.backendRef.kind == 'Service')) || (has(self.backendRef.group) && self.backendRef.group == 'inference.networking.k8s.io' && has(self.backendRef.kind) && self.backendRef.kind == 'InferencePool')",
        message: 'custom provider backendRef may target only Service or InferencePool',
      },
    ],
  },
);

export const openai = record('OpenAI.', {
  model: text('Model that is asked for, whatever the client says.', { minLength: 1, maxLength: 256 }),
  moderation: record('Moderation of openai.', {
    model: text('Model that is asked for, whatever the client says.', {
      minLength: 1,
      maxLength: 256,
      default: 'omni-moderation-latest',
    }),
    policy: record('What is used when the condition holds.', {
      input: record('Input of policy.', {
        mode: required(text('How strict it is.', { enum: ['Block', 'Score'] })),
      }),
      output: record('Output of policy.', {
        mode: required(text('How strict it is.', { enum: ['Block', 'Score'] })),
      }),
    }),
  }),
});

export const append = list(
  'Messages put last.',
  record('One entry of append.', {
    content: required(text('Content of append.')),
    role: required(text('Role of append.')),
  }),
);

export const authSecretRef = record(
  'Secret in this namespace.',
  {
    group: text('API group of the object that is meant; empty for the core group.'),
    key: text('The value itself, or the entry of the Secret that holds it.', {
      minLength: 1,
      maxLength: 253,
    }),
    kind: text('Kind of the object that is meant.'),
    name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 253 })),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "has(self.group) == has(self.kind) || (!has(self.group) && self.kind == 'Secret')",
        message: 'custom credential refs must set both group and kind',
      },
    ],
  },
);

export const secretRef = record(
  'Secret in this namespace.',
  {
    group: text('API group of the object that is meant; empty for the core group.'),
    kind: text('Kind of the object that is meant.'),
    name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 253 })),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "has(self.group) == has(self.kind) || (!has(self.group) && self.kind == 'Secret')",
        message: 'custom credential refs must set both group and kind',
      },
    ],
  },
);

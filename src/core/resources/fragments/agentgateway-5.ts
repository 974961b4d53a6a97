/** Parts of schemas that several places share. */
import { record, required, text } from '../schema-builders.ts';
import { clientAuth } from './agentgateway-4.ts';
import { backendRef } from './gateway-1.ts';

export const identityProvider = record(
  'Identity provider of cross app access.',
  {
    backendRef: backendRef,
    clientAuth: required(clientAuth),
    path: text('Path that is matched or sent.', { pattern: '^/' }),
    url: text('Address as a URL.', {
      pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
      minLength: 1,
      maxLength: 1024,
    }),
  },
  {
    'x-kubernetes-validations': [
      { rule: '!(has(self.url) && has(self.path))', message: 'path may not be set when url is set' },
      {
        rule: '[has(self.backendRef), has(self.url)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [backendRef url] must be set',
      },
    ],
  },
);

export const source = record(
  'Source of subject token.',
  {
    cookie: record('Cookie of source.', {
      name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 256 })),
    }),
    expression: text('CEL expression that gives the value.', { minLength: 1, maxLength: 16384 }),
    header: record('Header of source.', {
      name: required(
        text('Name of the object that is meant.', {
          pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
          minLength: 1,
          maxLength: 256,
        }),
      ),
      prefix: text('Text before the value, such as "Bearer ".', { minLength: 1, maxLength: 256 }),
    }),
    queryParameter: record('Query parameter of source.', {
      name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 256 })),
    }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '[has(self.header), has(self.queryParameter), has(self.cookie), has(self.expression)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [header queryParameter cookie expression] must be set',
      },
    ],
  },
);

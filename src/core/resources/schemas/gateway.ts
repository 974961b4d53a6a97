/** Gateway: schema of its spec and status. */

import {
  certificateRefsItem,
  conditions,
  conditionsItem,
  frontendDefault,
  infrastructureParametersRef,
  kinds,
  selector,
} from '../fragments/gateway-1.ts';
import { list, mapOf, record, required, text, whole } from '../schema-builders.ts';

export const listenersSection = list(
  'Ports and hostnames that the Gateway accepts traffic on.',
  record('One entry of listeners.', {
    allowedRoutes: record(
      'Which routes may attach to this listener.',
      {
        kinds: kinds,
        namespaces: record(
          'Namespaces that are allowed.',
          {
            from: text('Where it may come from.', { enum: ['All', 'Selector', 'Same'], default: 'Same' }),
            selector: selector,
          },
          { default: { from: 'Same' } },
        ),
      },
      { default: { namespaces: { from: 'Same' } } },
    ),
    hostname: text('Host name that is matched: exact, or with a leading "*." for every name below.', {
      pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      minLength: 1,
      maxLength: 253,
    }),
    name: required(
      text('Name of the object that is meant.', {
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
        minLength: 1,
        maxLength: 253,
      }),
    ),
    port: required(whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 })),
    protocol: required(
      text('Protocol that is spoken.', {
        pattern:
          '^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9]+$',
        minLength: 1,
        maxLength: 255,
      }),
    ),
    tls: record(
      'TLS settings.',
      {
        certificateRefs: list('Certificate refs of tls.', certificateRefsItem, {
          maxItems: 64,
          'x-kubernetes-list-type': 'atomic',
        }),
        mode: text('How strict it is.', { enum: ['Terminate', 'Passthrough'], default: 'Terminate' }),
        options: mapOf('Options of tls.', text('Value in options.', { minLength: 0, maxLength: 4096 }), {
          maxProperties: 16,
        }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: "!has(self.mode) || self.mode != 'Terminate' || (has(self.certificateRefs) && self.certificateRefs.size() > 0) || (has(self.options) && self.options.size() > 0)",
            message: 'certificateRefs or options must be specified when mode is Terminate',
          },
        ],
      },
    ),
  }),
  {
    minItems: 1,
    maxItems: 64,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-validations': [
      {
        rule: "self.all(l, !(l.protocol in ['HTTP', 'TCP', 'UDP']) || !has(l.tls))",
        message: "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
      },
      {
        rule: "self.all(l, l.protocol != 'HTTPS' || !has(l.tls) || !has(l.tls.mode) || l.tls.mode == '' || l.tls.mode == 'Terminate')",
        message: 'tls mode must be Terminate for protocol HTTPS',
      },
      {
        rule: "self.all(l, l.protocol != 'TLS' || (has(l.tls) && has(l.tls.mode) && l.tls.mode != ''))",
        message: 'tls mode must be set for protocol TLS',
      },
      {
        rule: "self.all(l, !(l.protocol in ['TCP', 'UDP']) || !has(l.hostname) || l.hostname == '')",
        message: "hostname must not be specified for protocols ['TCP', 'UDP']",
      },
      {
        rule: 'self.all(l1, self.exists_one(l2, l1.name == l2.name))',
        message: 'Listener name must be unique within the Gateway',
      },
      {
        rule: 'self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))',
        message: 'Combination of port, protocol and hostname must be unique for each listener',
      },
    ],
  },
);

export const tlsSection = record('TLS settings.', {
  backend: record('How calls to backends are made.', {
    clientCertificateRef: certificateRefsItem,
  }),
  frontend: record('How connections from clients are handled.', {
    default: required(frontendDefault),
    perPort: list(
      'Per port of frontend.',
      record('One entry of per port.', {
        port: required(whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 })),
        tls: required(frontendDefault),
      }),
      {
        maxItems: 64,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port'],
        'x-kubernetes-validations': [
          {
            rule: 'self.all(t1, self.exists_one(t2, t1.port == t2.port))',
            message: 'Port for TLS configuration must be unique within the Gateway',
          },
        ],
      },
    ),
  }),
});

export const spec = record('What is wanted.', {
  addresses: list(
    'Addresses of the Gateway.',
    record(
      'One entry of addresses.',
      {
        type: text('Which of the alternatives this is.', {
          pattern:
            "^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
          minLength: 1,
          maxLength: 253,
          default: 'IPAddress',
        }),
        value: text('Value that is compared or set.', { maxLength: 253 }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: "!has(self.type) || self.type != 'Hostname' || !has(self.value) || self.value == '' || self.value.matches('^(\\\\*\\\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
            message:
              'Hostname value must be empty or contain only valid characters (matching ^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)',
          },
        ],
        oneOf: [
          {
            properties: {
              type: { enum: ['IPAddress'] },
              value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
            },
          },
          { properties: { type: { not: { enum: ['IPAddress'] } } } },
        ],
      },
    ),
    {
      maxItems: 16,
      'x-kubernetes-list-type': 'atomic',
      'x-kubernetes-validations': [
        {
          rule: "self.all(a1, a1.type == 'IPAddress' && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a1.value == a2.value) : true)",
          message: 'IPAddress values must be unique',
        },
        {
          rule: "self.all(a1, a1.type == 'Hostname' && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a1.value == a2.value) : true)",
          message: 'Hostname values must be unique',
        },
      ],
    },
  ),
  allowedListeners: record('Allowed listeners.', {
    namespaces: record(
      'Namespaces that are allowed.',
      {
        from: text('Where it may come from.', { enum: ['All', 'Selector', 'Same', 'None'], default: 'None' }),
        selector: selector,
      },
      { default: { from: 'None' } },
    ),
  }),
  defaultScope: text('Default scope.', { enum: ['All', 'None'] }),
  gatewayClassName: required(
    text('Name of the GatewayClass that serves this Gateway; Tollgate serves "agentgateway".', {
      minLength: 1,
      maxLength: 253,
    }),
  ),
  infrastructure: record('Infrastructure.', {
    annotations: mapOf(
      'Annotations of infrastructure.',
      text('Value in annotations.', { minLength: 0, maxLength: 4096 }),
      {
        maxProperties: 16,
        'x-kubernetes-validations': [
          {
            rule: "self.all(key, key.matches('^(?:([a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\\\\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*)/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$'))",
            message:
              'Annotation keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters.',
          },
          {
            rule: "self.all(key, key.split('/')[0].size() <= 253)",
            message:
              "If specified, the annotation key's prefix must be a DNS subdomain not longer than 253 characters in total.",
          },
        ],
      },
    ),
    labels: mapOf(
      'Labels of infrastructure.',
      text('Value in labels.', {
        pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$',
        minLength: 0,
        maxLength: 63,
      }),
      {
        maxProperties: 8,
        'x-kubernetes-validations': [
          {
            rule: "self.all(key, key.matches('^(?:([a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\\\\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*)/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$'))",
            message:
              'Label keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters.',
          },
          {
            rule: "self.all(key, key.split('/')[0].size() <= 253)",
            message:
              "If specified, the label key's prefix must be a DNS subdomain not longer than 253 characters in total.",
          },
        ],
      },
    ),
    parametersRef: infrastructureParametersRef,
  }),
  listeners: required(listenersSection),
  tls: tlsSection,
});

export const status = record(
  'What the controller says of the object.',
  {
    addresses: list(
      'Addresses of the Gateway.',
      record(
        'One entry of addresses.',
        {
          type: text('Which of the alternatives this is.', {
            pattern:
              "^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
            minLength: 1,
            maxLength: 253,
            default: 'IPAddress',
          }),
          value: required(text('Value that is compared or set.', { minLength: 1, maxLength: 253 })),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: "!has(self.type) || self.type != 'Hostname' || !has(self.value) ||  self.value.matches('^(\\\\*\\\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
              message:
                'Hostname value must only contain valid characters (matching ^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)',
            },
          ],
          oneOf: [
            {
              properties: {
                type: { enum: ['IPAddress'] },
                value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
              },
            },
            { properties: { type: { not: { enum: ['IPAddress'] } } } },
          ],
        },
      ),
      { maxItems: 16, 'x-kubernetes-list-type': 'atomic' },
    ),
    attachedListenerSets: whole('Attached listener sets of status.', { format: 'int32' }),
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
        {
          lastTransitionTime: '1970-01-01T00:00:00Z',
          message: 'Waiting for controller',
          reason: 'Pending',
          status: 'Unknown',
          type: 'Programmed',
        },
      ],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    }),
    listeners: list(
      'Ports and hostnames that the Gateway accepts traffic on.',
      record('One entry of listeners.', {
        attachedRoutes: required(whole('Number of routes attached.', { format: 'int32' })),
        conditions: required(conditions),
        name: required(
          text('Name of the object that is meant.', {
            pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
            minLength: 1,
            maxLength: 253,
          }),
        ),
        supportedKinds: kinds,
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
        {
          lastTransitionTime: '1970-01-01T00:00:00Z',
          message: 'Waiting for controller',
          reason: 'Pending',
          status: 'Unknown',
          type: 'Programmed',
        },
      ],
    },
  },
);

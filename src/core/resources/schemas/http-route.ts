/** HTTPRoute: schema of its spec and status. */

import { parentRefsItem } from '../fragments/gateway-1.ts';
import { filters, parentsConditions } from '../fragments/gateway-2.ts';
import { list, record, required, text, whole } from '../schema-builders.ts';

export const rulesSection = list(
  "Rules that are tried by the Gateway API's precedence.",
  record(
    'One entry of rules.',
    {
      backendRefs: list(
        'Where matching requests go, by weight.',
        record(
          'One entry of backend refs.',
          {
            filters: filters,
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
            weight: whole('Share of the traffic relative to the other backends.', {
              format: 'int32',
              minimum: 0,
              maximum: 1000000,
              default: 1,
            }),
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
        { maxItems: 16, 'x-kubernetes-list-type': 'atomic' },
      ),
      filters: filters,
      matches: list(
        'Conditions of which one must hold; without any, every request matches.',
        record('One entry of matches.', {
          headers: list(
            'Header conditions, all of which must hold.',
            record('One entry of headers.', {
              name: required(
                text('Name of the object that is meant.', {
                  pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
                  minLength: 1,
                  maxLength: 256,
                }),
              ),
              type: text('Which of the alternatives this is.', {
                enum: ['Exact', 'RegularExpression'],
                default: 'Exact',
              }),
              value: required(
                text('Value that is compared or set.', {
                  pattern: '^[!-~]+([\\t ]?[!-~]+)*$',
                  minLength: 1,
                  maxLength: 4096,
                }),
              ),
            }),
            { maxItems: 16, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
          ),
          method: text('HTTP method that is matched.', {
            enum: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'],
          }),
          path: record(
            'Path that is matched or sent.',
            {
              type: text('Which of the alternatives this is.', {
                enum: ['Exact', 'PathPrefix', 'RegularExpression'],
                default: 'PathPrefix',
              }),
              value: text('Value that is compared or set.', { maxLength: 1024, default: '/' }),
            },
            {
              default: { type: 'PathPrefix', value: '/' },
              'x-kubernetes-validations': [
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || self.value.startsWith('/')",
                  message:
                    "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
                },
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || !self.value.contains('//')",
                  message: "must not contain '//' when type one of ['Exact', 'PathPrefix']",
                },
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || !self.value.contains('/./')",
                  message: "must not contain '/./' when type one of ['Exact', 'PathPrefix']",
                },
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || !self.value.contains('/../')",
                  message: "must not contain '/../' when type one of ['Exact', 'PathPrefix']",
                },
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || !self.value.contains('%2f')",
                  message: "must not contain '%2f' when type one of ['Exact', 'PathPrefix']",
                },
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || !self.value.contains('%2F')",
                  message: "must not contain '%2F' when type one of ['Exact', 'PathPrefix']",
                },
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || !self.value.contains('#')",
                  message: "must not contain '#' when type one of ['Exact', 'PathPrefix']",
                },
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || !self.value.endsWith('/..')",
                  message: "must not end with '/..' when type one of ['Exact', 'PathPrefix']",
                },
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || !self.value.endsWith('/.')",
                  message: "must not end with '/.' when type one of ['Exact', 'PathPrefix']",
                },
                {
                  rule: "self.type in ['Exact', 'PathPrefix', 'RegularExpression']",
                  message: "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
                },
                {
                  rule: "!(self.type in ['Exact', 'PathPrefix']) || self.value.matches(\"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$\")",
                  message:
                    "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']",
                },
              ],
            },
          ),
          queryParams: list(
            'Query parameter conditions, all of which must hold.',
            record('One entry of query params.', {
              name: required(
                text('Name of the object that is meant.', {
                  pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
                  minLength: 1,
                  maxLength: 256,
                }),
              ),
              type: text('Which of the alternatives this is.', {
                enum: ['Exact', 'RegularExpression'],
                default: 'Exact',
              }),
              value: required(text('Value that is compared or set.', { minLength: 1, maxLength: 1024 })),
            }),
            { maxItems: 16, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
          ),
        }),
        {
          maxItems: 64,
          default: [{ path: { type: 'PathPrefix', value: '/' } }],
          'x-kubernetes-list-type': 'atomic',
        },
      ),
      name: text('Name of the object that is meant.', {
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
        minLength: 1,
        maxLength: 253,
      }),
      retry: record('When a failed request is tried again.', {
        attempts: whole('Attempts of retry.', { minimum: 1 }),
        backoff: text('Backoff of retry.', { pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' }),
        codes: list('Codes of retry.', whole('One entry of codes.', { minimum: 400, maximum: 599 }), {
          'x-kubernetes-list-type': 'set',
        }),
      }),
      sessionPersistence: record(
        'Session persistence of rules.',
        {
          absoluteTimeout: text('Absolute timeout of session persistence.', {
            pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
          }),
          cookieConfig: record('Cookie config of session persistence.', {
            lifetimeType: text('Lifetime type of cookie config.', {
              enum: ['Permanent', 'Session'],
              default: 'Session',
            }),
          }),
          sessionName: text('Session name of session persistence.', { maxLength: 128 }),
          type: text('Which of the alternatives this is.', { enum: ['Cookie', 'Header'], default: 'Cookie' }),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: "!has(self.cookieConfig) || !has(self.cookieConfig.lifetimeType) || self.cookieConfig.lifetimeType != 'Permanent' || has(self.absoluteTimeout)",
              message: 'AbsoluteTimeout must be specified when cookie lifetimeType is Permanent',
            },
            {
              rule: "!has(self.cookieConfig) || self.type == 'Cookie'",
              message: 'cookieConfig can only be set with type Cookie',
            },
          ],
        },
      ),
      timeouts: record(
        'Time limits.',
        {
          backendRequest: text('Backend request of timeouts.', { pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' }),
          request: text('What applies to requests.', { pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' }),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
              message: 'backendRequest timeout cannot be longer than request timeout',
            },
          ],
        },
      ),
    },
    {
      'x-kubernetes-validations': [
        {
          rule: '!has(self.backendRefs) || self.backendRefs.size() == 0 || !has(self.filters) || self.filters.all(f, !has(f.requestRedirect))',
          message: 'RequestRedirect filter must not be used together with backendRefs',
        },
        {
          rule: "!has(self.filters) || !self.filters.exists(f, f.type == 'RequestRedirect' && has(f.requestRedirect) && has(f.requestRedirect.path) && has(f.requestRedirect.path.type) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch)) || (has(self.matches) && self.matches.size() == 1 && has(self.matches[0].path) && self.matches[0].path.type == 'PathPrefix')",
          message:
            'When using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
        },
        {
          rule: "!has(self.filters) || !self.filters.exists(f, f.type == 'URLRewrite' && has(f.urlRewrite) && has(f.urlRewrite.path) && has(f.urlRewrite.path.type) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch)) || (has(self.matches) && self.matches.size() == 1 && has(self.matches[0].path) && self.matches[0].path.type == 'PathPrefix')",
          message:
            'When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
        },
        {
          rule: "!has(self.backendRefs) || !self.backendRefs.exists(b, has(b.filters) && b.filters.exists(f, f.type == 'RequestRedirect' && has(f.requestRedirect) && has(f.requestRedirect.path) && has(f.requestRedirect.path.type) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) || (has(self.matches) && self.matches.size() == 1 && has(self.matches[0].path) && self.matches[0].path.type == 'PathPrefix')",
          message:
            'Within backendRefs, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
        },
        {
          rule: "!has(self.backendRefs) || !self.backendRefs.exists(b, has(b.filters) && b.filters.exists(f, f.type == 'URLRewrite' && has(f.urlRewrite) && has(f.urlRewrite.path) && has(f.urlRewrite.path.type) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) || (has(self.matches) && self.matches.size() == 1 && has(self.matches[0].path) && self.matches[0].path.type == 'PathPrefix')",
          message:
            'Within backendRefs, When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
        },
      ],
    },
  ),
  {
    minItems: 1,
    maxItems: 16,
    default: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }],
    'x-kubernetes-list-type': 'atomic',
    'x-kubernetes-validations': [
      {
        rule: '(self.size() > 0 && has(self[0].matches) ? self[0].matches.size() : 0) + (self.size() > 1 && has(self[1].matches) ? self[1].matches.size() : 0) + (self.size() > 2 && has(self[2].matches) ? self[2].matches.size() : 0) + (self.size() > 3 && has(self[3].matches) ? self[3].matches.size() : 0) + (self.size() > 4 && has(self[4].matches) ? self[4].matches.size() : 0) + (self.size() > 5 && has(self[5].matches) ? self[5].matches.size() : 0) + (self.size() > 6 && has(self[6].matches) ? self[6].matches.size() : 0) + (self.size() > 7 && has(self[7].matches) ? self[7].matches.size() : 0) + (self.size() > 8 && has(self[8].matches) ? self[8].matches.size() : 0) + (self.size() > 9 && has(self[9].matches) ? self[9].matches.size() : 0) + (self.size() > 10 && has(self[10].matches) ? self[10].matches.size() : 0) + (self.size() > 11 && has(self[11].matches) ? self[11].matches.size() : 0) + (self.size() > 12 && has(self[12].matches) ? self[12].matches.size() : 0) + (self.size() > 13 && has(self[13].matches) ? self[13].matches.size() : 0) + (self.size() > 14 && has(self[14].matches) ? self[14].matches.size() : 0) + (self.size() > 15 && has(self[15].matches) ? self[15].matches.size() : 0) <= 128',
        message:
          'While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128',
      },
      {
        rule: 'self.all(r1, !has(r1.name) || self.exists_one(r2, has(r2.name) && r1.name == r2.name))',
        message: 'Rule name must be unique within the route',
      },
    ],
  },
);

export const spec = record('What is wanted.', {
  hostnames: list(
    'Host names that the route answers for; all when empty.',
    text('One entry of hostnames.', {
      pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      minLength: 1,
      maxLength: 253,
    }),
    { maxItems: 16, 'x-kubernetes-list-type': 'atomic' },
  ),
  parentRefs: list('Gateways (or parts of them) that this route attaches to.', parentRefsItem, {
    maxItems: 32,
    'x-kubernetes-list-type': 'atomic',
    'x-kubernetes-validations': [
      {
        rule: "self.all(p1, self.all(p2, !(p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && ((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '') || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__))) || (((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) && ((!has(p1.port) || p1.port == 0) == (!has(p2.port) || p2.port == 0)))))",
        message:
          'sectionName or port must be specified when parentRefs includes 2 or more references to the same parent',
      },
      {
        rule: "self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && ((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '') || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__)) && ((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '') || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName)) && ((!has(p1.port) || p1.port == 0) && (!has(p2.port) || p2.port == 0) || (has(p1.port) && has(p2.port) && p1.port == p2.port))))",
        message:
          'sectionName or port must be unique when parentRefs includes 2 or more references to the same parent',
      },
    ],
  }),
  rules: rulesSection,
  useDefaultGateways: text('Use default gateways.', { enum: ['All', 'None'] }),
});

export const status = record('What the controller says of the object.', {
  parents: required(
    list(
      'State per parent that the route refers to.',
      record('One entry of parents.', {
        conditions: required(parentsConditions),
        controllerName: required(
          text('Controller that is responsible.', {
            pattern:
              "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
            minLength: 1,
            maxLength: 253,
          }),
        ),
        parentRef: required(parentRefsItem),
      }),
      { maxItems: 32, 'x-kubernetes-list-type': 'atomic' },
    ),
  ),
});

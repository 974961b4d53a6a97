/** Parts of schemas that several places share. */
import { flag, list, record, required, text, whole } from '../schema-builders.ts';
import { add, backendRef, conditionsItem, infrastructureParametersRef, path } from './gateway-1.ts';

export const requestHeaderModifier = record('Changes headers of the request.', {
  add: add,
  remove: list('Removed.', text('One entry of remove.'), { maxItems: 16, 'x-kubernetes-list-type': 'set' }),
  set: add,
});

export const filters = list(
  'Changes to the request or the response on its way.',
  record(
    'One entry of filters.',
    {
      cors: record('Cross-origin rules for browsers.', {
        allowCredentials: flag('Allow credentials of cors.'),
        allowHeaders: list(
          'Allow headers of cors.',
          text('One entry of allow headers.', {
            pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
            minLength: 1,
            maxLength: 256,
          }),
          {
            maxItems: 64,
            'x-kubernetes-list-type': 'set',
            'x-kubernetes-validations': [
              {
                rule: "!('*' in self && self.size() > 1)",
                message: "AllowHeaders cannot contain '*' alongside other methods",
              },
            ],
          },
        ),
        allowMethods: list(
          'Allow methods of cors.',
          text('One entry of allow methods.', {
            enum: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'],
          }),
          {
            maxItems: 9,
            'x-kubernetes-list-type': 'set',
            'x-kubernetes-validations': [
              {
                rule: "!('*' in self && self.size() > 1)",
                message: "AllowMethods cannot contain '*' alongside other methods",
              },
            ],
          },
        ),
        allowOrigins: list(
          'Allow origins of cors.',
          text('One entry of allow origins.', {
            pattern:
              '(^\\*$)|(^(http(s)?):\\/\\/(((\\*\\.)?([a-zA-Z0-9\\-]+\\.)*[a-zA-Z0-9-]+|\\*)(:([0-9]{1,5}))?)$)',
            minLength: 1,
            maxLength: 253,
          }),
          {
            maxItems: 64,
            'x-kubernetes-list-type': 'set',
            'x-kubernetes-validations': [
              {
                rule: "!('*' in self && self.size() > 1)",
                message: "AllowOrigins cannot contain '*' alongside other origins",
              },
            ],
          },
        ),
        exposeHeaders: list(
          'Expose headers of cors.',
          text('One entry of expose headers.', {
            pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
            minLength: 1,
            maxLength: 256,
          }),
          { maxItems: 64, 'x-kubernetes-list-type': 'set' },
        ),
        maxAge: whole('Max age of cors.', { format: 'int32', minimum: 1, default: 5 }),
      }),
      extensionRef: infrastructureParametersRef,
      externalAuth: record(
        'External auth of filters.',
        {
          backendRef: required(backendRef),
          forwardBody: record('Forward body of external auth.', {
            maxSize: whole('Max size of forward body.'),
          }),
          grpc: record('Grpc of external auth.', {
            allowedHeaders: list('Allowed headers of grpc.', text('One entry of allowed headers.'), {
              maxItems: 64,
              'x-kubernetes-list-type': 'set',
            }),
          }),
          http: record('HTTP settings.', {
            allowedHeaders: list('Allowed headers of http.', text('One entry of allowed headers.'), {
              maxItems: 64,
              'x-kubernetes-list-type': 'set',
            }),
            allowedResponseHeaders: list(
              'Allowed response headers of http.',
              text('One entry of allowed response headers.'),
              { maxItems: 64, 'x-kubernetes-list-type': 'set' },
            ),
            path: text('Path that is matched or sent.', {
              pattern: "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$",
              maxLength: 1024,
            }),
          }),
          protocol: required(text('Protocol that is spoken.', { enum: ['HTTP', 'GRPC'] })),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: "self.protocol != 'GRPC' || has(self.grpc)",
              message: "grpc must be specified when protocol is set to 'GRPC'",
            },
            {
              rule: "!has(self.grpc) || self.protocol == 'GRPC'",
              message: "protocol must be 'GRPC' when grpc is set",
            },
            {
              rule: "self.protocol != 'HTTP' || has(self.http)",
              message: "http must be specified when protocol is set to 'HTTP'",
            },
            {
              rule: "!has(self.http) || self.protocol == 'HTTP'",
              message: "protocol must be 'HTTP' when http is set",
            },
          ],
        },
      ),
      requestHeaderModifier: requestHeaderModifier,
      requestMirror: record(
        'Request mirror of filters.',
        {
          backendRef: required(backendRef),
          fraction: record(
            'Fraction of request mirror.',
            {
              denominator: whole('Denominator of fraction.', { format: 'int32', minimum: 1, default: 100 }),
              numerator: required(whole('Numerator of fraction.', { format: 'int32', minimum: 0 })),
            },
            {
              'x-kubernetes-validations': [
                {
                  rule: 'self.numerator <= (has(self.denominator) ? self.denominator : 100)',
                  message: 'numerator must be less than or equal to denominator',
                },
              ],
            },
          ),
          percent: whole('Percent of request mirror.', { format: 'int32', minimum: 0, maximum: 100 }),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: '!(has(self.percent) && has(self.fraction))',
              message: 'Only one of percent or fraction may be specified in HTTPRequestMirrorFilter',
            },
          ],
        },
      ),
      requestRedirect: record('Answers with a redirect.', {
        hostname: text('Host name that is matched: exact, or with a leading "*." for every name below.', {
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
          minLength: 1,
          maxLength: 253,
        }),
        path: path,
        port: whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 }),
        scheme: text('Scheme of request redirect.', { enum: ['http', 'https'] }),
        statusCode: whole('Status code of request redirect.', {
          enum: [301, 302, 303, 307, 308],
          default: 302,
        }),
      }),
      responseHeaderModifier: requestHeaderModifier,
      type: required(
        text('Which of the alternatives this is.', {
          enum: [
            'RequestHeaderModifier',
            'ResponseHeaderModifier',
            'RequestMirror',
            'RequestRedirect',
            'URLRewrite',
            'ExtensionRef',
            'CORS',
            'ExternalAuth',
          ],
        }),
      ),
      urlRewrite: record('Changes path or host before the request is sent on.', {
        hostname: text('Host name that is matched: exact, or with a leading "*." for every name below.', {
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
          minLength: 1,
          maxLength: 253,
        }),
        path: path,
      }),
    },
    {
      'x-kubernetes-validations': [
        {
          rule: "!(has(self.cors) && self.type != 'CORS')",
          message: 'filter.cors must be nil if the filter.type is not CORS',
        },
        {
          rule: "!(!has(self.cors) && self.type == 'CORS')",
          message: 'filter.cors must be specified for CORS filter.type',
        },
        {
          rule: "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
          message: 'filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier',
        },
        {
          rule: "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
          message: 'filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type',
        },
        {
          rule: "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
          message:
            'filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier',
        },
        {
          rule: "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
          message: 'filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type',
        },
        {
          rule: "!(has(self.requestMirror) && self.type != 'RequestMirror')",
          message: 'filter.requestMirror must be nil if the filter.type is not RequestMirror',
        },
        {
          rule: "!(!has(self.requestMirror) && self.type == 'RequestMirror')",
          message: 'filter.requestMirror must be specified for RequestMirror filter.type',
        },
        {
          rule: "!(has(self.requestRedirect) && self.type != 'RequestRedirect')",
          message: 'filter.requestRedirect must be nil if the filter.type is not RequestRedirect',
        },
        {
          rule: "!(!has(self.requestRedirect) && self.type == 'RequestRedirect')",
          message: 'filter.requestRedirect must be specified for RequestRedirect filter.type',
        },
        {
          rule: "!(has(self.urlRewrite) && self.type != 'URLRewrite')",
          message: 'filter.urlRewrite must be nil if the filter.type is not URLRewrite',
        },
        {
          rule: "!(!has(self.urlRewrite) && self.type == 'URLRewrite')",
          message: 'filter.urlRewrite must be specified for URLRewrite filter.type',
        },
        {
          rule: "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
          message: 'filter.extensionRef must be nil if the filter.type is not ExtensionRef',
        },
        {
          rule: "!(!has(self.extensionRef) && self.type == 'ExtensionRef')",
          message: 'filter.extensionRef must be specified for ExtensionRef filter.type',
        },
        {
          rule: "!(has(self.externalAuth) && self.type != 'ExternalAuth')",
          message: 'filter.externalAuth must be nil if the filter.type is not ExternalAuth',
        },
        {
          rule: "!(!has(self.externalAuth) && self.type == 'ExternalAuth')",
          message: 'filter.externalAuth must be specified for ExternalAuth filter.type',
        },
      ],
    },
  ),
  {
    maxItems: 16,
    'x-kubernetes-list-type': 'atomic',
    'x-kubernetes-validations': [
      {
        rule: "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
        message:
          'May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both',
      },
      { rule: "self.filter(f, f.type == 'CORS').size() <= 1", message: 'CORS filter cannot be repeated' },
      {
        rule: "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
        message: 'RequestHeaderModifier filter cannot be repeated',
      },
      {
        rule: "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
        message: 'ResponseHeaderModifier filter cannot be repeated',
      },
      {
        rule: "self.filter(f, f.type == 'RequestRedirect').size() <= 1",
        message: 'RequestRedirect filter cannot be repeated',
      },
      {
        rule: "self.filter(f, f.type == 'URLRewrite').size() <= 1",
        message: 'URLRewrite filter cannot be repeated',
      },
    ],
  },
);

export const parentsConditions = list('Current state, one entry per aspect.', conditionsItem, {
  minItems: 1,
  maxItems: 8,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
});

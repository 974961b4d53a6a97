/** AgentgatewayBackend: schema of its spec and status. */

import { policies } from '../fragments/agentgateway-8.ts';
import { conditions } from '../fragments/gateway-1.ts';
import { record, required, text, whole } from '../schema-builders.ts';
import { aiSection, mcpSection } from './agentgateway-backend-mcp-section.ts';

export const spec = record(
  'What is wanted.',
  {
    a2a: record('A2a.', {
      host: required(text('Host name or address.', { minLength: 1, maxLength: 256 })),
      port: required(whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 })),
    }),
    ai: aiSection,
    aws: record(
      'Aws.',
      {
        agentCore: record('Agent core of aws.', {
          agentRuntimeArn: required(text('Agent runtime arn of agent core.')),
          qualifier: text('Qualifier of agent core.'),
        }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: '[has(self.agentCore)].filter(x, x).size() == 1',
            message: 'exactly one of the fields in [agentCore] must be set',
          },
        ],
      },
    ),
    dynamicForwardProxy: record('Dynamic forward proxy.', {}),
    mcp: mcpSection,
    policies: policies,
    static: record(
      'A fixed address.',
      {
        host: text('Host name or address.', { minLength: 1, maxLength: 256 }),
        port: whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 }),
        unixPath: text('Unix path of static.', { minLength: 1 }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: 'has(self.unixPath) || (has(self.host) && has(self.port))',
            message: 'must specify either unixPath or both host and port',
          },
          {
            rule: '!(has(self.unixPath) && (has(self.host) || has(self.port)))',
            message: 'unixPath and host/port are mutually exclusive',
          },
        ],
      },
    ),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '!has(self.policies) || !has(self.policies.ai) || has(self.ai)',
        message: 'AI policies require AI backend',
      },
      {
        rule: '!has(self.policies) || !has(self.policies.mcp) || has(self.mcp)',
        message: 'MCP policies require MCP backend',
      },
      {
        rule: '[has(self.ai), has(self.static), has(self.dynamicForwardProxy), has(self.mcp), has(self.aws), has(self.a2a)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [ai static dynamicForwardProxy mcp aws a2a] must be set',
      },
    ],
  },
);

export const status = record('What the controller says of the object.', {
  conditions: conditions,
});

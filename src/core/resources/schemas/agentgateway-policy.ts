/** AgentgatewayPolicy: schema of its spec and status. */

import { policies } from '../fragments/agentgateway-8.ts';
import { parentRefsItem } from '../fragments/gateway-1.ts';
import { parentsConditions } from '../fragments/gateway-2.ts';
import { list, mapOf, record, required, text, whole } from '../schema-builders.ts';
import { frontendSection } from './agentgateway-policy-traffic-ext-auth.ts';
import { trafficSection } from './agentgateway-policy-traffic-section.ts';

export const spec = record(
  'What is wanted.',
  {
    backend: policies,
    frontend: frontendSection,
    strategy: record('How this policy combines with others.', {
      inheritance: text("Whether more specific policies may replace this one's fields.", {
        enum: ['Default', 'Override'],
      }),
    }),
    targetRefs: list(
      'Objects of this namespace that the policy applies to.',
      record(
        'One entry of target refs.',
        {
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
          port: whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 }),
          sectionName: text('One listener or rule of the target, by its name.', {
            pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
            minLength: 1,
            maxLength: 253,
          }),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: '[has(self.sectionName), has(self.port)].filter(x, x).size() <= 1',
              message: 'at most one of the fields in [sectionName port] may be set',
            },
          ],
        },
      ),
      {
        minItems: 1,
        maxItems: 16,
        'x-kubernetes-list-type': 'atomic',
        'x-kubernetes-validations': [
          {
            rule: "self.all(r, (r.group == 'gateway.networking.k8s.io' && r.kind in ['Gateway', 'HTTPRoute', 'GRPCRoute', 'ListenerSet']) || (r.group == '' && r.kind == 'Service') || (r.group == 'agentgateway.dev' && r.kind == 'AgentgatewayBackend') || (r.group == 'inference.networking.k8s.io' && r.kind == 'InferencePool'))",
            message:
              'targetRefs may only reference Gateway, HTTPRoute, GRPCRoute, ListenerSet, Service, AgentgatewayBackend, or InferencePool resources',
          },
          {
            rule: 'self.all(r, r.kind == self[0].kind)',
            message: 'Only one Kind of targetRef can be set on one policy',
          },
        ],
      },
    ),
    targetSelectors: list(
      'Objects of this namespace that the policy applies to, by label.',
      record(
        'One entry of target selectors.',
        {
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
          matchLabels: required(mapOf('Labels that must all be there.', text('Value in match labels.'))),
          port: whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 }),
          sectionName: text('One listener or rule of the target, by its name.', {
            pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
            minLength: 1,
            maxLength: 253,
          }),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: '[has(self.sectionName), has(self.port)].filter(x, x).size() <= 1',
              message: 'at most one of the fields in [sectionName port] may be set',
            },
          ],
        },
      ),
      {
        minItems: 1,
        maxItems: 16,
        'x-kubernetes-validations': [
          {
            rule: "self.all(r, (r.group == 'gateway.networking.k8s.io' && r.kind in ['Gateway', 'HTTPRoute', 'GRPCRoute', 'ListenerSet']) || (r.group == '' && r.kind == 'Service') || (r.group == 'agentgateway.dev' && r.kind == 'AgentgatewayBackend') || (r.group == 'inference.networking.k8s.io' && r.kind == 'InferencePool'))",
            message:
              'targetRefs may only reference Gateway, HTTPRoute, GRPCRoute, ListenerSet, Service, AgentgatewayBackend, or InferencePool resources',
          },
          {
            rule: 'self.all(r, r.kind == self[0].kind)',
            message: 'Only one Kind of targetRef can be set on one policy',
          },
        ],
      },
    ),
    traffic: trafficSection,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.traffic) || has(self.frontend) || has(self.backend)',
        message: 'At least one of traffic, frontend, or backend must be provided.',
      },
      {
        rule: '!has(self.strategy) || !has(self.strategy.inheritance) || (has(self.traffic) && !has(self.frontend) && !has(self.backend))',
        message: 'strategy.inheritance may only be set on traffic policies',
      },
      {
        rule: "!has(self.backend) || !has(self.backend.mcp) || ((has(self.targetRefs) ? self.targetRefs.all(r, r.kind != 'Service') : true) && (has(self.targetSelectors) ? self.targetSelectors.all(r, r.kind != 'Service') : true))",
        message: 'backend.mcp may not be used with a Service target',
      },
      {
        rule: "!has(self.backend) || !has(self.backend.mcp) || ((has(self.targetRefs) ? self.targetRefs.all(r, r.kind != 'AgentgatewayBackend' || !has(r.sectionName)) : true) && (has(self.targetSelectors) ? self.targetSelectors.all(r, r.kind != 'AgentgatewayBackend' || !has(r.sectionName)) : true))",
        message: 'backend.mcp may not target an AgentgatewayBackend sectionName',
      },
      {
        rule: "!has(self.backend) || !has(self.backend.ai) || ((has(self.targetRefs) ? self.targetRefs.all(r, r.kind != 'Service') : true) && (has(self.targetSelectors) ? self.targetSelectors.all(r, r.kind != 'Service') : true))",
        message: 'backend.ai may not be used with a Service target',
      },
      {
        rule: '!(has(self.traffic) && has(self.traffic.jwtAuthentication) && has(self.backend) && has(self.backend.mcp) && has(self.backend.mcp.authentication))',
        message:
          'traffic.jwtAuthentication may not be used with backend.mcp.authentication in the same policy',
      },
      {
        rule: "!has(self.frontend) || ((has(self.targetRefs) ? self.targetRefs.all(r, r.kind == 'Gateway') : true) && (has(self.targetSelectors) ? self.targetSelectors.all(r, r.kind == 'Gateway') : true))",
        message: "the 'frontend' field can only target a Gateway",
      },
      {
        rule: '!has(self.frontend) || !(has(self.frontend.tcp) || has(self.frontend.networkAuthorization) || has(self.frontend.tls) || has(self.frontend.http) || has(self.frontend.proxyProtocol) || has(self.frontend.connect)) || ((has(self.targetRefs) ? self.targetRefs.all(r, !has(r.sectionName)) : true) && (has(self.targetSelectors) ? self.targetSelectors.all(r, !has(r.sectionName)) : true))',
        message:
          'frontend tcp, networkAuthorization, tls, http, proxyProtocol, and connect policies may only target a Gateway or port, not a listener (sectionName)',
      },
      {
        rule: '!(has(self.traffic) || has(self.backend)) || ((has(self.targetRefs) ? self.targetRefs.all(r, !has(r.port)) : true) && (has(self.targetSelectors) ? self.targetSelectors.all(r, !has(r.port)) : true))',
        message: 'port may only be set on frontend-only policies (not traffic or backend)',
      },
      {
        rule: "!has(self.traffic) || ((has(self.targetRefs) ? self.targetRefs.all(r, r.kind in ['Gateway', 'ListenerSet', 'GRPCRoute', 'HTTPRoute', 'InferencePool']) : true) && (has(self.targetSelectors) ? self.targetSelectors.all(r, r.kind in ['Gateway', 'ListenerSet', 'GRPCRoute', 'HTTPRoute', 'InferencePool']) : true))",
        message:
          "the 'traffic' field can only target a Gateway, ListenerSet, GRPCRoute, HTTPRoute, or InferencePool",
      },
      {
        rule: "!has(self.traffic) || !has(self.traffic.phase) || self.traffic.phase != 'PreRouting' || ((has(self.targetRefs) ? self.targetRefs.all(r, r.kind in ['Gateway', 'ListenerSet']) : true) && (has(self.targetSelectors) ? self.targetSelectors.all(r, r.kind in ['Gateway', 'ListenerSet']) : true))",
        message: "the 'traffic.phase=PreRouting' field can only target a Gateway or ListenerSet",
      },
      {
        rule: "!has(self.targetRefs) || self.targetRefs.all(r, r.kind != 'Service' || !has(r.sectionName) || (r.sectionName.matches('^[0-9]{1,5}$') && int(r.sectionName) >= 1 && int(r.sectionName) <= 65535))",
        message: 'Service sectionName must be a numeric port from 1 to 65535',
      },
      {
        rule: '[has(self.targetRefs), has(self.targetSelectors)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [targetRefs targetSelectors] must be set',
      },
    ],
  },
);

export const status = record('What the controller says of the object.', {
  ancestors: required(
    list(
      'State per Gateway that the policy applies to.',
      record('One entry of ancestors.', {
        ancestorRef: required(parentRefsItem),
        conditions: required(parentsConditions),
        controllerName: required(
          text('Controller that is responsible.', {
            pattern:
              "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
            minLength: 1,
            maxLength: 253,
          }),
        ),
      }),
      { maxItems: 16, 'x-kubernetes-list-type': 'atomic' },
    ),
  ),
});

/** Reviews of who the caller is and what it may do. There is one user, who may do everything. */
import { badRequest } from './status-error.ts';

type Fields = Record<string, unknown>;

const user = { username: 'tollgate-admin', groups: ['system:masters', 'system:authenticated'] };

const reviews: Record<string, (body: Fields) => Fields> = {
  selfsubjectaccessreviews: (body) => {
    const spec = body['spec'] as Fields | undefined;
    if (spec?.['resourceAttributes'] === undefined && spec?.['nonResourceAttributes'] === undefined) {
      throw badRequest('spec.resourceAttributes or spec.nonResourceAttributes is required');
    }
    const status = { allowed: true, reason: 'the token of this server may do everything' };
    return {
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec,
      status,
    };
  },
  selfsubjectrulesreviews: (body) => ({
    kind: 'SelfSubjectRulesReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: (body['spec'] as Fields | undefined) ?? {},
    status: {
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
      incomplete: false,
    },
  }),
  selfsubjectreviews: () => ({
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {},
    status: { userInfo: user },
  }),
};

/** Undefined when `plural` is no review of this group. */
export function answerReview(group: string, plural: string): ((body: Fields) => Fields) | undefined {
  if (group !== 'authentication.k8s.io' && group !== 'authorization.k8s.io') return undefined;
  return reviews[plural];
}

/** Field numbers of the messages that kubectl sends as protobuf (k8s.io/api and apimachinery, generated.proto). */

export type FieldType = 'string' | 'bytes' | 'int' | 'bool' | 'time' | 'intOrString' | Message;
export interface Field {
  name: string;
  type: FieldType;
  kind: 'one' | 'list' | 'map';
}
/** By field number. Fields that are not named are skipped, as in any protobuf reader. */
export type Message = Record<number, Field>;

const one = (name: string, type: FieldType = 'string'): Field => ({ name, type, kind: 'one' });
const list = (name: string, type: FieldType = 'string'): Field => ({ name, type, kind: 'list' });
const map = (name: string, type: FieldType = 'string'): Field => ({ name, type, kind: 'map' });

const ownerReference: Message = {
  1: one('kind'),
  3: one('name'),
  4: one('uid'),
  5: one('apiVersion'),
  6: one('controller', 'bool'),
  7: one('blockOwnerDeletion', 'bool'),
};
const metadata = one('metadata', {
  1: one('name'),
  2: one('generateName'),
  3: one('namespace'),
  5: one('uid'),
  6: one('resourceVersion'),
  7: one('generation', 'int'),
  8: one('creationTimestamp', 'time'),
  9: one('deletionTimestamp', 'time'),
  11: map('labels'),
  12: map('annotations'),
  13: list('ownerReferences', ownerReference),
  14: list('finalizers'),
});
const objectReference: Message = {
  1: one('kind'),
  2: one('namespace'),
  3: one('name'),
  4: one('uid'),
  5: one('apiVersion'),
};
const servicePort: Message = {
  1: one('name'),
  2: one('protocol'),
  3: one('port', 'int'),
  4: one('targetPort', 'intOrString'),
  5: one('nodePort', 'int'),
  6: one('appProtocol'),
};
const serviceSpec: Message = {
  1: list('ports', servicePort),
  2: map('selector'),
  3: one('clusterIP'),
  4: one('type'),
  5: list('externalIPs'),
  7: one('sessionAffinity'),
  8: one('loadBalancerIP'),
  9: list('loadBalancerSourceRanges'),
  10: one('externalName'),
  11: one('externalTrafficPolicy'),
  17: one('ipFamilyPolicy'),
  18: list('clusterIPs'),
  19: list('ipFamilies'),
};
const containerPort: Message = {
  1: one('name'),
  2: one('hostPort', 'int'),
  3: one('containerPort', 'int'),
  4: one('protocol'),
};
const container: Message = {
  1: one('name'),
  2: one('image'),
  3: list('command'),
  4: list('args'),
  5: one('workingDir'),
  6: list('ports', containerPort),
  7: list('env', { 1: one('name'), 2: one('value') }),
};
const podSpec: Message = {
  2: list('containers', container),
  3: one('restartPolicy'),
  8: one('serviceAccountName'),
};
const deploymentSpec: Message = {
  1: one('replicas', 'int'),
  2: one('selector', { 1: map('matchLabels') }),
  3: one('template', { 1: metadata, 2: one('spec', podSpec) }),
  4: one('strategy', { 1: one('type') }),
};
const resourceAttributes: Message = {
  1: one('namespace'),
  2: one('verb'),
  3: one('group'),
  4: one('version'),
  5: one('resource'),
  6: one('subresource'),
  7: one('name'),
};
const accessReviewSpec: Message = {
  1: one('resourceAttributes', resourceAttributes),
  2: one('nonResourceAttributes', { 1: one('path'), 2: one('verb') }),
};

/** By apiVersion and kind. */
export const messages: Record<string, Message> = {
  'v1 Namespace': { 1: metadata, 2: one('spec', { 1: list('finalizers') }) },
  'v1 ConfigMap': { 1: metadata, 2: map('data'), 3: map('binaryData', 'bytes'), 4: one('immutable', 'bool') },
  'v1 Secret': {
    1: metadata,
    2: map('data', 'bytes'),
    3: one('type'),
    4: map('stringData'),
    5: one('immutable', 'bool'),
  },
  'v1 ServiceAccount': {
    1: metadata,
    2: list('secrets', objectReference),
    3: list('imagePullSecrets', { 1: one('name') }),
    4: one('automountServiceAccountToken', 'bool'),
  },
  'v1 Service': { 1: metadata, 2: one('spec', serviceSpec) },
  'v1 Pod': { 1: metadata, 2: one('spec', podSpec) },
  'apps/v1 Deployment': { 1: metadata, 2: one('spec', deploymentSpec) },
  'authentication.k8s.io/v1 TokenRequest': {
    1: metadata,
    2: one('spec', { 1: list('audiences'), 4: one('expirationSeconds', 'int') }),
  },
  'authentication.k8s.io/v1 SelfSubjectReview': { 1: metadata },
  'authorization.k8s.io/v1 SelfSubjectAccessReview': { 1: metadata, 2: one('spec', accessReviewSpec) },
  'authorization.k8s.io/v1 SelfSubjectRulesReview': { 1: metadata, 2: one('spec', { 1: one('namespace') }) },
};

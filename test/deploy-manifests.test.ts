/** The manifests name what exists, on the ports that the program has. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { upCommand } from '../src/cli/up-options.ts';
import { allKinds } from '../src/core/resources/kinds.ts';
import { root } from './support/gateway.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}
const documents = parseAllDocuments(readFileSync(join(root, 'deploy/manifests/tollgate.yaml'), 'utf8')).map(
  (d) => d.toJS(),
);
const only = (kind: string) => documents.find((document) => document.kind === kind);

test('the role reads every kind that is watched, writes their statuses, and nothing else', () => {
  const rules = only('ClusterRole').rules as Rule[];
  for (const { apiGroups, resources, verbs } of rules) {
    for (const resource of resources) {
      const [plural, subresource] = resource.split('/');
      const kind = allKinds.find((k) => k.plural === plural && apiGroups.includes(k.group));
      assert.ok(kind, `${resource} of ${apiGroups} is no kind`);
      assert.deepEqual(verbs, subresource === undefined ? ['get', 'list', 'watch'] : ['patch']);
      if (subresource !== undefined) assert.ok(kind.hasStatus);
    }
  }
});

test('ports are the program’s defaults; the container has no more rights than it needs', () => {
  const [container] = only('Deployment').spec.template.spec.containers;
  const ports = Object.fromEntries(
    container.ports.map((p: { name: string; containerPort: number }) => [p.name, p.containerPort]),
  );
  const defaults = upCommand({}, async () => undefined).opts();
  assert.equal(ports.grpc, defaults['rlsPort']);
  assert.equal(ports.metrics, defaults['metricsPort']);
  assert.equal(ports.ready, defaults['readyPort']);
  assert.equal(container.securityContext.readOnlyRootFilesystem, true);
  assert.equal(only('Deployment').spec.replicas, 1);
});

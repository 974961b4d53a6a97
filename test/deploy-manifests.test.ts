/** The manifests name what exists, on the ports that the program has. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { upCommand } from '../src/cli/up-options.ts';
import { allKinds } from '../src/core/resources/kinds.ts';
import { root } from './support/gateway.ts';
import { type Rule, rulesOf } from './support/manifest-rights.ts';

const documents = parseAllDocuments(readFileSync(join(root, 'deploy/manifests/tollgate.yaml'), 'utf8')).map(
  (d) => d.toJS(),
);
const only = (kind: string) => documents.find((document) => document.kind === kind);

/** What is written beside statuses, and why: see the comments in the files. */
const writable: Readonly<Record<string, readonly string[]>> = {
  'tollgate.dev': ['create', 'update', 'delete'],
  'gateway.networking.k8s.io': ['create', 'update'],
  'agentgateway.dev': ['create', 'update'],
  '': ['create'],
};

function checkRules(rules: readonly Rule[], writes: readonly string[]): void {
  for (const { apiGroups, resources, verbs } of rules) {
    for (const resource of resources) {
      const [plural, subresource] = resource.split('/');
      const kind = allKinds.find((k) => k.plural === plural && apiGroups.includes(k.group));
      assert.ok(kind, `${resource} of ${apiGroups} is no kind`);
      const isWrite = writes.includes(resource) && !verbs.includes('watch');
      const expected = isWrite ? writable[kind.group] : ['get', 'list', 'watch'];
      assert.deepEqual(verbs, subresource === undefined ? expected : ['patch'], resource);
      if (subresource !== undefined) assert.ok(kind.hasStatus);
    }
  }
}

test('the role reads every kind that is watched, writes statuses, keys and budgets, and nothing else', () => {
  checkRules(rulesOf('tollgate.yaml'), ['virtualkeys', 'budgets']);
});

test('the optional roles write configuration, or Secrets, and read nothing', () => {
  const editor = rulesOf('optional-rights.yaml', 'tollgate-editor');
  checkRules(
    editor,
    editor.flatMap(({ resources }) => resources),
  );
  checkRules(rulesOf('optional-rights.yaml', 'tollgate-issue-keys'), ['secrets']);
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

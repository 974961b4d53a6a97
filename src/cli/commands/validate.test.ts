import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { demoObjects } from '../demo-objects.ts';
import { runProgram } from '../run-program.fixture.ts';

describe('tollgate validate', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-validate-'));
  after(() => rmSync(directory, { recursive: true }));
  const file = (name: string, content: string) => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const demo = file(
    'demo.yaml',
    demoObjects('sk')
      .map((object) => stringify(object))
      .join('---\n'),
  );

  test('standalone configuration: as up --config would, each fault with its line', async () => {
    const good = file(
      'standalone.config',
      'llm:\n  models:\n  - {name: "*", provider: openai, params: {apiKey: sk-x}}\n',
    );
    const fine = await runProgram(['validate', good]);
    assert.deepEqual([fine.code, fine.stderr], [0, '4 objects in 1 file: no faults.\n']);
    const text =
      'llm:\n  models:\n  - name: a\n    provider: openai\n    params:\n      apiKee: sk-secret\n  - name: b\n';
    const bad = await runProgram(['validate', file('bad.config', text)]);
    assert.equal(bad.code, 1);
    assert.match(
      bad.stdout,
      /bad\.config:6: .*llm\.models\[0\]\.params\.apiKee is not supported; nearest: apiKey/,
    );
    assert.match(bad.stdout, /bad\.config:7: .*llm\.models\[1\]\.provider must be given/);
    assert.doesNotMatch(bad.stdout + bad.stderr, /sk-secret/);
  });

  test('what the demo applies has no faults, as documents, as a List and as a directory', async () => {
    const list = file(
      'list.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: demoObjects('sk') }),
    );
    for (const path of [demo, list]) {
      const done = await runProgram(['validate', path]);
      assert.deepEqual([done.code, done.stdout, done.stderr], [0, '', '8 objects in 1 file: no faults.\n']);
    }
    const both = await runProgram(['validate', directory]);
    assert.equal(both.code, 1);
    assert.match(
      both.stdout,
      /list\.json:1: Gateway agentgateway-system\/agentgateway-route: is in .*demo\.yaml:\d+ already/,
    );
  });

  test('faults of form, of fields, of CEL and of what is missing, each with file, line and object', async () => {
    const wrong = file(
      'wrong.yaml',
      `apiVersion: tollgate.dev/v1alpha1
kind: VirtualKey
metadata: {name: no-hash, namespace: agentgateway-system}
spec: {owner: mike, colour: red}
---
apiVersion: tollgate.dev/v1alpha1
kind: Budget
metadata: {name: zone, namespace: agentgateway-system}
spec: {limit: {tokens: 5}, window: {calendar: Day, timeZone: Europe/Atlantis}, groupBy: ["apiKey."]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: lost, namespace: agentgateway-system}
spec: {parentRefs: [{name: agentgateway-route}], rules: [{backendRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: gone}]}]}
---
apiVersion: gateway.networking.k8s.io/v9
kind: Gateway
metadata: {name: old}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: other}
---
just text
---
apiVersion: tollgate.dev/v1alpha1
kind: VirtualKey
metadata: {name: issued, namespace: agentgateway-system}
spec: {owner: ci, issueTo: {secretName: ci}}
`,
    );
    const done = await runProgram(['validate', demo, wrong]);
    assert.equal(done.code, 1);
    for (const expected of [
      /wrong\.yaml:1: VirtualKey agentgateway-system\/no-hash: unknown field "spec\.colour"/,
      /wrong\.yaml:1: VirtualKey agentgateway-system\/no-hash: spec: .*one of keyHash and issueTo must be set/,
      /wrong\.yaml:6: Budget agentgateway-system\/zone: .*apiKey\.: .*Europe\/Atlantis/,
      /wrong\.yaml:11: HTTPRoute agentgateway-system\/lost: .*gone/,
      /wrong\.yaml:16: Gateway old: apiVersion .* is not served; use gateway\.networking\.k8s\.io\/v1/,
      /wrong\.yaml:24: document 6: is not an object/,
    ])
      assert.match(done.stdout, expected);
    assert.doesNotMatch(done.stdout, /issued/);
    assert.match(done.stderr, /ClusterRole other is not of Tollgate's kinds: not checked/);
    assert.match(done.stderr, /tollgate: 6 faults in 14 objects in 2 files/);
    const json = await runProgram(['validate', demo, wrong, '-o', 'json']);
    assert.equal(JSON.parse(json.stdout).length, 6);
  });

  test('text that is not YAML; a policy that can not compile; rate limits that can not be read', async () => {
    const broken = file('broken.yaml', 'kind: Secret\nstringData: {key: "sk-very-secret\n');
    const done = await runProgram(['validate', broken]);
    assert.equal(done.code, 1);
    assert.match(done.stdout, /broken\.yaml:\d+: YAML: /);
    assert.doesNotMatch(done.stdout + done.stderr, /sk-very-secret/);
    const objects = demoObjects('sk')
      .map((object) => stringify(object))
      .join('---\n');
    const cel = await runProgram(['validate', '-'], { stdin: objects.replace("== 'mike'", '==') });
    assert.match(
      cel.stdout,
      /AgentgatewayPolicy agentgateway-system\/api-key-auth: What this policy guards is refused/,
    );
    const recorded = await runProgram(['validate', '-'], {
      stdin: objects.replace(
        'name: claude\n',
        'name: claude\n  annotations: {tollgate.dev/record-content: all}\n',
      ),
    });
    assert.match(
      recorded.stdout,
      /HTTPRoute agentgateway-system\/claude: annotation tollgate.dev\/record-content is/,
    );
    const limits = await runProgram(['validate', '-'], {
      stdin: objects.replace('unit: day', 'unit: decade'),
    });
    assert.match(limits.stdout, /ConfigMap ratelimit\/ratelimit-config: .*decade/);
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {key: "sk-very-secret!"}\n';
    const hidden = await runProgram(['validate', '-'], { stdin: secret });
    assert.equal(hidden.code, 1);
    assert.match(hidden.stdout, /Secret default\/s: data\.key: Invalid value\n/);
  });

  test('a file that is not there is a fault of the command line', async () => {
    const done = await runProgram(['validate', '/nonexistent.yaml']);
    assert.equal(done.code, 2);
    assert.match(done.stderr, /no such file/);
  });
});

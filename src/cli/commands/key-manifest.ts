/** `tollgate keys manifest NAME`: a new key as a manifest for kubectl on standard output; its value once, on standard error. */
import { hash, randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { displayOf, newKeyValue } from '../../core/keys/key-value.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { listed, moment, pair } from '../option-values.ts';
import type { Cli } from '../terminal.ts';

export interface KeyManifestOptions {
  namespace: string;
  owner?: string;
  label: Record<string, string>;
  metadata: Record<string, string>;
  model: string[];
  expires?: string;
}

/** Nothing of the value is in it but its hash and what it is recognised by. */
export function keyManifest(name: string, value: string, options: KeyManifestOptions): KubeObject {
  const { namespace, label, metadata, model, expires, owner = name } = options;
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { name, namespace, ...(Object.keys(label).length === 0 ? {} : { labels: label }) },
    spec: {
      owner,
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
      keyHash: `sha256:${hash('sha256', value)}`,
      display: displayOf(value),
      ...(model.length === 0 ? {} : { allowedModels: model }),
      ...(expires === undefined ? {} : { expiresAt: expires }),
    },
  };
}

export function manifestCommand({ terminal }: Cli): Command {
  return new Command('manifest')
    .argument('<name>', 'name of the VirtualKey')
    .description('make a key: its manifest for `kubectl apply -f -`, and its value once, on standard error')
    .option('-n, --namespace <namespace>', 'namespace of the Gateway', 'agentgateway-system')
    .option('--owner <owner>', 'who holds it (default: the name)')
    .option('--label <name=value>', 'what budgets select by (may be repeated)', pair, {})
    .option('--metadata <name=value>', 'what CEL sees as apiKey.* (may be repeated)', pair, {})
    .option('--model <pattern>', 'model that may be asked for (may be repeated; default: all)', listed, [])
    .option('--expires <time>', 'RFC 3339, for example 2027-01-01T00:00:00Z', moment)
    .action((name: string, options: KeyManifestOptions) => {
      const value = newKeyValue(randomBytes);
      terminal.err(`The key, shown this once: ${value}\n`);
      terminal.out(stringify(keyManifest(name, value, options)));
    });
}

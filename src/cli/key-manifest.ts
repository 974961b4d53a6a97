/** `tollgate keys manifest NAME`: a new key as a manifest for kubectl on standard output; its value once, on standard error. */
import { hash, randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { stringify } from 'yaml';
import { displayOf, newKeyValue } from '../core/keys/key-value.ts';
import type { KubeObject } from '../core/resources/object.ts';

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

export function keysCommand(): Command {
  const keys = new Command('keys').description('virtual keys');
  keys
    .command('manifest')
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
      process.stderr.write(`The key, shown this once: ${value}\n`);
      process.stdout.write(stringify(keyManifest(name, value, options)));
    });
  return keys;
}

function pair(text: string, before: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('write it as name=value.');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}

function listed(text: string, before: string[]): string[] {
  return [...before, text];
}

function moment(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('a moment such as 2027-01-01T00:00:00Z.');
  return text;
}

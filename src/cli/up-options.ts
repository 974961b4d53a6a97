/** `tollgate up`: its options, each with an environment variable, checked before anything starts. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { OidcSettings } from '../core/login/oidc-settings.ts';
import { consoleOptions, type OidcFlags, withOidc } from './console-options.ts';

export interface UpOptions extends ConsoleSettings {
  dataDir: string;
  demo: boolean;
  cluster: boolean;
  /** In a cluster: make the values of VirtualKeys with `issueTo` and write them to their Secrets. */
  issueKeys: boolean;
  /** Merge the printed kubeconfig into this file too. */
  kubeconfig?: string;
  /** Address that every port is bound to. */
  listen: string;
  /** Provider name → URL instead of its default endpoint. */
  providerUrls: Record<string, string>;
  /** Threads that serve requests. */
  workers: number;
  /** How long calls are kept in the ledger; absent: for good. */
  ledgerDays?: number;
  /** How long what was said in recorded calls is kept; absent: a few days. */
  contentDays?: number;
  /** What spend and tokens are told by in the metrics. */
  metricsLabels: string[];
  /** Values of one such label, and counters of one budget, that have series of their own. */
  metricsLabelValues: number;
  metricsBudgetGroups: number;
  apiPort: number;
  adminPort: number;
  metricsPort: number;
  readyPort: number;
  rlsPort: number;
  /** The rate limit service over HTTP; not served unless given. */
  rlsHttpPort?: number;
  /** File or directory with Envoy's rate limit configuration, in place of ConfigMaps. */
  ratelimitConfig?: string;
  /** agentgateway's standalone configuration. */
  config?: string;
  /** JSON file with prices that are laid over the shipped ones. */
  prices?: string;
  /** PEM files. */
  rlsTlsCert?: string;
  rlsTlsKey?: string;
  rlsTlsClientCa?: string;
}

interface ConsoleSettings {
  /** Where browsers find the console, when not at its own address. */
  consoleUrl?: string;
  /** Absent: nobody logs in by OpenID Connect. */
  oidc?: OidcSettings;
}

interface Flags extends Omit<UpOptions, 'providerUrls' | 'oidc'>, OidcFlags {
  providerUrl: Record<string, string>;
}

/** commander hands over what came before; each parser knows its own type. */
type Parse = (text: string, before: never) => never;
type Add = (flags: string, description: string, variable: string, fallback?: unknown, parse?: Parse) => void;

export function upCommand(env: NodeJS.ProcessEnv, run: (options: UpOptions) => Promise<void>): Command {
  const command = new Command('up').description(
    'run the gateway, its Kubernetes-style API and its rate limit service',
  );
  const add: Add = (flags, description, variable, fallback, parse) => {
    const option = new Option(flags, description).env(`TOLLGATE_${variable}`);
    if (fallback !== undefined) option.default(fallback);
    if (parse !== undefined) option.argParser<never>(parse);
    command.addOption(option);
  };
  add('--data-dir <dir>', 'where keys, resources and counters are kept', 'DATA_DIR', defaultDataDir(env));
  add(
    '--demo',
    "apply the walkthrough's example, with a sample provider unless ANTHROPIC_API_KEY is set",
    'DEMO',
    false,
  );
  add('--cluster', 'take resources from the cluster that KUBECONFIG or the account names', 'CLUSTER', false);
  add(
    '--issue-keys',
    'with --cluster: make the values of VirtualKeys with issueTo, which takes the right to write Secrets',
    'ISSUE_KEYS',
    false,
  );
  add('--kubeconfig <file>', 'merge the way to the embedded API into this kubeconfig too', 'KUBECONFIG');
  add('--listen <address>', 'address that every port is bound to', 'LISTEN', '127.0.0.1');
  add(
    '--provider-url <name=url>',
    'call this URL instead of a provider’s default endpoint (may be repeated)',
    'PROVIDER_URL',
    {},
    providerUrl as unknown as Parse,
  );
  for (const [flag, variable, description] of filePaths) add(flag, description, variable);
  add(
    '--rls-http-port <port>',
    'rate limit service over HTTP: /json, /healthcheck, /rlconfig (default: not served)',
    'RLS_HTTP_PORT',
    undefined,
    portNumber as unknown as Parse,
  );
  add(
    '--workers <n>',
    'threads that serve requests; limits are exact across them',
    'WORKERS',
    1,
    workerCount as unknown as Parse,
  );
  addRetentionOptions(add);
  addMetricsOptions(add);
  addConsoleOptions(add);
  for (const [flag, variable, description, port] of ports) {
    add(`--${flag} <port>`, `${description}`, variable, port, portNumber as unknown as Parse);
  }
  return command.action(async (flags: Flags) => {
    const { providerUrl: providerUrls, ...rest } = flags;
    checkTogether(rest);
    await run({ ...withOidc(rest), providerUrls });
  });
}

function checkTogether({ cluster, config }: Omit<Flags, 'providerUrl'>): void {
  if (cluster && config !== undefined)
    throw new InvalidArgumentError(
      '--config and --cluster exclude each other: a cluster has its own resources',
    );
}

function addRetentionOptions(add: Add): void {
  add(
    '--ledger-days <days>',
    'drop calls from the ledger after so many days (default: they are kept for good)',
    'LEDGER_DAYS',
    undefined,
    daysNumber as unknown as Parse,
  );
  add(
    '--content-days <days>',
    'delete prompts and answers, where they are recorded, after so many days (default: 7)',
    'CONTENT_DAYS',
    undefined,
    daysNumber as unknown as Parse,
  );
}

function addConsoleOptions(add: Add): void {
  for (const [flag, variable, description, fallback, parse] of consoleOptions)
    add(flag, description, variable, fallback, parse as Parse | undefined);
}

function addMetricsOptions(add: Add): void {
  add(
    '--metrics-labels <names>',
    'what tokens and dollars are told by: user, key, model, provider, route, gateway, backend, or labels of keys',
    'METRICS_LABELS',
    ['user', 'model'],
    labelNames as unknown as Parse,
  );
  for (const [flag, variable, description, most] of metricsBounds)
    add(flag, description, variable, most, seriesCount as unknown as Parse);
}

const filePaths: [flag: string, variable: string, description: string][] = [
  [
    '--config <file>',
    'CONFIG',
    "agentgateway's standalone configuration (the parts for LLM use), read again when it changes",
  ],
  [
    '--ratelimit-config <path>',
    'RATELIMIT_CONFIG',
    'file or directory with the rate limit configuration, read again when it changes (instead of ConfigMaps)',
  ],
  [
    '--prices <file>',
    'PRICES',
    'price catalog (JSON) that is laid over the shipped one, read again when it changes',
  ],
  ['--rls-tls-cert <file>', 'RLS_TLS_CERT', 'certificate (PEM) of the rate limit service over gRPC'],
  ['--rls-tls-key <file>', 'RLS_TLS_KEY', 'its private key (PEM)'],
  [
    '--rls-tls-client-ca <file>',
    'RLS_TLS_CLIENT_CA',
    'clients must show a certificate of this authority (PEM)',
  ],
];

const metricsBounds: [flag: string, variable: string, description: string, most: number][] = [
  [
    '--metrics-label-values <n>',
    'METRICS_LABEL_VALUES',
    'values of one label with metrics of their own; later ones are "other"',
    100,
  ],
  [
    '--metrics-budget-groups <n>',
    'METRICS_BUDGET_GROUPS',
    'counters of one budget with metrics of their own, the fullest first; the rest are "other"',
    20,
  ],
];

const ports: [flag: string, variable: string, description: string, port: number][] = [
  ['api-port', 'API_PORT', 'Kubernetes-style API (TLS)', 7443],
  ['admin-port', 'ADMIN_PORT', 'admin API', 15000],
  ['metrics-port', 'METRICS_PORT', 'Prometheus metrics', 15020],
  ['ready-port', 'READY_PORT', 'readiness and liveness', 15021],
  ['rls-port', 'RLS_PORT', 'rate limit service (gRPC)', 8081],
];

export function defaultDataDir(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'tollgate');
}

function workerCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw new InvalidArgumentError('threads are a number from 1 to 64.');
  return count;
}

function labelNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (text.trim() === '') return [];
  if (
    names.length > 10 ||
    names.some((name) => !/^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/.test(name))
  )
    throw new InvalidArgumentError(
      'labels are at most 10 names with commas between, such as user,team,model.',
    );
  return names;
}

function seriesCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > 10_000)
    throw new InvalidArgumentError('that is a number from 0 to 10000.');
  return count;
}

function daysNumber(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1) throw new InvalidArgumentError('days are a whole number from 1.');
  return days;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return port;
}

function providerUrl(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [name, url] = [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)];
  if (!/^[a-z]+$/.test(name) || !/^https?:\/\/[^/?#]+(\/[^?#]*)?$/.test(url)) {
    throw new InvalidArgumentError('write it as NAME=URL, for example anthropic=http://127.0.0.1:9000.');
  }
  return { ...before, [name]: url.replace(/\/+$/, '') };
}

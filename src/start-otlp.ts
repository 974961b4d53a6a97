/** Composition of the export of traces and logs: the SDK is loaded only when the environment or a policy asks for it. */
import { compileExpression } from './core/cel/compile.ts';
import type { GatewayTracing } from './core/config/gateway-tracing.ts';
import type { RecordFeed } from './record-feed.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import { type OtelSettings, readOtelSettings } from './telemetry/otel-settings.ts';
import type { OtlpExport, TraceExportOptions } from './telemetry/otlp-export.ts';
import { productVersion } from './version.ts';

export interface OtlpParts {
  feed: RecordFeed;
  env: NodeJS.ProcessEnv;
  /** By Gateway, of the snapshot in force. */
  tracing(): Readonly<Record<string, GatewayTracing>> | undefined;
  log: { warn(fields: object, message: string): void };
  stack: ShutdownStack;
}

/** How long the end of the process waits for a collector. */
const stopMs = 2_000;

export async function startOtlp({ feed, env, tracing, log, stack }: OtlpParts): Promise<void> {
  const settings = readOtelSettings(env);
  for (const fault of settings.faults) log.warn({}, fault);
  const exports = new Exports(env, log);
  stack.add(() => exports.stop());
  const own = await exports.ofEnvironment(settings);
  feed.subscribe((record) => {
    const policies = tracing();
    const policy = record.gateway === undefined ? undefined : policies?.[record.gateway];
    // Logs go to where the environment says, whoever has the traces.
    own?.observe(
      policy === undefined ? record : { ...record, trace: record.trace && { ...record.trace, hidden: true } },
    );
    if (policy === undefined || record.trace?.sampled !== true) return;
    void exports.ofPolicy(policy, Object.values(policies!)).then((theirs) => theirs.observe(record));
  });
}

class Exports {
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: OtlpParts['log'];
  #own: OtlpExport | undefined;
  /** By what a policy says. */
  readonly #ofPolicies = new Map<string, Promise<OtlpExport>>();
  #listening = false;

  constructor(env: NodeJS.ProcessEnv, log: OtlpParts['log']) {
    this.#env = env;
    this.#log = log;
  }

  async ofEnvironment({ traces, logs }: OtelSettings): Promise<OtlpExport | undefined> {
    if (traces !== undefined || logs) this.#own = await this.#start(traces && {}, logs);
    return this.#own;
  }

  /** Those of policies that are no more in force end. */
  ofPolicy(policy: GatewayTracing, inForce: readonly GatewayTracing[]): Promise<OtlpExport> {
    const name = nameOf(policy);
    let found = this.#ofPolicies.get(name);
    if (found !== undefined) return found;
    const { url, remove, resources } = policy;
    found = this.#start({ url, remove, resource: resourceOf(resources) }, false);
    this.#ofPolicies.set(name, found);
    const kept = new Set(inForce.map(nameOf));
    for (const [other, old] of this.#ofPolicies) {
      if (kept.has(other)) continue;
      this.#ofPolicies.delete(other);
      void old.then((each) => each.stop(stopMs));
    }
    return found;
  }

  async stop(): Promise<void> {
    const all = await Promise.all(this.#ofPolicies.values());
    await Promise.all(
      [...all, ...(this.#own === undefined ? [] : [this.#own])].map((each) => each.stop(stopMs)),
    );
  }

  async #start(traces: TraceExportOptions | undefined, logs: boolean): Promise<OtlpExport> {
    const { startOtlpExport, listenToExportFaults } = await import('./telemetry/otlp-export.ts');
    if (!this.#listening) {
      this.#listening = true;
      const message = 'traces or logs could not be delivered to the collector';
      listenToExportFaults((detail) => this.#log.warn({ detail }, message), Date.now);
    }
    return startOtlpExport({ ...(traces && { traces }), logs, env: this.#env, version: productVersion() });
  }
}

function nameOf({ url, remove, resources }: GatewayTracing): string {
  return JSON.stringify([url, remove, resources]);
}

/** The same for every call: there is no request to ask about. */
function resourceOf(resources: GatewayTracing['resources']): Record<string, string> {
  return Object.fromEntries(
    resources.flatMap(({ name, expression }) => {
      const compiled = compileExpression(expression);
      try {
        return compiled.ok ? [[name, String(compiled.program.evaluate({}))]] : [];
      } catch {
        return [];
      }
    }),
  );
}

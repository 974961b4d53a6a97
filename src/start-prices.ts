/**
 * Prices of `tollgate up`: the shipped list, a file (`--prices`) over it, ConfigMaps over that. Each source stands for itself: a
 * bad one keeps what it said before, and says so in the log, the metrics and `GET /prices`.
 */
import { readFileSync } from 'node:fs';
import { watchConfigFiles } from './config-files/watch.ts';
import { nameOf } from './core/config/objects.ts';
import { mergeCatalogs, type PriceSource, readCatalog } from './core/pricing/catalog.ts';
import { createPrices, type PriceCatalog, type Prices } from './core/pricing/prices.ts';
import type { KubeObject } from './core/resources/object.ts';
import { readPriceList } from './price-list.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { ResourceSource } from './storage/resource-source.ts';
import type { GatewayMetrics } from './telemetry/metrics.ts';

/** ConfigMaps with this label set to "true", and in them agentgateway's default key. */
const label = 'tollgate.dev/prices';
const dataKey = 'catalog.json';

export interface PriceParts {
  options: { prices?: string };
  source: Pick<ResourceSource, 'list' | 'onChange'>;
  metrics: Pick<GatewayMetrics, 'gauge'>;
  log: Record<'info' | 'error', (fields: object, message: string) => void>;
  stack: ShutdownStack;
  /** Gets what lies over the shipped list, whenever that changes. */
  use(overlay: PriceCatalog): void;
}

export interface RunningPrices {
  /** In the order in which they are laid over each other. */
  sources(): readonly PriceSource[];
  catalog(): PriceCatalog;
  isPriced(provider: string, model: string): boolean;
  /** Set by whoever compiles: called when prices have changed. */
  onChanged: () => void;
}

/** Throws when the file cannot be read at the start: there is nothing before that could stay in force. */
export function startPrices(parts: PriceParts): RunningPrices {
  const sources = new PriceSources(parts);
  parts.metrics.gauge(
    'tollgate_price_sources_refused',
    'Price files and ConfigMaps that cannot be read.',
    async () => sources.refused(),
  );
  const { prices: file } = parts.options;
  if (file !== undefined) {
    const watch = watchConfigFiles(file, () => sources.read());
    parts.stack.add(() => watch.close());
  }
  parts.stack.add(
    parts.source.onChange(({ kind }) => {
      if (kind === 'ConfigMap') sources.read();
    }),
  );
  sources.read();
  const [bad] = sources.list.filter(({ name, error }) => name.startsWith('file ') && error !== undefined);
  if (bad !== undefined) throw new Error(`--prices: ${bad.name} ${bad.error}`);
  return sources.running;
}

class PriceSources {
  readonly running: RunningPrices;
  list: PriceSource[] = [];
  readonly #parts: PriceParts;
  readonly #startedAtMs = Date.now();
  #shippedSource: PriceSource | undefined;
  /** Name → the text that was read last, so that only what changed is parsed and told. */
  readonly #texts = new Map<string, string>();
  #merged: { catalog: PriceCatalog; prices: Prices } | undefined;

  constructor(parts: PriceParts) {
    this.#parts = parts;
    this.running = {
      sources: () => [this.#shipped, ...this.list],
      catalog: () => this.#current().catalog,
      isPriced: (provider, model) => this.#current().prices.bound(provider, model) !== undefined,
      onChanged: () => {},
    };
  }

  /** Read when somebody first asks: most processes never do, as the data path's threads have their own. */
  get #shipped(): PriceSource {
    this.#shippedSource ??= { name: 'shipped', loadedAtMs: this.#startedAtMs, catalog: readPriceList() };
    return this.#shippedSource;
  }

  refused(): number {
    return this.list.filter(({ error }) => error !== undefined).length;
  }

  read(): void {
    const { options, source } = this.#parts;
    const file = options.prices;
    const found = file === undefined ? [] : [{ name: `file ${file}`, text: textOfFile(file) }];
    for (const object of configMaps(source))
      found.push({ name: `ConfigMap ${nameOf(object)}`, text: textOf(object) });
    const names = new Set(found.map(({ name }) => name));
    const changed = found.filter(({ name, text }) => this.#texts.get(name) !== textId(text));
    const gone = [...this.#texts.keys()].filter((name) => !names.has(name));
    if (changed.length === 0 && gone.length === 0) return;
    for (const name of gone) this.#texts.delete(name);
    const before = new Map(this.list.map((one) => [one.name, one]));
    this.list = found.map(({ name, text }) => {
      const old = before.get(name);
      if (old !== undefined && this.#texts.get(name) === textId(text)) return old;
      this.#texts.set(name, textId(text));
      return this.#taken(name, text, old);
    });
    this.#merged = undefined;
    this.#parts.use(mergeCatalogs(this.list.map(({ catalog }) => catalog)));
    this.running.onChanged();
  }

  #taken(name: string, text: ReadText, before: PriceSource | undefined): PriceSource {
    const { log } = this.#parts;
    const read = 'error' in text ? { ok: false as const, error: text.error } : readCatalog(text.text);
    if (read.ok) {
      const models = Object.values(read.catalog.providers).reduce(
        (n, one) => n + Object.keys(one.models).length,
        0,
      );
      log.info({ source: name, version: read.catalog.version, models }, 'prices in force');
      return { name, loadedAtMs: Date.now(), catalog: read.catalog };
    }
    const kept = before === undefined ? 'it says nothing' : 'what it said before stays in force';
    log.error({ source: name, error: read.error }, `prices were refused: ${kept}`);
    return { ...(before ?? { name, loadedAtMs: Date.now(), catalog: { providers: {} } }), error: read.error };
  }

  #current(): { catalog: PriceCatalog; prices: Prices } {
    if (this.#merged === undefined) {
      const catalog = mergeCatalogs(this.running.sources().map((one) => one.catalog));
      this.#merged = { catalog, prices: createPrices(catalog) };
    }
    return this.#merged;
  }
}

type ReadText = { text: string } | { error: string };

function textId(text: ReadText): string {
  return 'error' in text ? `! ${text.error}` : text.text;
}

function textOfFile(path: string): ReadText {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { error: `cannot be read: ${(error as NodeJS.ErrnoException).code}` };
  }
}

function textOf(object: KubeObject): ReadText {
  const text = (object['data'] as Record<string, string> | undefined)?.[dataKey];
  return text === undefined ? { error: `has no data key ${dataKey}` } : { text };
}

/** The newest first: of two that name one model, the older one wins, as everywhere. */
function configMaps(source: Pick<ResourceSource, 'list'>): KubeObject[] {
  const age = ({ metadata }: KubeObject) => metadata.creationTimestamp ?? '';
  return source
    .list('', 'ConfigMap')
    .filter(({ metadata }) => metadata.labels?.[label] === 'true')
    .sort((a, b) => (age(a) === age(b) ? (nameOf(a) > nameOf(b) ? -1 : 1) : age(a) > age(b) ? -1 : 1));
}

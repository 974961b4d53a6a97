/** Price catalogs out of files and ConfigMaps: read, checked, laid over each other. */
import type { PriceCatalog, PriceEntry } from './prices.ts';
import { overlayRates, parseRates, type Rates, type RatesText } from './rates.ts';

/** One place that prices come from. Later ones win over earlier ones, model by model. */
export interface PriceSource {
  /** `shipped`, `file PATH` or `ConfigMap namespace/name`. */
  name: string;
  /** Unix milliseconds at which `catalog` was taken over. */
  loadedAtMs: number;
  catalog: PriceCatalog;
  /** What is wrong with what stands there now; `catalog` is then what it said before. */
  error?: string;
}

export type ReadCatalog = { ok: true; catalog: PriceCatalog } | { ok: false; error: string };

/** The error names the place in the catalog. A model without rates is no error: it has no price. */
export function readCatalog(text: string): ReadCatalog {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, error: `is not JSON: ${(error as Error).message}` };
  }
  if (!isMap(value) || !isMap(value['providers']))
    return { ok: false, error: 'providers: must be there, as a map of provider → {models}' };
  for (const [provider, entry] of Object.entries(value['providers'])) {
    const place = `providers.${provider}.models`;
    if (!isMap(entry) || !isMap(entry['models']))
      return { ok: false, error: `${place}: must be a map of models` };
    for (const [model, price] of Object.entries(entry['models'])) {
      const fault = entryFault(price);
      if (fault !== undefined) return { ok: false, error: `${place}[${JSON.stringify(model)}].${fault}` };
    }
  }
  return { ok: true, catalog: value as unknown as PriceCatalog };
}

/** Model by model, the later catalog's entry stands for the earlier one's. */
export function mergeCatalogs(catalogs: readonly PriceCatalog[]): PriceCatalog {
  const providers: Record<string, { models: Record<string, PriceEntry> }> = {};
  for (const catalog of catalogs)
    for (const [provider, { models }] of Object.entries(catalog.providers))
      providers[provider] = { models: { ...providers[provider]?.models, ...models } };
  const versions = catalogs.flatMap(({ version }) => (version === undefined ? [] : [version]));
  return { ...(versions.length === 0 ? {} : { version: versions.join(' + ') }), providers };
}

function entryFault(price: unknown): string | undefined {
  if (!isMap(price)) return 'rates: must be there';
  const { rates, tiers = [], ...services } = price as Partial<PriceEntry>;
  const faults: (string | undefined)[] = [];
  const base = ratesFault(rates, undefined, faults);
  if (!Array.isArray(tiers)) return 'tiers: must be a list';
  for (const [index, tier] of tiers.entries()) {
    if (!isMap(tier) || typeof tier['contextOver'] !== 'number')
      return `tiers[${index}].contextOver: must be a number`;
    tierFault(tier['rates'], base, `tiers[${index}].`, faults);
  }
  for (const name of ['priority', 'flex', 'batch'] as const)
    if (services[name] !== undefined) tierFault(services[name], base, `${name}: `, faults);
  return faults.find((fault) => fault !== undefined);
}

/** Images and the like have no rate for input: such a model has no price here. */
function ratesFault(
  rates: unknown,
  base: Rates | undefined,
  faults: (string | undefined)[],
): Rates | undefined {
  if (!isMap(rates)) {
    faults.push('rates: must be a map of decimal texts');
    return undefined;
  }
  const texts = rates as RatesText;
  const parsed = base === undefined ? parseRates({ input: '0', ...texts }) : overlayRates(base, texts);
  if (typeof parsed !== 'string') return parsed;
  faults.push(parsed);
  return undefined;
}

function tierFault(
  rates: unknown,
  base: Rates | undefined,
  place: string,
  faults: (string | undefined)[],
): void {
  const found: (string | undefined)[] = [];
  if (base !== undefined) ratesFault(rates, base, found);
  if (found[0] !== undefined) faults.push(place + found[0]);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

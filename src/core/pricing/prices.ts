/**
 * The price list: agentgateway's catalog format, `providers.<provider>.models.<model>.rates` as decimal strings of US
 * dollars per million tokens, with `tiers` that hold for the whole call when its input is above `contextOver`.
 */
import type { ServiceTier, Usage } from '../llm/usage.ts';
import {
  type Bound,
  costOf,
  dearerOf,
  dearest,
  overlayRates,
  parseRates,
  type Rates,
  type RatesText,
} from './rates.ts';

export interface PriceCatalog {
  version?: string;
  providers: Record<string, { models: Record<string, PriceEntry> }>;
}

export interface PriceEntry {
  rates: RatesText;
  tiers?: { contextOver: number; rates: RatesText }[];
  /** Rates of services that are faster or slower than the standard one. */
  priority?: RatesText;
  flex?: RatesText;
  batch?: RatesText;
  maxOutput?: number;
  [other: string]: unknown;
}

export interface Prices {
  readonly version: string;
  /** Nano-dollars; undefined when the model has no price. */
  cost(provider: string, model: string, usage: Usage): number | undefined;
  /** The dearest that its tokens can be, for reservations. `media`: whether the call has, or may be answered with, sound or pictures. */
  bound(provider: string, model: string, media?: () => boolean): Bound | undefined;
}

interface Price {
  base: Rates;
  /** Highest context first. */
  tiers: { contextOver: number; rates: Rates }[];
  services: Partial<Record<ServiceTier, Rates>>;
  bound: Bound;
  /** Where sound or pictures are dearer. */
  mediaBound: Bound | undefined;
}

/** Names of providers here → in the catalog, where they differ. */
const catalogNames: Record<string, string> = { azureopenai: 'azure' };

/** Entries are read when a model is first called: a catalog has thousands, a gateway uses a few. */
export function createPrices(catalog: PriceCatalog): Prices {
  const known = new Map<string, Price | undefined>();
  const find = (provider: string, model: string): Price | undefined => {
    const id = `${provider} ${model}`;
    if (known.has(id)) return known.get(id);
    const entry = lookUp(catalog, provider, model);
    const price = entry === undefined ? undefined : read(entry);
    if (known.size >= maxKnown) known.clear();
    known.set(id, price);
    return price;
  };
  return {
    version: catalog.version ?? 'unversioned',
    cost: (provider, model, usage) => {
      const price = find(provider, model);
      if (price === undefined) return undefined;
      const tier = price.tiers.find(({ contextOver }) => usage.inputTokens > contextOver);
      const service = usage.serviceTier === undefined ? undefined : price.services[usage.serviceTier];
      // Of a long call at another speed the list has no price: no kind of token is below what either asks.
      const both = tier !== undefined && service !== undefined ? dearerOf(tier.rates, service) : undefined;
      return costOf(usage, both ?? tier?.rates ?? service ?? price.base);
    },
    bound: (provider, model, media) => {
      const price = find(provider, model);
      return price?.mediaBound !== undefined && media?.() === true ? price.mediaBound : price?.bound;
    },
  };
}

/** Client-chosen model names must not fill the memory. */
const maxKnown = 10_000;

/** The same model by a longer name: an ARN of Bedrock, a publisher of Vertex AI. */
const longForms =
  /^(arn:[^/]+:(foundation-model|inference-profile)|publishers\/[^/]+\/models|anthropic|google)\//;

/** Exact, then by a shorter form of the name, then without a date or `-latest` at the end, then a wildcard entry; the longest wildcard wins. */
export function lookUp(catalog: PriceCatalog, provider: string, model: string): PriceEntry | undefined {
  const models = catalog.providers[catalogNames[provider] ?? provider]?.models;
  if (models === undefined) return undefined;
  if (Object.hasOwn(models, model)) return models[model];
  const inside = model.replace(longForms, '');
  if (inside !== model) return lookUp(catalog, provider, inside);
  const plain = model.replace(/(-\d{8}|-\d{4}-\d{2}-\d{2}|@\d{8}|-latest)$/, '');
  if (plain !== model && Object.hasOwn(models, plain)) return models[plain];
  const wildcard = Object.keys(models)
    .filter((name) => name.endsWith('*') && model.startsWith(name.slice(0, -1)))
    .sort((a, b) => b.length - a.length)[0];
  return wildcard === undefined ? undefined : models[wildcard];
}

/** An entry whose rates can't be read is no price: its dollar budgets refuse, nothing is free by a typing mistake. */
function read(entry: PriceEntry): Price | undefined {
  const base = parseRates(entry.rates);
  if (typeof base === 'string') return undefined;
  const tiers: Price['tiers'] = [];
  for (const { contextOver, rates } of entry.tiers ?? []) {
    const parsed = overlayRates(base, rates);
    if (typeof parsed === 'string') return undefined;
    tiers.push({ contextOver, rates: parsed });
  }
  tiers.sort((a, b) => b.contextOver - a.contextOver);
  const services: Price['services'] = {};
  for (const name of ['priority', 'flex', 'batch'] as const) {
    const parsed = entry[name] === undefined ? undefined : overlayRates(base, entry[name]);
    if (typeof parsed === 'string') return undefined;
    if (parsed !== undefined) services[name] = parsed;
  }
  // An account may be served faster without asking for it in the call.
  const all = [base, ...tiers.map(({ rates }) => rates), ...Object.values(services)];
  const bound = dearest(all, false);
  const withMedia = dearest(all, true);
  const dearer = withMedia.input > bound.input || withMedia.output > bound.output;
  return { base, tiers, services, bound, mediaBound: dearer ? withMedia : undefined };
}

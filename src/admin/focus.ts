/** Calls as charges in the form of FOCUS 1.2 (FinOps Open Cost and Usage Specification): one row for each call that used tokens. */
import { tokenKinds, tokensByKind } from '../core/llm/usage-kinds.ts';
import type { RequestRecord } from '../core/record.ts';
import type { Cell } from '../core/text/csv.ts';

export const focusColumns = [
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'ContractedUnitPrice',
  'EffectiveCost',
  'InvoiceId',
  'InvoiceIssuerName',
  'ListCost',
  'ListUnitPrice',
  'PricingCategory',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'ResourceId',
  'ResourceName',
  'ResourceType',
  'ServiceCategory',
  'ServiceName',
  'ServiceSubcategory',
  'SkuId',
  'SkuMeter',
  'SkuPriceId',
  'SubAccountId',
  'SubAccountName',
  'Tags',
  // Of the consumed quantity; the specification leaves names that begin so to whoever makes the data.
  ...tokenKinds.map(ownColumn),
];

/** `inputTokens` → `x_InputTokens`. */
function ownColumn(kind: string): string {
  return `x_${kind[0]!.toUpperCase()}${kind.slice(1)}`;
}

/** None for a call that used nothing: nothing was charged. Of a model without a price the cost is 0, and a tag says so. */
export function focusRows(record: RequestRecord): Cell[][] {
  const { key, llm, startedAtMs, durationMs } = record;
  const usage = llm?.usage;
  if (llm === undefined || usage === undefined) return [];
  const tokens = usage.inputTokens + usage.outputTokens;
  if (tokens === 0) return [];
  const costNano = llm.costNano ?? 0;
  const cost = (costNano / 1e9).toFixed(9);
  const unitPrice = perToken(costNano, tokens);
  const model = llm.responseModel ?? llm.requestModel ?? 'unknown';
  const account = key?.user ?? key?.id;
  const begin = new Date(startedAtMs);
  const values: Record<string, Cell> = {
    BilledCost: cost,
    BillingAccountId: 'tollgate',
    BillingAccountName: 'Tollgate',
    BillingCurrency: 'USD',
    BillingPeriodStart: monthOf(begin, 0),
    BillingPeriodEnd: monthOf(begin, 1),
    ChargeCategory: 'Usage',
    ChargeDescription: `${llm.operation} with ${model}, ${usage.inputTokens} tokens in, ${usage.outputTokens} out`,
    ChargeFrequency: 'Usage-Based',
    ChargePeriodStart: begin.toISOString(),
    ChargePeriodEnd: new Date(startedAtMs + Math.max(1, Math.ceil(durationMs))).toISOString(),
    ConsumedQuantity: tokens,
    ConsumedUnit: 'Tokens',
    ContractedCost: cost,
    ContractedUnitPrice: unitPrice,
    EffectiveCost: cost,
    InvoiceIssuerName: llm.provider,
    ListCost: cost,
    ListUnitPrice: unitPrice,
    PricingCategory: 'Standard',
    PricingQuantity: tokens,
    PricingUnit: 'Tokens',
    ProviderName: llm.provider,
    PublisherName: llm.provider,
    ResourceId: key?.id,
    ResourceName: key?.user,
    ResourceType: key === undefined ? undefined : 'Virtual key',
    ServiceCategory: 'AI and Machine Learning',
    ServiceName: `${llm.provider} API`,
    ServiceSubcategory: 'Generative AI',
    SkuId: model,
    SkuMeter: 'Tokens',
    SkuPriceId: model,
    SubAccountId: account,
    SubAccountName: account,
    Tags: JSON.stringify({
      ...key?.labels,
      ...(usage.serviceTier === undefined ? {} : { 'tollgate/service-tier': usage.serviceTier }),
      ...(usage.estimated ? { 'tollgate/estimated': 'true' } : {}),
      ...(llm.costNano === undefined ? { 'tollgate/unpriced': 'true' } : {}),
    }),
    ...Object.fromEntries(
      Object.entries(tokensByKind(usage)).map(([kind, tokens]) => [ownColumn(kind), tokens]),
    ),
  };
  return [focusColumns.map((column) => values[column])];
}

const decimals = 21n;

/** The call's mean, exact enough that times its tokens it is its cost: kinds of tokens have prices of their own. */
function perToken(costNano: number, tokens: number): string {
  const scaled = (BigInt(costNano) * 10n ** (decimals - 9n)) / BigInt(tokens);
  const digits = scaled.toString().padStart(Number(decimals) + 1, '0');
  return `${digits.slice(0, -Number(decimals))}.${digits.slice(-Number(decimals))}`;
}

function monthOf(moment: Date, offset: number): string {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + offset, 1)).toISOString();
}

/** Calls as charges in the form of FOCUS 1.0 (FinOps Open Cost and Usage Specification): one row for each call that used tokens. */
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
  'EffectiveCost',
  'InvoiceIssuerName',
  'ListCost',
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
  'SkuId',
  'SubAccountId',
  'SubAccountName',
  'Tags',
];

/** None for a call that used nothing: nothing was charged. A call without a price is a row without costs. */
export function focusRows(record: RequestRecord): Cell[][] {
  const { key, llm, startedAtMs, durationMs } = record;
  const usage = llm?.usage;
  if (llm === undefined || usage === undefined) return [];
  const tokens = usage.inputTokens + usage.outputTokens;
  const cost = llm.costNano === undefined ? undefined : (llm.costNano / 1e9).toFixed(9);
  const model = llm.responseModel ?? llm.requestModel ?? '';
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
    EffectiveCost: cost,
    InvoiceIssuerName: llm.provider,
    ListCost: cost,
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
    SkuId: model,
    SubAccountId: key?.user ?? key?.id,
    SubAccountName: key?.user,
    Tags: JSON.stringify({ ...key?.labels, ...(usage.estimated ? { 'tollgate/estimated': 'true' } : {}) }),
  };
  return [focusColumns.map((column) => values[column])];
}

function monthOf(moment: Date, offset: number): string {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + offset, 1)).toISOString();
}

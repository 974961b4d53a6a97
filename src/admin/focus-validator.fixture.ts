/** What FOCUS 1.2 asks of a dataset of usage charges: columns, types, nulls, allowed values, and rules between columns. */

type Type = 'string' | 'decimal' | 'date-time' | 'json';

interface Column {
  level: 'mandatory' | 'conditional' | 'recommended';
  type: Type;
  nulls?: true;
  allowed?: readonly string[];
}

const mandatory = (type: Type, more: Partial<Column> = {}): Column => ({ level: 'mandatory', type, ...more });
const conditional = (type: Type): Column => ({ level: 'conditional', type, nulls: true });

/** Conditional and recommended ones that a gateway has something to say in; those of regions, invoices' currencies and commitments are not here. */
const columns: Readonly<Record<string, Column>> = {
  BilledCost: mandatory('decimal'),
  BillingAccountId: mandatory('string'),
  BillingAccountName: mandatory('string', { nulls: true }),
  BillingCurrency: mandatory('string', { allowed: ['USD'] }),
  BillingPeriodEnd: mandatory('date-time'),
  BillingPeriodStart: mandatory('date-time'),
  ChargeCategory: mandatory('string', { allowed: ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'] }),
  ChargeClass: mandatory('string', { nulls: true, allowed: ['Correction'] }),
  ChargeDescription: mandatory('string', { nulls: true }),
  ChargeFrequency: {
    level: 'recommended',
    type: 'string',
    allowed: ['One-Time', 'Recurring', 'Usage-Based'],
  },
  ChargePeriodEnd: mandatory('date-time'),
  ChargePeriodStart: mandatory('date-time'),
  ConsumedQuantity: conditional('decimal'),
  ConsumedUnit: conditional('string'),
  ContractedCost: mandatory('decimal'),
  ContractedUnitPrice: conditional('decimal'),
  EffectiveCost: mandatory('decimal'),
  InvoiceId: { level: 'recommended', type: 'string', nulls: true },
  InvoiceIssuerName: mandatory('string'),
  ListCost: mandatory('decimal'),
  ListUnitPrice: conditional('decimal'),
  PricingCategory: {
    ...conditional('string'),
    allowed: ['Standard', 'Dynamic', 'Committed', 'Other'],
  },
  PricingQuantity: mandatory('decimal', { nulls: true }),
  PricingUnit: mandatory('string', { nulls: true }),
  ProviderName: mandatory('string'),
  PublisherName: mandatory('string'),
  ResourceId: conditional('string'),
  ResourceName: conditional('string'),
  ResourceType: conditional('string'),
  ServiceCategory: mandatory('string', { allowed: ['AI and Machine Learning'] }),
  ServiceName: mandatory('string'),
  ServiceSubcategory: {
    level: 'recommended',
    type: 'string',
    allowed: ['Generative AI', 'Other (AI and Machine Learning)'],
  },
  SkuId: conditional('string'),
  SkuMeter: conditional('string'),
  SkuPriceId: conditional('string'),
  SubAccountId: conditional('string'),
  SubAccountName: conditional('string'),
  Tags: conditional('json'),
};

export type FocusRow = Readonly<Record<string, string | undefined>>;

/** `row 3: BilledCost: is null`; none: it conforms. A null is an absent or empty value. */
export function focusFaults(names: readonly string[], rows: readonly FocusRow[]): string[] {
  const faults: string[] = [];
  for (const name of Object.keys(columns))
    if (!names.includes(name)) faults.push(`${name}: column is missing`);
  for (const name of names)
    if (columns[name] === undefined && !name.startsWith('x_')) faults.push(`${name}: is no column of FOCUS`);
  if (new Set(names).size !== names.length) faults.push('a column is there twice');
  for (const [index, row] of rows.entries()) {
    const told = (fault: string) => void faults.push(`row ${index}: ${fault}`);
    for (const [name, column] of Object.entries(columns)) valueFault(name, column, row[name] ?? '', told);
    ruleFaults(row, told);
  }
  return faults;
}

function valueFault(name: string, column: Column, value: string, told: (fault: string) => void): void {
  if (value.trim() === '') {
    if (!column.nulls) told(`${name}: is null`);
  } else if (!isOf(column.type, value)) told(`${name}: "${value}" is no ${column.type}`);
  else if (column.allowed !== undefined && !column.allowed.includes(value))
    told(`${name}: "${value}" is not an allowed value`);
}

function isOf(type: Type, value: string): boolean {
  if (type === 'decimal') return /^-?\d+(\.\d+)?(E-?\d+)?$/.test(value);
  if (type === 'date-time')
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(value) && !Number.isNaN(Date.parse(value));
  if (type === 'string') return true;
  try {
    const map = JSON.parse(value) as unknown;
    return typeof map === 'object' && map !== null && !Array.isArray(map);
  } catch {
    return false;
  }
}

/** Each pair is null together. */
const together = [
  ['ConsumedQuantity', 'ConsumedUnit'],
  ['PricingQuantity', 'PricingUnit'],
  ['ResourceId', 'ResourceType'],
  ['SubAccountId', 'SubAccountName'],
] as const;
/** Not null for usage that is no correction. */
const ofUsage = [
  'ConsumedQuantity',
  'PricingQuantity',
  'PricingCategory',
  'ListUnitPrice',
  'ContractedUnitPrice',
  'SkuId',
  'SkuPriceId',
];

function ruleFaults(row: FocusRow, told: (fault: string) => void): void {
  const has = (name: string) => (row[name] ?? '') !== '';
  for (const [a, b] of together) if (has(a) !== has(b)) told(`${a} and ${b}: one of them is null`);
  if (row['ChargeCategory'] === 'Usage' && !has('ChargeClass'))
    for (const name of ofUsage) if (!has(name)) told(`${name}: is null for usage`);
  if (has('ResourceName') && !has('ResourceId')) told('ResourceName: of no resource');
  for (const kind of ['List', 'Contracted'] as const) {
    const product = Number(row[`${kind}UnitPrice`]) * Number(row['PricingQuantity']);
    if (Math.abs(product - Number(row[`${kind}Cost`])) > 1e-9)
      told(`${kind}Cost: is not unit price times quantity`);
  }
  const at = (name: string) => Date.parse(row[name] ?? '');
  if (!(at('ChargePeriodStart') < at('ChargePeriodEnd'))) told('ChargePeriodEnd: is not after its start');
  if (!(at('BillingPeriodStart') < at('BillingPeriodEnd'))) told('BillingPeriodEnd: is not after its start');
  if (at('ChargePeriodStart') < at('BillingPeriodStart') || at('ChargePeriodStart') >= at('BillingPeriodEnd'))
    told('ChargePeriodStart: is outside of the billing period');
}

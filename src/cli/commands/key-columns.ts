/** How keys look in tables, and one key in full. */
import type { KeyView } from '../admin-api.ts';
import type { Style } from '../output/colour.ts';
import { countText, decimalDollars, momentText, moneyText, orDash } from '../output/figures.ts';
import { type Column, fieldsText } from '../output/table.ts';

const styles: Record<KeyView['status'], Style> = {
  active: 'good',
  disabled: 'warning',
  expired: 'warning',
  pending: 'warning',
  invalid: 'bad',
};

export const keyColumns: readonly Column<KeyView>[] = [
  { title: 'NAMESPACE', text: (key) => key.namespace },
  { title: 'NAME', text: (key) => key.name },
  { title: 'SOURCE', text: (key) => key.source },
  { title: 'OWNER', text: (key) => orDash(key.owner) },
  { title: 'KEY', text: (key) => orDash(key.display), name: 'display' },
  { title: 'STATUS', text: (key) => key.status, style: (key) => styles[key.status] },
  {
    title: 'REQUESTS',
    text: (key) => countText(key.usage.requests),
    value: (key) => key.usage.requests,
    align: 'right',
  },
  {
    title: 'TOKENS',
    text: (key) => countText(key.usage.tokens),
    value: (key) => key.usage.tokens,
    align: 'right',
  },
  {
    title: 'COST',
    text: (key) => moneyText(key.usage.costNano),
    name: 'costUsd',
    value: (key) => decimalDollars(key.usage.costNano),
    align: 'right',
  },
  {
    title: 'LAST USED',
    text: (key) => orDash(momentText(key.lastUsedAt)),
    name: 'lastUsedAt',
    value: (key) => key.lastUsedAt ?? '',
  },
  {
    title: 'EXPIRES',
    text: (key) => orDash(momentText(key.expiresAt)),
    name: 'expiresAt',
    value: (key) => key.expiresAt ?? '',
  },
];

export function keyText(key: KeyView): string {
  const { limits, usage } = key;
  const limited = (count: number | undefined) => (count === undefined ? undefined : countText(count));
  return fieldsText([
    ['name', `${key.namespace}/${key.name}`],
    ['kept in', key.source],
    ['owner', key.owner],
    ['key', key.display],
    ['status', key.status],
    ['because', key.message],
    ['labels', pairs(key.labels)],
    ['metadata', pairs(key.metadata)],
    ['models', key.allowedModels.join(', ') || 'all'],
    ['routes', key.allowedRoutes.join(', ') || 'all'],
    ['addresses', key.allowedCIDRs.join(', ') || 'all'],
    ['requests a minute', limited(limits.requestsPerMinute)],
    ['tokens a minute', limited(limits.tokensPerMinute)],
    ['calls at once', limited(limits.concurrency)],
    ['created', momentText(key.createdAt)],
    ['expires', momentText(key.expiresAt)],
    ['last used', momentText(key.lastUsedAt)],
    [
      'this month (UTC)',
      `${countText(usage.requests)} requests, ${countText(usage.tokens)} tokens, ${moneyText(usage.costNano)}`,
    ],
  ]);
}

function pairs(values: Record<string, unknown>): string {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.entries(values)
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(', ');
}

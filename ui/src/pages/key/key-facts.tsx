import { Alert, Code } from '@mantine/core';
import type { Key } from '../../api/types.ts';
import { Facts } from '../../components/facts.tsx';
import { formatMoment } from '../../components/format.ts';
import { Moment } from '../../components/moment.tsx';
import { strings } from '../../strings.ts';
import { KeyStatusBadge } from '../keys/key-status-badge.tsx';
import { limitTexts } from '../keys/limit-texts.ts';

const { columns, page } = strings.keys;

export function KeyFacts({ item }: { item: Key }) {
  const limits = limitTexts(item.limits);
  return (
    <>
      {item.message !== undefined && (
        <Alert color="orange" mb="sm" className="break">
          {item.message}
        </Alert>
      )}
      <Facts
        facts={[
          [columns.status, <KeyStatusBadge key="status" item={item} />],
          [columns.owner, item.owner ?? strings.none],
          [
            columns.display,
            item.display === undefined ? strings.none : <Code key="display">{item.display}</Code>,
          ],
          ...(item.namespace === undefined ? [] : [[page.namespace, item.namespace] as [string, string]]),
          [page.labels, pairs(item.labels)],
          [page.metadata, pairs(item.metadata)],
          [page.models, listed(item.allowedModels)],
          [page.routes, listed(item.allowedRoutes)],
          [page.cidrs, listed(item.allowedCIDRs)],
          [columns.limits, limits.length === 0 ? strings.keys.noLimits : limits.join(', ')],
          [columns.lastUsed, <Moment key="used" time={item.lastUsedAt} none={strings.common.never} />],
          [
            columns.expires,
            item.expiresAt === undefined ? strings.common.never : formatMoment(item.expiresAt),
          ],
          [page.created, formatMoment(item.createdAt)],
        ]}
      />
    </>
  );
}

const listed = (names: string[]) => (names.length === 0 ? strings.keys.page.any : names.join(', '));

function pairs(record: Record<string, unknown>): string {
  const texts = Object.entries(record).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return texts.length === 0 ? strings.none : texts.join(', ');
}

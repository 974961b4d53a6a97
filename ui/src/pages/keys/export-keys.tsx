import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { csvOf } from '../../../../src/core/text/csv.ts';
import { type KeyQuery, listKeys } from '../../api/keys.ts';
import type { Key } from '../../api/types.ts';
import { explain } from '../../components/explain.ts';
import { saveText } from '../../components/save-text.ts';
import { strings } from '../../strings.ts';

const portion = 1_000;

async function allKeys(query: KeyQuery): Promise<Key[]> {
  const found: Key[] = [];
  for (;;) {
    const { items, total, atLeast } = await listKeys({ ...query, limit: portion, offset: found.length });
    found.push(...items);
    if (items.length === 0 || (!atLeast && found.length >= total)) return found;
  }
}

/** Columns as the import takes them where it does, so that a table can be changed and read again. */
function tableOf(keys: Key[]): string {
  const labels = [...new Set(keys.flatMap((key) => Object.keys(key.labels)))].sort();
  const list = (values: string[]) => values.join('|');
  return csvOf(
    [
      ...['namespace', 'name', 'owner', 'display', 'status', 'source', 'allowedModels', 'allowedRoutes'],
      ...['allowedCIDRs', 'requestsPerMinute', 'tokensPerMinute', 'concurrency', 'expiresAt', 'createdAt'],
      ...['lastUsedAt', 'requests', 'tokens', 'costUsd'],
      ...labels.map((name) => `label:${name}`),
    ],
    keys.map((key) => [
      ...[key.namespace, key.name, key.owner, key.display, key.status, key.source],
      ...[list(key.allowedModels), list(key.allowedRoutes), list(key.allowedCIDRs)],
      ...[key.limits.requestsPerMinute, key.limits.tokensPerMinute, key.limits.concurrency],
      ...[key.expiresAt, key.createdAt, key.lastUsedAt],
      ...[key.usage.requests, key.usage.tokens, (key.usage.costNano / 1e9).toFixed(9)],
      ...labels.map((name) => key.labels[name]),
    ]),
  );
}

export function ExportKeys({ query }: { query: KeyQuery }) {
  const saving = useMutation({
    mutationFn: () => allKeys(query),
    onSuccess: (keys) => saveText(strings.keys.fileName, tableOf(keys)),
    onError: (error) =>
      notifications.show({ color: 'red', title: strings.errors.title, message: explain(error) }),
  });
  return (
    <Button
      variant="default"
      loading={saving.isPending}
      title={strings.keys.csvHint}
      onClick={() => saving.mutate()}
    >
      {strings.keys.csv}
    </Button>
  );
}

import { Button, Group, Text } from '@mantine/core';
import { strings } from '../strings.ts';
import { formatCount } from './format.ts';

interface PagerProps {
  /** From 1. */
  page: number;
  pageSize: number;
  total: number;
  onPage: (page: number) => void;
}

export function Pager({ page, pageSize, total, onPage }: PagerProps) {
  if (total === 0) return null;
  const first = (page - 1) * pageSize + 1;
  const last = Math.min(page * pageSize, total);
  return (
    <Group justify="space-between" mt="sm">
      <Text size="sm" c="dimmed" aria-live="polite">
        {strings.common.shown(first, last, formatCount(total))}
      </Text>
      {(page > 1 || last < total) && (
        <Group gap="xs">
          <Button variant="default" size="xs" disabled={page <= 1} onClick={() => onPage(page - 1)}>
            {strings.common.previousPage}
          </Button>
          <Button variant="default" size="xs" disabled={last >= total} onClick={() => onPage(page + 1)}>
            {strings.common.nextPage}
          </Button>
        </Group>
      )}
    </Group>
  );
}

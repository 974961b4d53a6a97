import { Badge } from '@mantine/core';
import type { Key } from '../../api/types.ts';
import { strings } from '../../strings.ts';

const colors = { active: 'teal', disabled: 'gray.5', expired: 'orange', pending: 'blue', invalid: 'red' };

export function KeyStatusBadge({ item }: { item: Key }) {
  return (
    <Badge variant="dot" color={colors[item.status]} tt="none" miw="max-content" title={item.message}>
      {strings.keys.status[item.status]}
    </Badge>
  );
}

import { Badge } from '@mantine/core';
import { strings } from '../../strings.ts';
import type { Standing } from './graph.ts';

const colors = { fine: 'teal', wrong: 'red', waiting: 'orange', missing: 'red' };

export function StandingBadge({ standing, message }: { standing: Standing; message?: string }) {
  return (
    <Badge variant="dot" size="sm" tt="none" color={colors[standing]} title={message}>
      {strings.configuration[standing]}
    </Badge>
  );
}

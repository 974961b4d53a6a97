import { Text } from '@mantine/core';
import { strings } from '../strings.ts';
import { formatAgo, formatMoment } from './format.ts';

/** How long ago or ahead, with the exact time on hover. */
export function Moment({ time, none = strings.none }: { time: string | number | undefined; none?: string }) {
  if (time === undefined)
    return (
      <Text span size="sm" c="dimmed">
        {none}
      </Text>
    );
  return (
    <time dateTime={new Date(time).toISOString()} title={formatMoment(time)}>
      {formatAgo(time)}
    </time>
  );
}

import { Group, Text } from '@mantine/core';
import type { UsageRow } from '../api/types.ts';
import { strings } from '../strings.ts';
import { formatCost } from './format.ts';
import { type Bar, roundUp, seriesOf } from './series.ts';

interface CostBarsProps {
  rows: UsageRow[];
  groupBy: string;
  bucket: string;
  label: string;
  /** IANA name, of the buckets. */
  timeZone?: string;
}

const height = 180;
const width = 720;
const left = 84;
const above = 12;
const bottom = 32;

/** Stacked bars of cost. The table beside it says the same to those who cannot see it. */
export function CostBars({ rows, groupBy, bucket, label, timeZone = 'UTC' }: CostBarsProps) {
  const { names, bars } = seriesOf(rows, groupBy);
  const top = roundUp(Math.max(...bars.map(({ costNano }) => costNano)));
  const step = (width - left) / Math.max(bars.length, 1);
  const every = Math.ceil(bars.length / 7);
  const nameOf = (bar: Bar) => bucketName(bar.start, bucket, timeZone);
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${width} ${height + bottom}`} role="img" aria-label={label}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line className="grid" x1={left} x2={width} y1={yOf(share)} y2={yOf(share)} />
            <text x={left - 6} y={yOf(share) + 4} textAnchor="end">
              {formatCost(share * top)}
            </text>
          </g>
        ))}
        {bars.map((bar, index) => (
          <g key={bar.start}>
            <Stack bar={bar} x={left + index * step} width={step} top={top} when={nameOf(bar)} />
            {index % every === 0 && (
              <text x={left + (index + 0.5) * step} y={height + 24} textAnchor="middle">
                {nameOf(bar)}
              </text>
            )}
          </g>
        ))}
      </svg>
      {groupBy !== '' && <Legend names={names} />}
    </figure>
  );
}

/** As large as the bars that will be here, so that nothing moves when they come. */
export function ChartSpace() {
  return (
    <figure className="chart" aria-busy="true">
      <svg viewBox={`0 0 ${width} ${height + bottom}`} aria-hidden="true" />
      <Legend names={['\u00a0']} />
    </figure>
  );
}

const yOf = (share: number) => above + (1 - share) * (height - above);

function Stack({
  bar,
  x,
  width,
  top,
  when,
}: {
  bar: Bar;
  x: number;
  width: number;
  top: number;
  when: string;
}) {
  let below = 0;
  const gap = Math.min(6, width * 0.2);
  return bar.parts.map(({ name, costNano }, index) => {
    const y = yOf((below + costNano) / top);
    const size = yOf(below / top) - y;
    below += costNano;
    if (costNano === 0) return null;
    const barWidth = Math.min(width - gap, 48);
    return (
      <rect
        key={name}
        className={`part-${index % 7}`}
        x={x + (width - barWidth) / 2}
        y={y}
        width={barWidth}
        height={size}
      >
        <title>{strings.usage.bar(name, when, formatCost(costNano))}</title>
      </rect>
    );
  });
}

function Legend({ names }: { names: string[] }) {
  return (
    <Group component="figcaption" gap="md" mt={4}>
      {names.map((name, index) => (
        <Group key={name} gap={6} wrap="nowrap">
          <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
            <rect className={`part-${index % 7}`} width="10" height="10" rx="2" />
          </svg>
          <Text size="xs" className="clamp">
            {name}
          </Text>
        </Group>
      ))}
    </Group>
  );
}

function bucketName(start: string, bucket: string, timeZone: string): string {
  const options: Intl.DateTimeFormatOptions =
    bucket === 'hour'
      ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
      : bucket === 'month'
        ? { month: 'short', year: 'numeric' }
        : { month: 'short', day: 'numeric' };
  return new Date(start).toLocaleString('en', { ...options, timeZone });
}

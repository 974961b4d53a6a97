import { Group, Text } from '@mantine/core';
import type { BurnDown } from '../../api/budgets.ts';
import { formatBare } from '../../components/amount-bar.tsx';
import { strings } from '../../strings.ts';
import type { Lines, Spot } from './burn-down-lines.ts';

const texts = strings.budgets.burnDown;
const height = 200;
const width = 720;
const left = 100;
const above = 16;
const bottom = 32;
const ticks = 5;

/** The table below it says the same to those who cannot see it. */
export function BurnDownChart({ course, lines }: { course: BurnDown; lines: Lines }) {
  const { fromMs, toMs, top } = lines;
  const xOf = (at: number) => left + ((at - fromMs) / (toMs - fromMs)) * (width - left);
  const yOf = (amount: number) => above + (1 - Math.min(amount / top, 1)) * (height - above);
  const path = (line: Spot[]) =>
    line
      .map(
        ({ at, amount }, index) =>
          `${index === 0 ? 'M' : 'L'}${xOf(at).toFixed(1)} ${yOf(amount).toFixed(1)}`,
      )
      .join('');
  const parts = (['before', 'used', 'forecast', 'limit'] as const).filter((name) => lines[name].length > 1);
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${width} ${height + bottom}`} role="img" aria-label={texts.chart(course.group)}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line className="grid" x1={left} x2={width} y1={yOf(share * top)} y2={yOf(share * top)} />
            <text x={left - 6} y={yOf(share * top) + 4} textAnchor="end">
              {formatBare(share * top, course.unit)}
            </text>
          </g>
        ))}
        {parts.map((name) => (
          <path key={name} className={`burn burn-${name}`} d={path(lines[name])} />
        ))}
        {Array.from({ length: ticks }, (_, index) => fromMs + ((index + 0.5) / ticks) * (toMs - fromMs)).map(
          (at) => (
            <text key={at} x={xOf(at)} y={height + 24} textAnchor="middle">
              {tickText(at, toMs - fromMs)}
            </text>
          ),
        )}
      </svg>
      <Group component="figcaption" gap="md" mt={4}>
        {parts.map((name) => (
          <Group key={name} gap={6} wrap="nowrap">
            <svg viewBox="0 0 24 10" width="24" height="10" aria-hidden="true">
              <path className={`burn burn-${name}`} d="M0 5L24 5" />
            </svg>
            <Text size="xs">{texts[name]}</Text>
          </Group>
        ))}
      </Group>
    </figure>
  );
}

const dayMs = 86_400_000;

/** As fine as the window is short. */
function tickText(at: number, spanMs: number): string {
  const options: Intl.DateTimeFormatOptions =
    spanMs <= 2 * dayMs
      ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
      : spanMs <= 400 * dayMs
        ? { month: 'short', day: 'numeric' }
        : { month: 'short', year: 'numeric' };
  return new Date(at).toLocaleString('en', options);
}

import { Group, Stack, Text } from '@mantine/core';
import { strings } from '../strings.ts';
import { formatCost } from './format.ts';

export interface Share {
  name: string;
  costNano: number;
}

const most = 6;
const radius = 40;

/** The dearest by their share of the whole, all others together. The names beside it say the same in words. */
export function ShareRing({ shares, whole, label }: { shares: Share[]; whole: number; label: string }) {
  const parts = partsOf(shares, whole);
  if (whole === 0) return null;
  let turned = 0;
  return (
    <Group component="figure" m={0} gap="lg" wrap="wrap">
      <svg viewBox="-50 -50 100 100" width="150" height="150" role="img" aria-label={label}>
        {parts.map(({ name, costNano }, index) => {
          const begin = turned;
          turned += costNano / whole;
          return (
            <path key={name} className={`part-${index % 7}`} d={slice(begin, turned)}>
              <title>{partText(name, costNano, whole)}</title>
            </path>
          );
        })}
      </svg>
      <Stack component="figcaption" gap={4} style={{ flex: '1 1 12rem' }}>
        {parts.map(({ name, costNano }, index) => (
          <Group key={name} gap={6} wrap="nowrap">
            <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
              <rect className={`part-${index % 7}`} width="10" height="10" rx="2" />
            </svg>
            <Text size="sm" className="clamp">
              {partText(name, costNano, whole)}
            </Text>
          </Group>
        ))}
      </Stack>
    </Group>
  );
}

const partText = (name: string, costNano: number, whole: number) =>
  strings.usage.part(name, `${((costNano / whole) * 100).toFixed(1)} %`, formatCost(costNano));

/** `shares` need not be all of the whole. */
function partsOf(shares: Share[], whole: number): Share[] {
  const ordered = shares.filter(({ costNano }) => costNano > 0).sort((a, b) => b.costNano - a.costNano);
  const named = ordered.slice(0, ordered.length > most + 1 ? most : most + 1);
  const rest = named.reduce((left, { costNano }) => left - costNano, whole);
  return rest > 0 ? [...named, { name: strings.usage.other, costNano: rest }] : named;
}

/** A ring segment from one share of the turn to another; a whole turn is drawn as two halves. */
function slice(from: number, to: number): string {
  if (to - from > 0.999) return `${slice(0, 0.5)} ${slice(0.5, 0.9999)}`;
  const at = (share: number, distance: number) => {
    const angle = (share - 0.25) * 2 * Math.PI;
    return `${(Math.cos(angle) * distance).toFixed(3)} ${(Math.sin(angle) * distance).toFixed(3)}`;
  };
  const large = to - from > 0.5 ? 1 : 0;
  const inner = radius * 0.58;
  return `M ${at(from, radius)} A ${radius} ${radius} 0 ${large} 1 ${at(to, radius)} L ${at(to, inner)} A ${inner} ${inner} 0 ${large} 0 ${at(from, inner)} Z`;
}

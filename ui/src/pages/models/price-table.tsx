import { Table, Text } from '@mantine/core';
import type { Price } from '../../api/prices.ts';
import { strings } from '../../strings.ts';

const texts = strings.models;
const kinds = Object.keys(texts.rates);

export function PriceTable({ prices }: { prices: Price[] }) {
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table verticalSpacing={4} aria-label={texts.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.provider}</Table.Th>
            <Table.Th>{texts.model}</Table.Th>
            {kinds.map((kind) => (
              <Table.Th key={kind} ta="right">
                {texts.rates[kind]}
              </Table.Th>
            ))}
            <Table.Th>{texts.otherRates}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {prices.map(({ provider, model, rates }) => (
            <Table.Tr key={`${provider}/${model}`}>
              <Table.Td>{provider}</Table.Td>
              <Table.Td className="break">{model}</Table.Td>
              {kinds.map((kind) => (
                <Table.Td key={kind} className="number">
                  {rates[kind] === undefined ? strings.none : `$${rates[kind]}`}
                </Table.Td>
              ))}
              <Table.Td>
                <Text size="xs">{othersOf(rates)}</Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const othersOf = (rates: Record<string, string>) =>
  Object.entries(rates)
    .filter(([kind]) => !kinds.includes(kind))
    .map(([kind, dollars]) => `${texts.otherNames[kind] ?? kind} $${dollars}`)
    .join(', ');

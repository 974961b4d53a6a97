import { Table, Text } from '@mantine/core';
import type { Price } from '../../api/prices.ts';
import { SortHeader } from '../../components/sort-header.tsx';
import { strings } from '../../strings.ts';
import {
  type ModelsSearch,
  type PriceSort,
  priceOrderOf,
  priceSorts,
  pricesSortedBy,
} from './models-search.ts';

const texts = strings.models;
const kinds = priceSorts.filter((sort) => sort !== 'model');

interface PriceTableProps {
  prices: Price[];
  search: ModelsSearch;
  onChange: (next: ModelsSearch) => void;
}

export function PriceTable({ prices, search, onChange }: PriceTableProps) {
  const sortable = (sort: PriceSort, label: string, align?: 'right') => (
    <SortHeader
      key={sort}
      label={label}
      order={priceOrderOf(search, sort)}
      onSort={() => onChange(pricesSortedBy(search, sort))}
      align={align}
    />
  );
  return (
    <Table.ScrollContainer minWidth={860}>
      <Table verticalSpacing={4} aria-label={texts.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.provider}</Table.Th>
            {sortable('model', texts.model)}
            {kinds.map((kind) => sortable(kind, texts.rates[kind] ?? kind, 'right'))}
            <Table.Th>{texts.otherRates}</Table.Th>
            <Table.Th>{texts.source}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {prices.map(({ provider, model, rates, source }) => (
            <Table.Tr key={`${provider}/${model}`}>
              <Table.Td>{provider}</Table.Td>
              <Table.Td className="break">{model}</Table.Td>
              {kinds.map((kind) => (
                <Table.Td key={kind} className="number">
                  {rates[kind] === undefined ? strings.none : priceText(rates[kind])}
                </Table.Td>
              ))}
              <Table.Td>
                <Text size="xs">{othersOf(rates)}</Text>
              </Table.Td>
              <Table.Td className="break">
                <Text size="xs">{source}</Text>
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
    .filter(([kind]) => !(kinds as string[]).includes(kind))
    .map(([kind, dollars]) => `${texts.otherNames[kind] ?? kind} ${priceText(dollars)}`)
    .join(', ');

/** Decimal text as it is, with two decimals at least. */
function priceText(dollars: string): string {
  const [whole = '', decimals = ''] = dollars.split('.');
  return `$${whole}.${decimals.padEnd(2, '0')}`;
}

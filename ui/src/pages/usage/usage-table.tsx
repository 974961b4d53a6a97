import { Box, Progress, Table, Text } from '@mantine/core';
import type { UsageFigures, UsageReport } from '../../api/types.ts';
import { formatCost, formatCount } from '../../components/format.ts';
import { SearchBox } from '../../components/search-box.tsx';
import { SortHeader } from '../../components/sort-header.tsx';
import { strings } from '../../strings.ts';
import { type ComparedRow, comparedRows, percentChange } from './compare.ts';
import { dimensionName } from './dimension-name.ts';
import { type Figure, shownFigures, type UsageSearch } from './usage-search.ts';

const { columns } = strings.usage;
const names: Record<Figure, string> = {
  ...strings.kinds,
  requests: columns.requests,
  refused: columns.refused,
  failed: columns.failed,
  inputTokens: columns.input,
  outputTokens: columns.output,
  tokens: columns.tokens,
  costNano: columns.cost,
};
const plainWidth = 820;
const columnWidth = 90;

interface UsageTableProps {
  report: UsageReport;
  /** Of the range that it is compared with. */
  before: UsageReport | undefined;
  groups: string[];
  search: UsageSearch;
  onChange: (next: UsageSearch) => void;
}

export function UsageTable({ report, before, groups, search, onChange }: UsageTableProps) {
  const sort = search.sort ?? 'costNano';
  const order = search.order ?? 'desc';
  const isCompared = before !== undefined;
  const figures = shownFigures(search, report.total);
  const rows = comparedRows(report, before);
  const sortBy = (column: Figure | 'group') => {
    const [first, second] = column === 'group' ? (['asc', 'desc'] as const) : (['desc', 'asc'] as const);
    onChange({ ...search, sort: column, order: sort === column && order === first ? second : first });
  };
  return (
    <>
      {groups.length > 0 && (
        <Box className="no-print" mb="sm">
          <SearchBox
            label={strings.usage.find}
            placeholder={groups.map(dimensionName).join(', ')}
            value={search.named ?? ''}
            onSearch={(text) => onChange({ ...search, named: text || undefined })}
          />
        </Box>
      )}
      <Table.ScrollContainer
        minWidth={plainWidth + (isCompared ? 160 : 0) + Math.max(0, figures.length - 8) * columnWidth}
      >
        <Table verticalSpacing={6} horizontalSpacing="xs" highlightOnHover aria-label={strings.usage.table}>
          <Table.Thead>
            <Table.Tr>
              {groups.map((group) => (
                <SortHeader
                  key={group}
                  label={dimensionName(group)}
                  order={sort === 'group' ? order : undefined}
                  onSort={() => sortBy('group')}
                />
              ))}
              {figures.map((figure) => (
                <SortHeader
                  key={figure}
                  label={names[figure]}
                  order={sort === figure ? order : undefined}
                  onSort={() => sortBy(figure)}
                  align="right"
                />
              ))}
              {isCompared && (
                <>
                  <Table.Th ta="right">{strings.usage.before}</Table.Th>
                  <Table.Th ta="right">{strings.usage.change}</Table.Th>
                </>
              )}
              <Table.Th w={90} className="no-print">
                {strings.usage.share}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.length === 0 && (
              <Table.Tr>
                <Table.Td colSpan={99}>{strings.common.nothingFound}</Table.Td>
              </Table.Tr>
            )}
            {rows.map((row) => (
              <UsageTableRow
                key={JSON.stringify(row.group)}
                row={row}
                groups={groups}
                figures={figures}
                isCompared={isCompared}
                whole={report.total.costNano}
              />
            ))}
          </Table.Tbody>
          <Table.Tfoot>
            <Table.Tr>
              {groups.length > 0 && <Table.Th colSpan={groups.length}>{strings.common.total}</Table.Th>}
              <Figures of={report.total} figures={figures} bold />
              {isCompared && <Change now={report.total.costNano} before={before.total.costNano} />}
              <Table.Td className="no-print" />
            </Table.Tr>
          </Table.Tfoot>
        </Table>
      </Table.ScrollContainer>
      {(report.groups ?? 0) > report.rows.length && (
        <Text size="sm" c="dimmed">
          {strings.usage.more(formatCount(report.rows.length), formatCount(report.groups ?? 0))}
        </Text>
      )}
    </>
  );
}

interface RowProps {
  row: ComparedRow;
  groups: string[];
  figures: readonly Figure[];
  isCompared: boolean;
  whole: number;
}

function UsageTableRow({ row, groups, figures, isCompared, whole }: RowProps) {
  const share = whole === 0 ? 0 : (row.costNano / whole) * 100;
  return (
    <Table.Tr>
      {groups.map((group) => (
        <Table.Td key={group}>
          <span className="clamp">{row.group[group] || strings.usage.unnamed}</span>
        </Table.Td>
      ))}
      <Figures of={row} figures={figures} />
      {isCompared && <Change now={row.costNano} before={row.costNanoBefore} />}
      <Table.Td className="no-print">
        <Progress value={share} aria-label={strings.usage.share} />
      </Table.Td>
    </Table.Tr>
  );
}

function Change({ now, before }: { now: number; before: number }) {
  return (
    <>
      <Table.Td className="number">{formatCost(before)}</Table.Td>
      <Table.Td className="number">
        {percentChange(now, before) ?? (now > 0 ? strings.usage.isNew : strings.none)}
      </Table.Td>
    </>
  );
}

interface FiguresProps {
  of: UsageFigures;
  figures: readonly Figure[];
  bold?: boolean;
}

function Figures({ of, figures, bold = false }: FiguresProps) {
  return figures.map((figure) => (
    <Table.Td key={figure} className="number" fw={bold ? 700 : undefined}>
      {figure === 'costNano' ? formatCost(of.costNano) : formatCount(of[figure])}
    </Table.Td>
  ));
}

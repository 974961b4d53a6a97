import { Alert, Badge, Box, Loader, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { UsageRow } from '../../api/types.ts';
import { getUsage } from '../../api/usage.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatCost, formatCount } from '../../components/format.ts';
import { strings } from '../../strings.ts';

const texts = strings.models;
const spanMs = 30 * 86_400_000;
const hourMs = 3_600_000;

/** What was called lately, those without a price first. */
export function UsedModels() {
  const from = new Date(Math.floor((Date.now() - spanMs) / hourMs) * hourMs).toISOString();
  const { data, error } = useQuery({
    queryKey: ['usage', 'models', from],
    queryFn: ({ signal }) => getUsage({ from, groupBy: 'provider,model' }, signal),
  });
  if (error !== null) return <ErrorNotice error={error} />;
  // About as high as a few models: what stands below moves less when they come.
  if (data === undefined)
    return (
      <Box mih={220}>
        <Loader aria-label={strings.loading} />
      </Box>
    );
  const used = data.rows.filter(({ group }) => group['model']);
  if (used.length === 0) return <Text c="dimmed">{texts.usedNone}</Text>;
  const unpriced = used.reduce((sum, row) => sum + row.unpriced, 0);
  used.sort((a, b) => b.unpriced - a.unpriced || b.costNano - a.costNano);
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {texts.usedIntro}
      </Text>
      {unpriced > 0 && (
        <Alert color="orange" title={texts.missingTitle} mb="sm">
          {texts.missingText(formatCount(unpriced))}
        </Alert>
      )}
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing={4} aria-label={texts.used}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.provider}</Table.Th>
              <Table.Th>{texts.model}</Table.Th>
              <Table.Th ta="right">{strings.common.requests}</Table.Th>
              <Table.Th ta="right">{strings.common.tokens}</Table.Th>
              <Table.Th ta="right">{strings.common.cost}</Table.Th>
              <Table.Th>{texts.table}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {used.slice(0, 50).map((row) => (
              <UsedRow key={JSON.stringify(row.group)} row={row} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

function UsedRow({ row }: { row: UsageRow }) {
  const { provider = '', model = '' } = row.group;
  return (
    <Table.Tr>
      <Table.Td>{provider || strings.none}</Table.Td>
      <Table.Td>
        <Link to="/usage" search={{ model, range: 'month', groupBy: 'user' }} className="clamp link">
          {model}
        </Link>
      </Table.Td>
      <Table.Td className="number">{formatCount(row.requests)}</Table.Td>
      <Table.Td className="number">{formatCount(row.tokens)}</Table.Td>
      <Table.Td className="number">{formatCost(row.costNano)}</Table.Td>
      <Table.Td>
        <Badge
          variant="dot"
          tt="none"
          color={row.unpriced > 0 ? 'red' : 'teal'}
          title={row.unpriced > 0 ? texts.unpricedCalls(formatCount(row.unpriced)) : undefined}
        >
          {row.unpriced > 0 ? texts.missing : texts.priced}
        </Badge>
      </Table.Td>
    </Table.Tr>
  );
}

import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Budget, type Hold, holdsPath, releaseHold } from '../../api/budgets.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { ListHead } from '../../components/list-head.tsx';
import { Moment } from '../../components/moment.tsx';
import { ServerList } from '../../components/server-list.tsx';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';
import { ages, type BudgetSearch } from './budget-search.ts';

const texts = strings.budgets.page;

const columns = [
  { label: texts.holdOf },
  { label: texts.holdKey, sort: 'key' },
  { label: texts.holdGroup, sort: 'group' },
  { label: texts.holdAmount, sort: 'reserved', mostFirst: true, align: 'right' as const },
  { label: texts.holdSince, sort: 'since' },
  { label: strings.keys.columns.actions },
];
const ageFilter = {
  name: 'minAge',
  label: texts.holdAge,
  options: ages.map((value) => ({ value: String(value), label: texts.holdAges[value] })),
};

interface BudgetHoldsProps {
  budget: Budget;
  search: BudgetSearch;
  onChange: (next: BudgetSearch) => void;
}

export function BudgetHolds({ budget, search, onChange }: BudgetHoldsProps) {
  const { namespace, name, unit } = budget;
  const [releasing, setReleasing] = useState<Hold>();
  return (
    <>
      <ServerList<Hold, BudgetSearch>
        path={holdsPath(budget)}
        queryKey={['budgets', 'holds', namespace, name]}
        refetchInterval={2_000}
        what={texts.holdsWhat}
        fileName={`holds-${name}`}
        search={search}
        searchHint={texts.holdsSearchHint}
        filters={[ageFilter]}
        onChange={onChange}
        empty={<Text c="dimmed">{texts.noHolds}</Text>}
      >
        {(holds) => (
          <Table.ScrollContainer minWidth={520}>
            <Table verticalSpacing={4} aria-label={texts.holds}>
              <ListHead columns={columns} search={search} first="since" onChange={onChange} />
              <Table.Tbody>
                {holds.map((hold) => (
                  <HoldRow key={hold.id} hold={hold} unit={unit} onRelease={() => setReleasing(hold)} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </ServerList>
      <ReleaseDialog budget={budget} hold={releasing} onClose={() => setReleasing(undefined)} />
    </>
  );
}

interface HoldRowProps {
  hold: Hold;
  unit: Budget['unit'];
  onRelease: () => void;
}

function HoldRow({ hold: { id, key, group, reserved, since }, unit, onRelease }: HoldRowProps) {
  return (
    <Table.Tr>
      <Table.Td className="break">{id}</Table.Td>
      <Table.Td className="break">{key ?? strings.none}</Table.Td>
      <Table.Td>
        <span className="clamp">{group || strings.none}</span>
      </Table.Td>
      <Table.Td className="number">{formatAmount(reserved, unit)}</Table.Td>
      <Table.Td>
        <Moment time={since} />
      </Table.Td>
      <Table.Td>
        <Button size="compact-xs" variant="default" aria-label={texts.releaseOf(id)} onClick={onRelease}>
          {texts.release}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

interface ReleaseDialogProps {
  budget: Budget;
  hold: Hold | undefined;
  onClose: () => void;
}

function ReleaseDialog({ budget, hold, onClose }: ReleaseDialogProps) {
  const shown = useKept(hold);
  const queryClient = useQueryClient();
  const release = useMutation({
    mutationFn: (id: string) => releaseHold(budget, id),
    onSuccess: () => {
      notifications.show({ message: texts.released });
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['budgets'] }),
  });
  return (
    <Modal opened={hold !== undefined} onClose={onClose} title={texts.releaseTitle}>
      <Stack>
        <Text size="sm">{texts.releaseText}</Text>
        {release.error !== null && <ErrorNotice error={release.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {strings.common.cancel}
          </Button>
          <Button
            color="red"
            loading={release.isPending}
            onClick={() => shown !== undefined && release.mutate(shown.id)}
          >
            {texts.release}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

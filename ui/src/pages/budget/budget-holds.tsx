import { Button, Group, Loader, Modal, Stack, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Budget, type Hold, listHolds, releaseHold } from '../../api/budgets.ts';
import { formatAmount } from '../../components/amount-bar.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';

const texts = strings.budgets.page;

export function BudgetHolds({ budget }: { budget: Budget }) {
  const { namespace, name, unit } = budget;
  const [releasing, setReleasing] = useState<Hold>();
  const { data, error } = useQuery({
    queryKey: ['budgets', 'holds', namespace, name],
    queryFn: ({ signal }) => listHolds(budget, signal),
    refetchInterval: 2_000,
  });
  if (error !== null) return <ErrorNotice error={error} />;
  if (data === undefined) return <Loader aria-label={strings.loading} />;
  return (
    <>
      {data.items.length === 0 && <Text c="dimmed">{texts.noHolds}</Text>}
      {data.items.length > 0 && (
        <Table.ScrollContainer minWidth={520}>
          <Table verticalSpacing={4} aria-label={texts.holds}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{texts.holdOf}</Table.Th>
                <Table.Th>{texts.holdKey}</Table.Th>
                <Table.Th>{texts.holdGroup}</Table.Th>
                <Table.Th className="number">{texts.holdAmount}</Table.Th>
                <Table.Th>{texts.holdSince}</Table.Th>
                <Table.Th>{strings.keys.columns.actions}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((hold) => (
                <Table.Tr key={hold.id}>
                  <Table.Td className="break">{hold.id}</Table.Td>
                  <Table.Td className="break">{hold.key ?? strings.none}</Table.Td>
                  <Table.Td>
                    <span className="clamp">{hold.group || strings.none}</span>
                  </Table.Td>
                  <Table.Td className="number">{formatAmount(hold.reserved, unit)}</Table.Td>
                  <Table.Td>
                    <Moment time={hold.since} />
                  </Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={texts.releaseOf(hold.id)}
                      onClick={() => setReleasing(hold)}
                    >
                      {texts.release}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <ReleaseDialog budget={budget} hold={releasing} onClose={() => setReleasing(undefined)} />
    </>
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

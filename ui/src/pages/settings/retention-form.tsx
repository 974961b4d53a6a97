import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { getRetention, type Retention, setRetention } from '../../api/retention.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatAgo, formatCount } from '../../components/format.ts';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';

const texts = strings.retention;
const mostDays = 36_500;

interface Asked {
  days: number;
  answer: Retention;
}

/** Fewer days delete calls for good: how many is said before. */
export function RetentionForm({ days }: { days: number | undefined }) {
  const [text, setText] = useState(days === undefined ? '' : String(days));
  const [wrong, setWrong] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const queryClient = useQueryClient();
  const saving = useMutation({
    mutationFn: setRetention,
    onSuccess: (saved) => {
      setAsked(undefined);
      const kept = saved.days === undefined ? texts.forGood : texts.days(saved.days);
      notifications.show({ message: texts.saved(kept) });
      return queryClient.invalidateQueries({ queryKey: ['retention'] });
    },
  });
  const asking = useMutation({
    mutationFn: async (chosen: number) => ({ days: chosen, answer: await getRetention(chosen) }),
    onSuccess: setAsked,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = text.trim();
    const chosen = Number(given);
    if (given === '') return saving.mutate(null);
    if (!/^\d+$/.test(given) || chosen < 1 || chosen > mostDays) return setWrong(true);
    if (days !== undefined && chosen >= days) return saving.mutate(chosen);
    asking.mutate(chosen);
  };
  const error = saving.error ?? asking.error;
  return (
    <form onSubmit={submit} noValidate>
      <Stack mt="md">
        {error !== null && <ErrorNotice error={error} />}
        <Group align="flex-start">
          <TextInput
            label={texts.form}
            description={texts.formHint}
            inputMode="numeric"
            value={text}
            error={wrong ? texts.formWrong : undefined}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setWrong(false);
            }}
          />
        </Group>
        <Group>
          <Button type="submit" loading={asking.isPending || (saving.isPending && asked === undefined)}>
            {texts.save}
          </Button>
        </Group>
      </Stack>
      <ConfirmDialog
        asked={asked}
        busy={saving.isPending}
        onClose={() => setAsked(undefined)}
        onConfirm={(chosen) => saving.mutate(chosen)}
      />
    </form>
  );
}

interface ConfirmDialogProps {
  asked: Asked | undefined;
  busy: boolean;
  onClose: () => void;
  onConfirm: (days: number) => void;
}

function ConfirmDialog({ asked, busy, onClose, onConfirm }: ConfirmDialogProps) {
  const shown = useKept(asked);
  if (shown === undefined) return null;
  const { days, answer } = shown;
  const { wouldDelete = 0, nextCleaning } = answer;
  const when = nextCleaning === undefined ? texts.withinHour : formatAgo(nextCleaning);
  return (
    <Modal
      opened={asked !== undefined}
      onClose={onClose}
      title={texts.confirmTitle(texts.days(days))}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <Stack>
        <Text size="sm">
          {wouldDelete === 0 ? texts.confirmNone : texts.confirm(formatCount(wouldDelete), when)}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {strings.common.cancel}
          </Button>
          <Button color="red" loading={busy} onClick={() => onConfirm(days)}>
            {texts.confirmSubmit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

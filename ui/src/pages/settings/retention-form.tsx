import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { getRetention, type Kept, type RetentionName, setRetention } from '../../api/retention.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatAgo, formatCount } from '../../components/format.ts';
import { useKept } from '../../components/use-kept.ts';
import { strings } from '../../strings.ts';

const texts = strings.retention;
const mostDays = 36_500;

interface Asked {
  days: number;
  answer: Kept;
}

/** What the same form says of calls, and of what was said in them. */
type FormTexts = Pick<
  typeof texts,
  'form' | 'formHint' | 'saved' | 'confirmTitle' | 'confirm' | 'confirmNone'
>;

interface RetentionFormProps {
  name: RetentionName;
  days: number | undefined;
  of: FormTexts;
}

/** Fewer days delete for good: how many is said before. */
export function RetentionForm({ name, days, of }: RetentionFormProps) {
  const [text, setText] = useState(days === undefined ? '' : String(days));
  const [wrong, setWrong] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const queryClient = useQueryClient();
  const part = (retention: Awaited<ReturnType<typeof getRetention>>): Kept =>
    name === 'days' ? retention : (retention.contents ?? retention);
  const saving = useMutation({
    mutationFn: async (chosen: number | null) => part(await setRetention({ [name]: chosen })),
    onSuccess: (saved) => {
      setAsked(undefined);
      const kept = saved.days === undefined ? texts.forGood : texts.days(saved.days);
      notifications.show({ message: of.saved(kept) });
      return queryClient.invalidateQueries({ queryKey: ['retention'] });
    },
  });
  const asking = useMutation({
    mutationFn: async (chosen: number) => ({
      days: chosen,
      answer: part(await getRetention({ [name]: chosen })),
    }),
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
            label={of.form}
            description={of.formHint}
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
        of={of}
        busy={saving.isPending}
        onClose={() => setAsked(undefined)}
        onConfirm={(chosen) => saving.mutate(chosen)}
      />
    </form>
  );
}

interface ConfirmDialogProps {
  asked: Asked | undefined;
  of: FormTexts;
  busy: boolean;
  onClose: () => void;
  onConfirm: (days: number) => void;
}

function ConfirmDialog({ asked, of, busy, onClose, onConfirm }: ConfirmDialogProps) {
  const shown = useKept(asked);
  if (shown === undefined) return null;
  const { days, answer } = shown;
  const { wouldDelete = 0, nextCleaning } = answer;
  const when = nextCleaning === undefined ? texts.withinHour : formatAgo(nextCleaning);
  return (
    <Modal
      opened={asked !== undefined}
      onClose={onClose}
      title={of.confirmTitle(texts.days(days))}
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <Stack>
        <Text size="sm">
          {wouldDelete === 0 ? of.confirmNone : of.confirm(formatCount(wouldDelete), when)}
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

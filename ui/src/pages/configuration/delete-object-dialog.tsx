import { Alert, Button, Group, List, Loader, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Consequence } from '../../../../src/core/config/consequence.ts';
import { deleteResource, type ResourcePlace, tellConsequences } from '../../api/resources.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { strings } from '../../strings.ts';

const texts = strings.configuration.remove;

interface DeleteObjectDialogProps {
  place: ResourcePlace;
  opened: boolean;
  onClose: () => void;
  onDeleted: () => void;
}

/** The gateway compiles the configuration without the object and tells what is otherwise then. */
export function DeleteObjectDialog({ place, opened, onClose, onDeleted }: DeleteObjectDialogProps) {
  const [typed, setTyped] = useState('');
  const queryClient = useQueryClient();
  const told = useQuery({
    queryKey: ['resources', 'consequences', place],
    queryFn: ({ signal }) => tellConsequences(place, signal),
    enabled: opened,
    gcTime: 0,
  });
  const deletion = useMutation({
    mutationFn: () => deleteResource(place, told.data?.version ?? ''),
    onSuccess: ({ deleted, heldBy = [] }) => {
      notifications.show({
        message: deleted ? texts.done(place.name) : texts.held(place.name, heldBy.join(', ')),
      });
      onDeleted();
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] !== 'text' });
    },
    // Someone else was faster: what it would do now is told anew.
    onError: () => void told.refetch(),
  });
  const isReady = told.data !== undefined && !told.isFetching;
  // What others depend on is not deleted by one click too many.
  const asksForName = told.data !== undefined && told.data.consequences.length > 0;
  const mayGo = isReady && (!asksForName || typed === place.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (mayGo) deletion.mutate();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={texts.title(place.kind, place.name)}
      size="lg"
      closeButtonProps={{ 'aria-label': strings.common.close }}
    >
      <Stack component="form" onSubmit={submit}>
        {told.error !== null && <ErrorNotice error={told.error} onRetry={() => void told.refetch()} />}
        {told.data === undefined && told.error === null && <Loader aria-label={strings.loading} />}
        {told.data !== undefined && <Consequences found={told.data.consequences} />}
        {asksForName && (
          <TextInput
            label={texts.typeName(place.name)}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
          />
        )}
        {deletion.error !== null && <ErrorNotice error={deletion.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {strings.common.cancel}
          </Button>
          <Button type="submit" color="red" loading={deletion.isPending} disabled={!mayGo}>
            {texts.confirm(place.name)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Consequences({ found }: { found: Consequence[] }) {
  if (found.length === 0) return <Text>{texts.none}</Text>;
  const opens = found.some(({ effect }) => effect === 'asks-no-key');
  return (
    <>
      {opens && <Alert color="red">{texts.opens}</Alert>}
      <Text>{texts.consequences}</Text>
      <List aria-label={texts.consequences} spacing={4}>
        {found.map(({ effect, kind, name, detail = '' }) => (
          <List.Item key={`${effect} ${kind} ${name} ${detail}`} className="break">
            {texts.effects[effect](`${kind} ${name}`, detail)}
          </List.Item>
        ))}
      </List>
    </>
  );
}

import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { setDisabled } from '../../api/keys.ts';
import type { Key } from '../../api/types.ts';
import { explain } from '../../components/explain.ts';
import { strings } from '../../strings.ts';

/** Disables an enabled key and the other way round, and says what follows from it. */
export function useToggleKey(item: Key) {
  const queryClient = useQueryClient();
  const disable = item.status !== 'disabled';
  const name = item.name.slice(0, 80);
  return useMutation({
    mutationFn: () => setDisabled(item, disable),
    onSuccess: () =>
      notifications.show({ message: disable ? strings.keys.disabled(name) : strings.keys.enabled(name) }),
    onError: (error) =>
      notifications.show({
        color: 'red',
        title: strings.errors.title,
        message: explain(error),
        autoClose: false,
      }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['keys'] }),
  });
}

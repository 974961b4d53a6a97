import { Button, Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { logOut } from '../api/session.ts';
import { isExpired } from '../api/session-state.ts';
import { useStore } from '../api/store.ts';
import { strings } from '../strings.ts';
import { LoginForm } from './login-form.tsx';

/** Over the page, which stays mounted below: nothing typed is lost, and the call that noticed is made again. */
export function ReloginDialog() {
  const expired = useStore(isExpired);
  const queryClient = useQueryClient();
  const neverByItself = () => undefined;
  return (
    <Modal
      opened={expired}
      onClose={neverByItself}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={strings.expired.title}
      zIndex={400}
    >
      <Stack>
        <Text>{strings.expired.text}</Text>
        <LoginForm overPage onDone={() => void queryClient.invalidateQueries()} />
        <Button variant="subtle" onClick={() => void logOut()}>
          {strings.expired.leave}
        </Button>
      </Stack>
    </Modal>
  );
}

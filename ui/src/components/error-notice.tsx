import { Alert, Button, Group } from '@mantine/core';
import { strings } from '../strings.ts';
import { explain } from './explain.ts';

interface ErrorNoticeProps {
  error: unknown;
  title?: string;
  onRetry?: () => void;
}

export function ErrorNotice({ error, title = strings.errors.title, onRetry }: ErrorNoticeProps) {
  return (
    <Alert color="red" title={title} role="alert" className="break">
      {explain(error)}
      {onRetry !== undefined && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={onRetry}>
            {strings.errors.retry}
          </Button>
        </Group>
      )}
    </Alert>
  );
}

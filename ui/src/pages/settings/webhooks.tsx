import { Alert, Code, Loader, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { listWebhooks, testWebhook, type WebhookPlace, type WebhookTest } from '../../api/webhooks.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatDuration } from '../../components/format.ts';
import { strings } from '../../strings.ts';
import { WebhookTable } from './webhook-table.tsx';

const texts = strings.webhooks;

export function Webhooks() {
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => listWebhooks(signal),
    refetchInterval: 10_000,
  });
  const trial = useMutation({
    mutationFn: testWebhook,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  return (
    <>
      <Text size="sm" c="dimmed" mb="md">
        {texts.intro}
      </Text>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {trial.error !== null && <ErrorNotice error={trial.error} />}
      <div aria-live="polite">
        {trial.data !== undefined && trial.variables !== undefined && (
          <Outcome webhook={trial.variables} outcome={trial.data} />
        )}
      </div>
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data?.items.length === 0 && (
        <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
          <Code block ta="left" tabIndex={0} maw="100%">
            {texts.example}
          </Code>
        </EmptyState>
      )}
      {data !== undefined && data.items.length > 0 && (
        <WebhookTable
          webhooks={data.items}
          testing={trial.isPending ? trial.variables : undefined}
          onTest={(webhook) => trial.mutate(webhook)}
        />
      )}
    </>
  );
}

function Outcome({ webhook: { name }, outcome }: { webhook: WebhookPlace; outcome: WebhookTest }) {
  const { delivered, status, fault = '', durationMs } = outcome;
  const time = formatDuration(durationMs);
  const text = delivered
    ? texts.taken(name, String(status), time)
    : durationMs === 0
      ? texts.nothingSent(name, fault)
      : texts.refused(name, fault, time);
  return (
    <Alert color={delivered ? 'green' : 'red'} mb="md" className="break">
      {text}
    </Alert>
  );
}

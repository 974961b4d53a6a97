import { Alert, Code, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { testWebhook, type Webhook, type WebhookPlace, type WebhookTest } from '../../api/webhooks.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatDuration } from '../../components/format.ts';
import { ServerList } from '../../components/server-list.tsx';
import { strings } from '../../strings.ts';
import type { SettingsSearch } from './settings-search.ts';
import { WebhookTable } from './webhook-table.tsx';

const texts = strings.webhooks;

const standingFilter = {
  name: 'standing',
  label: texts.standing,
  options: Object.entries(texts.standings).map(([value, label]) => ({ value, label })),
};

interface WebhooksProps {
  search: SettingsSearch;
  onChange: (next: SettingsSearch) => void;
}

export function Webhooks({ search, onChange }: WebhooksProps) {
  const queryClient = useQueryClient();
  const trial = useMutation({
    mutationFn: testWebhook,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  return (
    <>
      <Text size="sm" c="dimmed" mb="md">
        {texts.intro}
      </Text>
      {trial.error !== null && <ErrorNotice error={trial.error} />}
      <div aria-live="polite">
        {trial.data !== undefined && trial.variables !== undefined && (
          <Outcome webhook={trial.variables} outcome={trial.data} />
        )}
      </div>
      <ServerList<Webhook, SettingsSearch>
        path="/webhooks"
        queryKey={['webhooks']}
        refetchInterval={10_000}
        what={texts.what}
        fileName="webhooks"
        search={search}
        searchHint={texts.searchHint}
        filters={[standingFilter]}
        onChange={onChange}
        empty={
          <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
            <Code block ta="left" tabIndex={0} maw="100%">
              {texts.example}
            </Code>
          </EmptyState>
        }
      >
        {(webhooks) => (
          <WebhookTable
            webhooks={webhooks}
            search={search}
            onChange={onChange}
            testing={trial.isPending ? trial.variables : undefined}
            onTest={(webhook) => trial.mutate(webhook)}
          />
        )}
      </ServerList>
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

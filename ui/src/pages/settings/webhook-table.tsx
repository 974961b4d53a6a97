import { Button, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Webhook, WebhookPlace } from '../../api/webhooks.ts';
import { ListHead } from '../../components/list-head.tsx';
import { Moment } from '../../components/moment.tsx';
import { strings } from '../../strings.ts';
import type { SettingsSearch } from './settings-search.ts';

const texts = strings.webhooks;
const { columns: labels } = texts;
const columns = [
  { label: labels.webhook, sort: 'name' },
  { label: labels.goesTo, sort: 'origin' },
  { label: labels.budgets },
  { label: labels.delivered, sort: 'lastDelivered', mostFirst: true },
  { label: labels.failed, sort: 'lastFailed', mostFirst: true },
  { label: labels.actions },
];

interface WebhookTableProps {
  webhooks: Webhook[];
  search: SettingsSearch;
  onChange: (next: SettingsSearch) => void;
  /** Being tested now. */
  testing: WebhookPlace | undefined;
  onTest: (webhook: Webhook) => void;
}

export function WebhookTable({ webhooks, search, onChange, testing, onTest }: WebhookTableProps) {
  return (
    <Table.ScrollContainer minWidth={860}>
      <Table verticalSpacing="xs" aria-label={texts.table}>
        <ListHead columns={columns} search={search} first="name" onChange={onChange} />
        <Table.Tbody>
          {webhooks.map((webhook) => (
            <WebhookRow
              key={`${webhook.namespace}/${webhook.name}`}
              webhook={webhook}
              busy={testing?.namespace === webhook.namespace && testing.name === webhook.name}
              onTest={() => onTest(webhook)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function WebhookRow({ webhook, busy, onTest }: { webhook: Webhook; busy: boolean; onTest: () => void }) {
  const { namespace, name, lastDelivered, lastFailed } = webhook;
  return (
    <Table.Tr>
      <Table.Td className="break">
        {name}
        <Text size="xs" c="dimmed">
          {namespace}
        </Text>
      </Table.Td>
      <Table.Td className="break">
        <GoesTo webhook={webhook} />
      </Table.Td>
      <Table.Td className="break">
        {webhook.budgets.map((budget) => (
          <div key={budget.name}>
            <Link to="/budgets/$namespace/$name" params={{ namespace, name: budget.name }} className="link">
              {budget.name}
            </Link>{' '}
            {texts.budget(budget.atPercent.map(texts.percent).join(', '))}
          </div>
        ))}
      </Table.Td>
      <Table.Td>
        <Moment time={lastDelivered?.at} none={strings.common.never} />
        {lastDelivered !== undefined && (
          <Text size="xs" c="dimmed" className="break">
            {lastDelivered.budget ?? texts.aTest}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Moment time={lastFailed?.at} none={texts.neverFailed} />
        {lastFailed !== undefined && (
          <Text size="xs" c="dimmed" className="break">
            {lastFailed.fault}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Button
          size="compact-sm"
          variant="default"
          loading={busy}
          aria-label={texts.testOf(name)}
          onClick={onTest}
        >
          {texts.test}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function GoesTo({ webhook: { origin, format, signed, fault } }: { webhook: Webhook }) {
  if (fault !== undefined || format === undefined)
    return (
      <Text c="red" size="sm">
        {fault}
      </Text>
    );
  return (
    <>
      {origin}
      <Text size="xs" c="dimmed">
        {texts.formats[format]}, {signed ? texts.signed : texts.unsigned}
      </Text>
    </>
  );
}

import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { PageHeader } from '../../components/page-header.tsx';
import { strings } from '../../strings.ts';
import { AuditLog } from './audit-log.tsx';
import { RetentionTab } from './retention.tsx';
import { readSettingsSearch, type SettingsSearch, tabs } from './settings-search.ts';
import { Tokens } from './tokens.tsx';
import { Users } from './users.tsx';
import { Webhooks } from './webhooks.tsx';

const texts = strings.settings;

export function SettingsPage() {
  const search = readSettingsSearch(useSearch({ from: '/admin/settings' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/settings' });
  const list = { search, onChange: (next: SettingsSearch) => void navigate({ search: next }) };
  return (
    <>
      <PageHeader title={texts.title} />
      <Tabs
        value={search.tab ?? 'tokens'}
        onChange={(value) => void navigate({ search: { tab: tabs.find((name) => name === value) } })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {texts.tabs[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="tokens">
          <Tokens {...list} />
        </Tabs.Panel>
        <Tabs.Panel value="users">
          <Users {...list} />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks">
          <Webhooks {...list} />
        </Tabs.Panel>
        <Tabs.Panel value="retention">
          <RetentionTab />
        </Tabs.Panel>
        <Tabs.Panel value="audit">
          <AuditLog {...list} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

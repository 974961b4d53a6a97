import { Button, Group, Loader, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listAudit } from '../../api/audit.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { strings } from '../../strings.ts';
import { AuditTable } from '../audit/audit-table.tsx';
import type { SettingsSearch } from './settings-search.ts';

const texts = strings.audit;
const pageSize = 50;

interface AuditLogProps {
  search: SettingsSearch;
  onChange: (next: SettingsSearch) => void;
}

export function AuditLog({ search, onChange }: AuditLogProps) {
  const { object, actor, before } = search;
  const query = { object, actor, before, limit: pageSize };
  const { data, error, refetch } = useQuery({
    queryKey: ['audit', query],
    queryFn: ({ signal }) => listAudit(query, signal),
    placeholderData: keepPreviousData,
  });
  const first = { ...search, before: undefined };
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {texts.intro}
      </Text>
      <Group mb="md" align="flex-end">
        <SearchBox
          label={texts.objectLabel}
          placeholder={texts.objectHint}
          value={object ?? ''}
          onSearch={(text) => onChange({ ...first, object: text || undefined })}
        />
        <SearchBox
          label={texts.actorLabel}
          placeholder={texts.actorHint}
          value={actor ?? ''}
          onSearch={(text) => onChange({ ...first, actor: text || undefined })}
        />
      </Group>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data?.items.length === 0 && <EmptyState title={texts.emptyTitle} text={texts.emptyText} />}
      {data !== undefined && data.items.length > 0 && <AuditTable entries={data.items} withObject />}
      <Group justify="flex-end" mt="sm">
        {before !== undefined && (
          <Button variant="default" onClick={() => onChange(first)}>
            {texts.newest}
          </Button>
        )}
        {data?.next !== undefined && (
          <Button variant="default" onClick={() => onChange({ ...search, before: data.next })}>
            {texts.older}
          </Button>
        )}
      </Group>
    </>
  );
}

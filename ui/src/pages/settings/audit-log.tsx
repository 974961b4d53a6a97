import { Button, Group, Loader, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { auditUrl, listAudit } from '../../api/audit.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { ExportLinks } from '../../components/export-links.tsx';
import { rangeOf } from '../../components/range.ts';
import { RangePicker } from '../../components/range-picker.tsx';
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
  const { object, actor, action, before, sort, order, range, from, to } = search;
  const time = range === undefined ? {} : rangeOf({ range, from, to }, new Date());
  const filter = { object, actor, action, sort, order, ...time };
  const { data, error, refetch } = useQuery({
    queryKey: ['audit', filter, before],
    queryFn: ({ signal }) => listAudit({ ...filter, before, limit: pageSize }, signal),
    placeholderData: keepPreviousData,
  });
  const first = { ...search, before: undefined };
  const isNewestFirst = (sort ?? 'time') === 'time' && order !== 'asc';
  return (
    <>
      <Group justify="space-between" align="flex-start" mb="sm">
        <Text c="dimmed" style={{ flex: '1 1 20rem' }}>
          {texts.intro}
        </Text>
        <ExportLinks what={texts.what} fileName="audit" urlOf={(format) => auditUrl(filter, format)} />
      </Group>
      <AuditFilters search={first} onChange={onChange} />
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {data?.items.length === 0 && <EmptyState title={texts.emptyTitle} text={texts.emptyText} />}
      {data !== undefined && data.items.length > 0 && (
        <AuditTable entries={data.items} list={{ search: first, onChange }} />
      )}
      <Group justify="flex-end" mt="sm">
        {before !== undefined && (
          <Button variant="default" onClick={() => onChange(first)}>
            {isNewestFirst ? texts.newest : texts.first}
          </Button>
        )}
        {data?.next !== undefined && (
          <Button variant="default" onClick={() => onChange({ ...search, before: data.next })}>
            {isNewestFirst ? texts.older : strings.common.nextPage}
          </Button>
        )}
      </Group>
    </>
  );
}

/** `search` is that of the first page. */
function AuditFilters({ search, onChange }: AuditLogProps) {
  const boxes = {
    object: [texts.objectLabel, texts.objectHint],
    actor: [texts.actorLabel, texts.actorHint],
    action: [texts.actionLabel, texts.actionHint],
  } as const;
  return (
    <Group mb="md" align="flex-end">
      {(['object', 'actor', 'action'] as const).map((name) => (
        <SearchBox
          key={name}
          label={boxes[name][0]}
          placeholder={boxes[name][1]}
          value={search[name] ?? ''}
          onSearch={(text) => onChange({ ...search, [name]: text || undefined })}
        />
      ))}
      <RangePicker
        search={search}
        onChange={(range) => onChange({ ...search, ...range })}
        none={strings.calls.anyTime}
      />
    </Group>
  );
}

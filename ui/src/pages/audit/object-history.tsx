import { Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { listAudit } from '../../api/audit.ts';
import { ApiError } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { strings } from '../../strings.ts';
import { AuditTable } from './audit-table.tsx';

/** The newest changes of one object, `Kind/namespace/name`. */
export function ObjectHistory({ object }: { object: string }) {
  const { data, error } = useQuery({
    queryKey: ['audit', object],
    queryFn: ({ signal }) => listAudit({ object, limit: 20 }, signal),
  });
  if (error instanceof ApiError && (error.status === 404 || error.status === 503))
    return <Text c="dimmed">{strings.audit.absent}</Text>;
  if (error !== null) return <ErrorNotice error={error} />;
  if (data === undefined) return <Loader aria-label={strings.loading} />;
  // The API finds names that begin so; `laptop` is not `laptop-2`.
  const own = data.items.filter((entry) => entry.object === object);
  if (own.length === 0) return <Text c="dimmed">{strings.audit.none}</Text>;
  return <AuditTable entries={own} />;
}

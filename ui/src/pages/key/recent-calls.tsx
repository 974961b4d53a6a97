import { Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listCalls } from '../../api/calls.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { strings } from '../../strings.ts';
import { CallsTable } from '../calls/calls-table.tsx';

export function RecentCalls({ keyId }: { keyId: string }) {
  const query = { key: keyId, limit: 10 };
  const { data, error } = useQuery({
    queryKey: ['calls', query],
    queryFn: ({ signal }) => listCalls(query, signal),
  });
  if (error !== null) return <ErrorNotice error={error} />;
  if (data === undefined) return <Loader aria-label={strings.loading} />;
  if (data.items.length === 0) return <Text c="dimmed">{strings.keys.page.noCalls}</Text>;
  return (
    <>
      <CallsTable calls={data.items} ofOneUser />
      <Link to="/calls" search={{ key: keyId }} className="link">
        {strings.keys.page.allCalls}
      </Link>
    </>
  );
}

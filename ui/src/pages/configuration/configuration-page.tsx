import { Button, Loader } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listResources, resourceKinds } from '../../api/resources.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { graphOf } from './graph.ts';
import { GraphView } from './graph-view.tsx';
import { PolicyList } from './policy-list.tsx';

const texts = strings.configuration;

export function ConfigurationPage() {
  const found = useQueries({
    queries: resourceKinds.map((kind) => ({
      queryKey: ['resources', kind],
      queryFn: ({ signal }: { signal: AbortSignal }) => listResources(kind, signal),
      refetchInterval: 5_000,
    })),
  });
  const error = found.find((one) => one.error !== null)?.error ?? null;
  const [gateways, routes, backends, policies] = found.map(({ data }) => data);
  const create = (
    <Button renderRoot={(props) => <Link to="/configuration/edit" {...props} />}>{texts.create}</Button>
  );
  const isLoaded = gateways && routes && backends && policies;
  const graph = isLoaded ? graphOf({ gateways, routes, backends, policies }) : undefined;
  const isEmpty =
    graph !== undefined && graph.gateways.length + graph.routes.length + graph.backends.length === 0;
  return (
    <>
      <PageHeader title={texts.title} intro={texts.intro}>
        {create}
      </PageHeader>
      {error !== null && (
        <ErrorNotice error={error} onRetry={() => found.forEach((one) => void one.refetch())} />
      )}
      {graph === undefined && error === null && <Loader aria-label={strings.loading} />}
      {isEmpty && (
        <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
          {create}
        </EmptyState>
      )}
      {graph !== undefined && !isEmpty && <GraphView graph={graph} />}
      {graph !== undefined && graph.detached.length > 0 && (
        <Section title={texts.detached}>
          <PolicyList policies={graph.detached} />
        </Section>
      )}
    </>
  );
}

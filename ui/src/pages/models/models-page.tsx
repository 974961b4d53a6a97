import { Box, Button, Loader } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { listPrices, pricesUrl } from '../../api/prices.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { listPageSize } from '../../components/list-search.ts';
import { PageHeader } from '../../components/page-header.tsx';
import { Pager } from '../../components/pager.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { type ModelsSearch, readModelsSearch } from './models-search.ts';
import { PriceSources } from './price-sources.tsx';
import { PriceTable } from './price-table.tsx';
import { UsedModels } from './used-models.tsx';

const texts = strings.models;

export function ModelsPage() {
  const search = readModelsSearch(useSearch({ from: '/admin/models' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/models' });
  const show = (next: ModelsSearch) => void navigate({ search: next });
  const page = search.page ?? 1;
  const { page: _, ...first } = search;
  const query = { ...first, limit: listPageSize, offset: (page - 1) * listPageSize };
  const { data, error, refetch } = useQuery({
    queryKey: ['prices', query],
    queryFn: ({ signal }) => listPrices(query, signal),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHeader title={texts.title} intro={texts.intro}>
        <Button component="a" variant="default" href={pricesUrl(first)} title={texts.csvHint} download>
          {texts.csv}
        </Button>
      </PageHeader>
      <Section title={texts.used}>
        <UsedModels />
      </Section>
      <Section title={texts.table}>
        {data !== undefined && <PriceSources sources={data.sources} />}
        <Box my="sm">
          <SearchBox
            label={texts.searchLabel}
            placeholder={texts.searchHint}
            value={search.search ?? ''}
            onSearch={(text) => show({ ...first, search: text === '' ? undefined : text })}
          />
        </Box>
        {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && <Loader aria-label={strings.loading} />}
        {data?.items.length === 0 && <EmptyState title={texts.emptyTitle} text={texts.emptyText} />}
        {data !== undefined && data.items.length > 0 && (
          <PriceTable prices={data.items} search={search} onChange={show} />
        )}
        <Pager
          page={page}
          pageSize={listPageSize}
          total={data?.total ?? 0}
          onPage={(next) => show({ ...search, page: next })}
        />
      </Section>
    </>
  );
}

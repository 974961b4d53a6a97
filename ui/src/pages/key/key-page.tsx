import { Button, Grid, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { getKey } from '../../api/keys.ts';
import type { Key } from '../../api/types.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { ObjectHistory } from '../audit/object-history.tsx';
import { DeleteKeyDialog } from '../keys/delete-key-dialog.tsx';
import { RotateKeyDialog } from '../keys/rotate-key-dialog.tsx';
import { useToggleKey } from '../keys/use-toggle-key.ts';
import { EditKeyDrawer } from './edit-key-drawer.tsx';
import { KeyBudgets } from './key-budgets.tsx';
import { KeyFacts } from './key-facts.tsx';
import { KeyUsage } from './key-usage.tsx';
import { RecentCalls } from './recent-calls.tsx';

export function KeyPage() {
  const place = useParams({ from: '/admin/keys/$namespace/$name' });
  const { data, error, refetch } = useQuery({
    queryKey: ['keys', 'one', place.namespace, place.name],
    queryFn: ({ signal }) => getKey(place, signal),
  });
  return (
    <>
      <Link to="/keys" className="link">
        ← {strings.keys.page.back}
      </Link>
      <PageHeader title={place.name} intro={sourceText(data)}>
        {data?.status === 'active' && <TryIt item={data} />}
        {data?.editable && <KeyActions item={data} />}
      </PageHeader>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined ? (
        error === null && <Loader aria-label={strings.loading} />
      ) : (
        <Grid>
          <Grid.Col span={{ base: 12, lg: 4 }}>
            <Section title={strings.keys.page.facts}>
              <KeyFacts item={data} />
            </Section>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 8 }}>
            <Section title={strings.keys.page.usage}>
              <KeyUsage item={data} />
            </Section>
            <Section title={strings.keys.page.budgets}>
              <KeyBudgets item={data} />
            </Section>
            <Section title={strings.keys.page.recent}>
              <RecentCalls keyId={data.id} />
            </Section>
            {data.source === 'VirtualKey' && (
              <Section title={strings.audit.history}>
                <ObjectHistory object={data.id} />
              </Section>
            )}
          </Grid.Col>
        </Grid>
      )}
    </>
  );
}

const sourceText = (key: Key | undefined) =>
  key === undefined || key.source === 'VirtualKey' ? undefined : strings.keys.sourceText(key.source);

/** A pattern of models is none to ask for. */
function TryIt({ item: { id, allowedModels } }: { item: Key }) {
  const model = allowedModels.find((name) => !name.includes('*'));
  return (
    <Button
      variant="default"
      renderRoot={(props) => <Link to="/playground" search={{ key: id, model }} {...props} />}
    >
      {strings.keys.page.playground}
    </Button>
  );
}

function KeyActions({ item }: { item: Key }) {
  const [dialog, setDialog] = useState<'edit' | 'rotate' | 'delete'>();
  const toggle = useToggleKey(item);
  const navigate = useNavigate();
  const close = () => setDialog(undefined);
  return (
    <>
      <Button variant="default" onClick={() => setDialog('edit')}>
        {strings.keys.editing.action}
      </Button>
      <Button variant="default" onClick={() => setDialog('rotate')}>
        {strings.keys.rotate}
      </Button>
      <Button variant="default" loading={toggle.isPending} onClick={() => toggle.mutate()}>
        {item.status === 'disabled' ? strings.keys.enable : strings.keys.disable}
      </Button>
      <Button variant="outline" color="red" onClick={() => setDialog('delete')}>
        {strings.keys.delete}
      </Button>
      <EditKeyDrawer item={item} opened={dialog === 'edit'} onClose={close} />
      <RotateKeyDialog item={item} opened={dialog === 'rotate'} onClose={close} />
      <DeleteKeyDialog
        item={item}
        opened={dialog === 'delete'}
        onClose={close}
        onDeleted={() => void navigate({ to: '/keys' })}
      />
    </>
  );
}

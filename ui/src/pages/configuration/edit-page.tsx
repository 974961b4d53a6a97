import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useBlocker, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ApiError } from '../../api/client.ts';
import {
  type ApplyResult,
  applyYaml,
  getResourceText,
  listSchemas,
  type ResourcePlace,
} from '../../api/resources.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { strings } from '../../strings.ts';
import { ApplyResults } from './apply-results.tsx';
import { DeleteObjectDialog } from './delete-object-dialog.tsx';
import { type EditSearch, readEditSearch } from './edit-search.ts';
import type { EditorFault } from './yaml-editor.tsx';

const texts = strings.configuration.edit;
const YamlEditor = lazy(() => import('./yaml-editor.tsx').then((part) => ({ default: part.YamlEditor })));

export function EditPage() {
  const search = readEditSearch(useSearch({ from: '/admin/configuration/edit' }) as Record<string, unknown>);
  const place = placeOf(search);
  const { data, error, refetch } = useQuery({
    queryKey: ['resources', 'text', place],
    queryFn: ({ signal }) => getResourceText(place!, signal),
    enabled: place !== undefined,
    // What is being edited must not change below its writer.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <>
      <Link to="/configuration" className="link">
        ← {texts.back}
      </Link>
      <PageHeader title={place === undefined ? texts.newTitle : place.name} intro={texts.intro}>
        {place !== undefined && data !== undefined && <DeleteButton place={place} />}
      </PageHeader>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {place !== undefined && data === undefined && error === null && <Loader aria-label={strings.loading} />}
      {(place === undefined || data !== undefined) && (
        <Editing key={JSON.stringify(place)} begin={data?.yaml ?? ''} />
      )}
    </>
  );
}

function DeleteButton({ place }: { place: ResourcePlace }) {
  const [opened, { open, close }] = useDisclosure(false);
  const navigate = useNavigate();
  return (
    <>
      <Button color="red" variant="outline" onClick={open}>
        {strings.configuration.remove.open}
      </Button>
      <DeleteObjectDialog
        place={place}
        opened={opened}
        onClose={close}
        // What was typed about it is worth nothing then.
        onDeleted={() => void navigate({ to: '/configuration', ignoreBlocker: true })}
      />
    </>
  );
}

const placeOf = ({ kind, namespace, name }: EditSearch): ResourcePlace | undefined =>
  kind === undefined || namespace === undefined || name === undefined ? undefined : { kind, namespace, name };

interface Checked {
  yaml: string;
  applied: boolean;
  results: ApplyResult[];
}

const idOf = ({ kind, namespace, name }: ApplyResult) => [kind, namespace, name].filter(Boolean).join('/');

function Editing({ begin }: { begin: string }) {
  const [text, setText] = useState(begin);
  const [saved, setSaved] = useState(begin);
  const queryClient = useQueryClient();
  const schemas = useQuery({
    queryKey: ['resource-schemas'],
    queryFn: ({ signal }) => listSchemas(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const check = useMutation({
    mutationFn: async (yaml: string): Promise<Checked> => ({
      yaml,
      ...(await applyYaml({ yaml, dryRun: true })),
    }),
  });
  const apply = useMutation({
    mutationFn: async ({ yaml, results }: Checked): Promise<Checked> => {
      // What was looked at is what is replaced: a change in between is refused.
      const expect = Object.fromEntries(results.map((result) => [idOf(result), result.version ?? '']));
      return { yaml, ...(await applyYaml({ yaml, dryRun: false, expect })) };
    },
    onSuccess: ({ yaml, applied }) => {
      if (!applied) return;
      setSaved(yaml);
      check.reset();
      notifications.show({ message: texts.applied });
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] !== 'text' });
    },
  });
  useBlocker({
    shouldBlockFn: () => text !== saved && !window.confirm(texts.unsaved),
    enableBeforeUnload: () => text !== saved,
  });
  const refused = apply.data !== undefined && !apply.data.applied ? apply.data : undefined;
  const shown = refused ?? check.data;
  const fresh = check.data !== undefined && check.data.yaml === text && refused === undefined;
  const changes = fresh && check.data.results.some(({ action }) => action !== 'unchanged');
  const isFine = fresh && check.data.results.every(({ action }) => action !== 'refused');
  const begun = () => {
    apply.reset();
    check.mutate(text);
  };
  return (
    <Stack>
      <Suspense fallback={<Text>{texts.loadingEditor}</Text>}>
        <YamlEditor
          text={text}
          onText={setText}
          kinds={schemas.data ?? []}
          fault={faultOf(check.error, check.variables === text)}
        />
      </Suspense>
      <Text size="xs" c="dimmed">
        {texts.hint}
      </Text>
      {check.error !== null && <ErrorNotice error={check.error} title={texts.failed} />}
      {apply.error !== null && <ErrorNotice error={apply.error} />}
      {shown !== undefined && shown.yaml !== text && <Alert color="orange">{texts.stale}</Alert>}
      {refused !== undefined && <Alert color="red">{texts.refused}</Alert>}
      {fresh && isFine && !changes && <Text role="status">{texts.nothing}</Text>}
      {shown !== undefined && <ApplyResults results={shown.results} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={begun} loading={check.isPending} disabled={text.trim() === ''}>
          {texts.check}
        </Button>
        <Button
          disabled={!isFine || !changes}
          loading={apply.isPending}
          onClick={() => check.data !== undefined && apply.mutate(check.data)}
        >
          {texts.apply}
        </Button>
      </Group>
    </Stack>
  );
}

/** `line 3: …`, while the text is the one that was checked. */
function faultOf(error: unknown, isSame: boolean): EditorFault | undefined {
  if (!(error instanceof ApiError) || !isSame) return undefined;
  const found = /^line (\d+): (.*)$/s.exec(error.message);
  return found === null ? undefined : { line: Number(found[1]), message: found[2]! };
}

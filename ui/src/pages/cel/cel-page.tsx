import { Button, Grid, Group, Loader, Stack, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { evaluateCel, getCallVariables } from '../../api/cel.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Section } from '../../components/section.tsx';
import { strings } from '../../strings.ts';
import { CallPicker, Missing } from './call-picker.tsx';
import { type CelSearch, readCelSearch } from './cel-search.ts';
import { Reference } from './reference.tsx';
import { Result } from './result.tsx';

const texts = strings.cel;

/** Of no call: what a small one would have. */
const sample = {
  request: { method: 'POST', host: 'localhost', path: '/v1/chat/completions', headers: {} },
  source: { address: '127.0.0.1', port: 4711 },
  apiKey: { user_id: 'mike' },
  llm: { streaming: true, requestModel: 'claude-sonnet-5', inputTokens: 40, outputTokens: 80 },
};

export function CelPage() {
  const search = readCelSearch(useSearch({ from: '/admin/cel' }) as Record<string, unknown>);
  const navigate = useNavigate({ from: '/cel' });
  const show = (change: CelSearch) => void navigate({ search: { ...search, ...change }, replace: true });
  const { data, error } = useQuery({
    queryKey: ['cel', 'variables', search.call],
    queryFn: ({ signal }) => getCallVariables(search.call!, signal),
    enabled: search.call !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const begin = search.call === undefined ? sample : data?.variables;
  return (
    <>
      <PageHeader title={texts.title} intro={texts.intro} />
      <Stack mb="md">
        <CallPicker id={search.call} onPick={(call) => show({ call })} />
        {error !== null && <ErrorNotice error={error} />}
        {data !== undefined && search.call !== undefined && <Missing missing={data.missing} />}
      </Stack>
      {begin === undefined && error === null && <Loader aria-label={strings.loading} />}
      {begin !== undefined && (
        <Trying
          key={search.call ?? ''}
          begin={begin}
          expression={search.expression ?? ''}
          onExpression={(expression) => show({ expression })}
        />
      )}
      <Reference />
    </>
  );
}

interface TryingProps {
  begin: object;
  expression: string;
  onExpression: (expression: string) => void;
}

function Trying({ begin, expression, onExpression }: TryingProps) {
  const [written, setWritten] = useState(expression);
  const [json, setJson] = useState(() => JSON.stringify(begin, undefined, 2));
  const read = readVariables(json);
  const { mutate, data, error, isPending, variables } = useMutation({
    mutationFn: (source: string) => evaluateCel(source, read.value ?? {}),
  });
  const run = (source: string) => {
    if (read.value === undefined || source.trim() === '') return;
    onExpression(source);
    mutate(source);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run(written);
  };
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 6 }}>
        <Section title={texts.expression}>
          <Stack>
            <Textarea
              label={texts.expression}
              description={texts.expressionHint}
              autosize
              minRows={3}
              maxRows={12}
              spellCheck={false}
              classNames={{ input: 'code' }}
              maxLength={16_384}
              value={written}
              onChange={(event) => setWritten(event.currentTarget.value)}
              onKeyDown={onKeyDown}
            />
            <Group justify="flex-end">
              <Button
                onClick={() => run(written)}
                loading={isPending}
                disabled={written.trim() === '' || read.value === undefined}
              >
                {texts.evaluate}
              </Button>
            </Group>
          </Stack>
        </Section>
        <Section title={texts.result}>
          {error !== null && <ErrorNotice error={error} />}
          <Result
            inspection={data}
            expression={variables ?? ''}
            onExample={(example) => {
              setWritten(example);
              run(example);
            }}
          />
        </Section>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 6 }}>
        <Section title={texts.seen}>
          <Textarea
            label={texts.variables}
            description={texts.variablesHint}
            autosize
            minRows={12}
            maxRows={28}
            spellCheck={false}
            classNames={{ input: 'code' }}
            value={json}
            onChange={(event) => setJson(event.currentTarget.value)}
            error={read.fault}
          />
        </Section>
      </Grid.Col>
    </Grid>
  );
}

function readVariables(json: string): { value?: object; fault?: string } {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value };
    return { fault: texts.notObject };
  } catch (error) {
    return { fault: texts.notJson(error instanceof Error ? error.message : String(error)) };
  }
}

import { Paper, Tabs } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link, useBlocker, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { strings } from '../../strings.ts';
import { checkKey, emptyKey, type KeyFormValues } from '../keys/key-form.ts';
import { CountSource } from './count-source.tsx';
import { CsvSource } from './csv-source.tsx';
import { ImportDone } from './import-done.tsx';
import { ImportPreview } from './import-preview.tsx';
import type { ImportedKey } from './key-rows.ts';
import { useImport } from './use-import.ts';

const texts = strings.keyImport;

export function ImportPage() {
  const [text, setText] = useState('');
  const form = useForm<KeyFormValues>({
    initialValues: emptyKey,
    validate: (values) => checkKey(values, Date.now()),
  });
  const navigate = useNavigate();
  const { checked, made, check, create, begin } = useImport();
  const [sent, setSent] = useState<ImportedKey[]>([]);
  const hasValues = made.some(({ value }) => value !== undefined);
  useBlocker({
    shouldBlockFn: () => hasValues && !window.confirm(texts.leave),
    enableBeforeUnload: () => hasValues,
  });
  const finish = () => {
    begin();
    // After the values are gone from the page, so that nothing asks about them.
    setTimeout(() => void navigate({ to: '/keys' }));
  };
  const source = { busy: check.isPending, onCheck: (rows: ImportedKey[]) => check.mutate(rows) };
  const isDone = made.length > 0 && !create.isPending;
  return (
    <>
      <Link to="/keys" className="link">
        ← {texts.back}
      </Link>
      <PageHeader title={texts.title} intro={texts.intro} />
      <Paper withBorder p="md">
        {isDone && <ImportDone rows={sent} outcomes={made} error={create.error} onFinish={finish} />}
        {!isDone && checked !== undefined && (
          <ImportPreview
            checked={checked}
            busy={create.isPending}
            error={create.error}
            onCreate={(rows) => {
              setSent(rows);
              create.mutate(rows);
            }}
            onBack={begin}
          />
        )}
        {!isDone && checked === undefined && (
          <Tabs defaultValue="csv">
            <Tabs.List mb="md">
              <Tabs.Tab value="csv">{texts.tabs.csv}</Tabs.Tab>
              <Tabs.Tab value="count">{texts.tabs.count}</Tabs.Tab>
            </Tabs.List>
            {check.error !== null && <ErrorNotice error={check.error} />}
            <Tabs.Panel value="csv">
              <CsvSource text={text} onText={setText} {...source} />
            </Tabs.Panel>
            <Tabs.Panel value="count">
              <CountSource form={form} {...source} />
            </Tabs.Panel>
          </Tabs>
        )}
      </Paper>
    </>
  );
}

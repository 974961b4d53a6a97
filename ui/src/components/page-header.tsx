import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { strings } from '../strings.ts';

interface PageHeaderProps {
  title: string;
  intro?: ReactNode;
  children?: ReactNode;
}

/** Title (of the browser's tab too), one sentence, and the page's actions at its end. */
export function PageHeader({ title, intro, children }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · ${strings.product}`.slice(0, 200);
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" mb="md">
      <Stack gap={4} style={{ flex: '1 1 16rem' }}>
        <Title order={1} className="break" lineClamp={3}>
          {title}
        </Title>
        {intro !== undefined && (
          <Text c="dimmed" size="sm">
            {intro}
          </Text>
        )}
      </Stack>
      <Group className="no-print">{children}</Group>
    </Group>
  );
}

import { Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  title: string;
  text: string;
  children?: ReactNode;
  /** 1 where it is all of the page. */
  order?: 1 | 2;
}

/** Says why there is nothing and what to do about it. */
export function EmptyState({ title, text, children, order = 2 }: EmptyStateProps) {
  return (
    <Center py={64}>
      <Stack align="center" maw={480} ta="center">
        <Title order={order}>{title}</Title>
        <Text c="dimmed" className="break">
          {text}
        </Text>
        {children}
      </Stack>
    </Center>
  );
}

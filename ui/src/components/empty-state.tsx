import { Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  title: string;
  text: string;
  children?: ReactNode;
}

/** Says why there is nothing and what to do about it. */
export function EmptyState({ title, text, children }: EmptyStateProps) {
  return (
    <Center py={64}>
      <Stack align="center" maw={480} ta="center">
        <Title order={2}>{title}</Title>
        <Text c="dimmed" className="break">
          {text}
        </Text>
        {children}
      </Stack>
    </Center>
  );
}

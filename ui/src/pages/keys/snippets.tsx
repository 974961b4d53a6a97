import { Code, SimpleGrid, Stack, Tabs, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { findListener } from '../../api/gateways.ts';
import { session } from '../../api/session-state.ts';
import { useStore } from '../../api/store.ts';
import { CopyText } from '../../components/copy-field.tsx';
import { strings } from '../../strings.ts';
import { snippets } from './snippet-texts.ts';

/** The gateway's traffic port is not the console's: 8080 unless the Gateway says otherwise, which holders may not ask. */
function useGatewayAddress(): string {
  const isAdmin = useStore(session)?.role === 'admin';
  const { data } = useQuery({
    queryKey: ['gateways'],
    queryFn: ({ signal }) => findListener(signal),
    enabled: isAdmin,
  });
  return `${data?.scheme ?? 'http'}://${window.location.hostname}:${data?.port ?? 8080}`;
}

export function Snippets({ value, models }: { value: string; models: string[] }) {
  const usual = useGatewayAddress();
  const [typed, setTyped] = useState<string>();
  const address = typed ?? usual;
  const [model, setModel] = useState(models.find((name) => !name.includes('*')) ?? 'claude-sonnet-5');
  const texts = snippets({ value, address: address.replace(/\/+$/, ''), model });
  return (
    <Stack gap="sm">
      <Title order={2}>{strings.keys.issued.snippets}</Title>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={strings.keys.issued.address}
          value={address}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <TextInput
          label={strings.keys.issued.model}
          value={model}
          onChange={(event) => setModel(event.currentTarget.value)}
        />
      </SimpleGrid>
      <Tabs defaultValue={texts[0]?.name}>
        <Tabs.List>
          {texts.map(({ name }) => (
            <Tabs.Tab key={name} value={name}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {texts.map(({ name, text }) => (
          <Tabs.Panel key={name} value={name} pt="sm">
            <Code block tabIndex={0} mb="xs">
              {text}
            </Code>
            <CopyText value={text} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}

import { Code, Group, Stack, Tabs, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { CopyText } from '../../components/copy-field.tsx';
import { strings } from '../../strings.ts';
import { snippets } from './snippet-texts.ts';

/** The gateway's traffic port is not the console's: 8080 unless the Gateway says otherwise. */
const usualAddress = () => `${window.location.protocol}//${window.location.hostname}:8080`;

export function Snippets({ value, models }: { value: string; models: string[] }) {
  const [address, setAddress] = useState(usualAddress);
  const [model, setModel] = useState(models.find((name) => !name.includes('*')) ?? 'claude-sonnet-5');
  const texts = snippets({ value, address: address.replace(/\/+$/, ''), model });
  return (
    <Stack gap="sm">
      <Title order={2}>{strings.keys.issued.snippets}</Title>
      <Group grow>
        <TextInput
          label={strings.keys.issued.address}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <TextInput
          label={strings.keys.issued.model}
          value={model}
          onChange={(event) => setModel(event.currentTarget.value)}
        />
      </Group>
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

import { Button, CopyButton, Group, TextInput } from '@mantine/core';
import { strings } from '../strings.ts';

/** A value to take along. Stays selectable where the browser refuses to copy (a page without TLS). */
export function CopyField({ label, value }: { label: string; value: string }) {
  return (
    <Group align="flex-end" wrap="nowrap">
      <TextInput
        label={label}
        description={navigator.clipboard === undefined ? strings.keys.issued.select : undefined}
        value={value}
        readOnly
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        onFocus={(event) => event.currentTarget.select()}
        style={{ flex: 1 }}
      />
      <CopyText value={value} />
    </Group>
  );
}

export function CopyText({ value }: { value: string }) {
  if (navigator.clipboard === undefined) return null;
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button variant="light" onClick={copy} aria-live="polite">
          {copied ? strings.common.copied : strings.common.copy}
        </Button>
      )}
    </CopyButton>
  );
}

import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import type { Inspection } from '../../api/cel.ts';
import { strings } from '../../strings.ts';

const texts = strings.cel;

interface ResultProps {
  inspection: Inspection | undefined;
  /** That was evaluated. */
  expression: string;
  onExample: (expression: string) => void;
}

export function Result({ inspection, expression, onExample }: ResultProps) {
  if (inspection === undefined) return <Examples onExample={onExample} />;
  return (
    <div role="status">
      {inspection.ok ? (
        <Stack gap="xs">
          <Text size="sm" c="dimmed">
            {texts.type(inspection.type)}
          </Text>
          <Code block className="code-wrap">
            {JSON.stringify(inspection.value, undefined, 2)}
          </Code>
        </Stack>
      ) : (
        <Fault inspection={inspection} expression={expression} />
      )}
    </div>
  );
}

interface FaultProps {
  inspection: Exclude<Inspection, { ok: true }>;
  expression: string;
}

function Fault({ inspection: { phase, error, line, column }, expression }: FaultProps) {
  const source = line === undefined ? undefined : expression.split('\n')[line - 1];
  return (
    <Alert color="red" className="break">
      <Text fw={700} size="sm">
        {texts.phases[phase]}
      </Text>
      <Text size="sm">{error}</Text>
      {source !== undefined && line !== undefined && column !== undefined && (
        <>
          <Text size="sm">{texts.place(line, column)}</Text>
          <Code block mt="xs" aria-hidden tabIndex={-1}>
            {`${source}\n${' '.repeat(column - 1)}^`}
          </Code>
        </>
      )}
    </Alert>
  );
}

function Examples({ onExample }: Pick<ResultProps, 'onExample'>) {
  return (
    <Stack gap="xs">
      <Text c="dimmed">{texts.nothingYet}</Text>
      <Group gap="xs">
        {texts.examples.map((example) => (
          <Button
            key={example}
            variant="default"
            size="compact-sm"
            maw="100%"
            ff="monospace"
            onClick={() => onExample(example)}
          >
            {example}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}

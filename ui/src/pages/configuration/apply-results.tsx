import { Paper, Text, Title } from '@mantine/core';
import type { ApplyResult } from '../../api/resources.ts';
import { strings } from '../../strings.ts';

const texts = strings.configuration.edit;

/** What each object would become, with what differs. */
export function ApplyResults({ results }: { results: ApplyResult[] }) {
  return (
    <section aria-label={texts.results} role="status">
      {results.map((result, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same object may be there twice.
        <Paper key={index} withBorder p="sm" mb="sm">
          <Title order={2} fz="sm" className="break">
            {result.kind} {result.namespace === undefined ? '' : `${result.namespace}/`}
            {result.name} {texts.action[result.action]}
          </Title>
          {result.error !== undefined && (
            <Text
              size="sm"
              c="var(--mantine-color-error)"
              className="break"
              style={{ whiteSpace: 'pre-line' }}
            >
              {result.error}
            </Text>
          )}
          {result.diff !== undefined && <Difference diff={result.diff} name={result.name} />}
        </Paper>
      ))}
    </section>
  );
}

const classes: Record<string, string> = { '+': 'diff-added', '-': 'diff-removed' };

function Difference({ diff, name }: { diff: string; name: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled with the arrow keys.
    <section className="diff" tabIndex={0} aria-label={texts.difference(name)}>
      {diff
        .trimEnd()
        .split('\n')
        .map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines may be the same.
          <div key={index} className={classes[line[0] ?? '']}>
            {line}
          </div>
        ))}
    </section>
  );
}

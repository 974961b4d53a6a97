import { Alert, Text } from '@mantine/core';
import type { PriceSource } from '../../api/prices.ts';
import { formatCount, formatMoment } from '../../components/format.ts';
import { strings } from '../../strings.ts';

const texts = strings.models;

/** Where prices come from, of when, and what is wrong there. */
export function PriceSources({ sources }: { sources: PriceSource[] }) {
  return (
    <>
      {sources.map(({ name, version, loadedAt, models }) => (
        <Text key={name} size="sm" c="dimmed" className="break">
          {texts.sourceOf(name, version, formatCount(models), formatMoment(loadedAt))}
        </Text>
      ))}
      {sources.map(({ name, error }) =>
        error === undefined ? null : (
          <Alert key={name} color="red" title={texts.sourceFailed(name)} mt="xs">
            {texts.sourceError(error)}
          </Alert>
        ),
      )}
    </>
  );
}

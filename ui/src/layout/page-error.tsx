import { Button } from '@mantine/core';
import { EmptyState } from '../components/empty-state.tsx';
import { explain } from '../components/explain.ts';
import { strings } from '../strings.ts';

/** Also when a lazy part cannot be loaded: after an upgrade of the gateway its name is another one. */
export function PageError({ error }: { error: unknown }) {
  return (
    <EmptyState order={1} title={strings.errors.page} text={explain(error)}>
      <Button onClick={() => window.location.reload()}>{strings.errors.retry}</Button>
    </EmptyState>
  );
}

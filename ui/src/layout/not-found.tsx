import { Link } from '@tanstack/react-router';
import { EmptyState } from '../components/empty-state.tsx';
import { strings } from '../strings.ts';

export function NotFound() {
  return (
    <EmptyState order={1} title={strings.errors.notFoundTitle} text={strings.errors.notFoundText}>
      <Link to="/">{strings.errors.toStart}</Link>
    </EmptyState>
  );
}

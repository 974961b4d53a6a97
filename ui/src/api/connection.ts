/** Whether the API answers at all. */
import { createStore } from './store.ts';

export const isReachable = createStore(true);

export const connection = {
  lost: () => isReachable.set(false),
  restored: () => isReachable.set(true),
};

/** Any answer, whatever its status, means that the API is back. */
export async function probe(): Promise<void> {
  try {
    await fetch('/api/v1/session', { credentials: 'same-origin', cache: 'no-store' });
    connection.restored();
  } catch {
    connection.lost();
  }
}

import { Alert } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { isReachable, probe } from '../api/connection.ts';
import { useStore } from '../api/store.ts';
import { strings } from '../strings.ts';

const probeEveryMs = 2_000;

/** Says that the API is gone, keeps asking, and loads everything afresh once it is back. */
export function ConnectionBanner() {
  const reachable = useStore(isReachable);
  const wasLost = useRef(false);
  const queryClient = useQueryClient();

  useEffect(() => {
    if (reachable) {
      if (wasLost.current) void queryClient.invalidateQueries();
      wasLost.current = false;
      return undefined;
    }
    wasLost.current = true;
    const timer = setInterval(() => void probe(), probeEveryMs);
    return () => clearInterval(timer);
  }, [reachable, queryClient]);

  if (reachable) return null;
  return (
    <Alert color="red" variant="filled" radius={0} role="alert" pos="sticky" top={0} style={{ zIndex: 500 }}>
      {strings.connection.lost}
    </Alert>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { session } from '../../api/session-state.ts';
import { useStore } from '../../api/store.ts';
import type { Call } from '../../api/types.ts';
import { type CallFilter, matches } from './matches.ts';

const most = 200;

/** Calls that end from now on and match, newest first. */
export function useLiveCalls(isOn: boolean, filter: CallFilter): { calls: Call[]; lost: boolean } {
  const [calls, setCalls] = useState<Call[]>([]);
  const [lost, setLost] = useState(false);
  const csrf = useStore(session)?.csrf;
  const queryClient = useQueryClient();
  const wanted = JSON.stringify(filter);

  // A new session needs a new stream: the browser gives one up for good that was answered with 401.
  // biome-ignore lint/correctness/useExhaustiveDependencies: csrf stands for the session.
  useEffect(() => {
    setCalls([]);
    setLost(false);
    if (!isOn) return undefined;
    const source = new EventSource('/api/v1/calls/tail');
    source.onopen = () => setLost(false);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      const call = JSON.parse(data) as Call;
      if (!matches(call, JSON.parse(wanted) as CallFilter)) return;
      setCalls((before) => [call, ...before.filter(({ id }) => id !== call.id)].slice(0, most));
    };
    source.onerror = () => {
      setLost(true);
      // Asks for what was missed; and for a new login, if that is what ended the stream.
      void queryClient.invalidateQueries({ queryKey: ['calls'] });
    };
    return () => source.close();
  }, [isOn, wanted, csrf, queryClient]);

  return { calls, lost };
}

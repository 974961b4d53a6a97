import { useEffect, useReducer, useRef } from 'react';
import { type ChatEvent, type ChatInput, chat, type Decided } from '../../api/playground.ts';
import { explain } from '../../components/explain.ts';
import { strings } from '../../strings.ts';

/** One message and what came of it. */
export interface Turn {
  question: string;
  answer: string;
  thinking: string;
  state: 'waiting' | 'done' | 'stopped';
  status?: number;
  /** Why it was not served, or not to the end. */
  refused?: string;
  failed?: string;
  finish?: string;
  decided?: Decided;
}

type Step =
  | { type: 'ask'; question: string }
  | { type: 'event'; event: ChatEvent }
  | { type: 'fail'; message: string }
  | { type: 'end'; state: 'done' | 'stopped' }
  | { type: 'clear' };

const texts = strings.playground;

export interface Conversation {
  turns: Turn[];
  busy: boolean;
  ask(question: string, input: Omit<ChatInput, 'messages'>): void;
  stop(): void;
  clear(): void;
}

/** Breaks off when the page is left. */
export function useChat(): Conversation {
  const [turns, step] = useReducer(reduce, []);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  async function run(question: string, input: Omit<ChatInput, 'messages'>): Promise<void> {
    const abort = new AbortController();
    running.current = abort;
    step({ type: 'ask', question });
    const messages = [...messagesOf(turns), { role: 'user' as const, content: question }];
    try {
      await chat({ ...input, messages }, (event) => step({ type: 'event', event }), abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) step({ type: 'fail', message: explain(error) });
    }
    step({ type: 'end', state: abort.signal.aborted ? 'stopped' : 'done' });
  }

  return {
    turns,
    busy: turns.at(-1)?.state === 'waiting',
    ask: (question, input) => void run(question, input),
    stop: () => running.current?.abort(),
    clear: () => step({ type: 'clear' }),
  };
}

/** What was refused or said nothing is not told to the model again. */
const messagesOf = (turns: readonly Turn[]) =>
  turns.flatMap(({ question, answer }) =>
    answer === ''
      ? []
      : [
          { role: 'user' as const, content: question },
          { role: 'assistant' as const, content: answer },
        ],
  );

function reduce(turns: Turn[], step: Step): Turn[] {
  if (step.type === 'clear') return [];
  if (step.type === 'ask')
    return [...turns, { question: step.question, answer: '', thinking: '', state: 'waiting' }];
  const last = turns.at(-1);
  if (last === undefined) return turns;
  return [...turns.slice(0, -1), changed(last, step)];
}

function changed(turn: Turn, step: Exclude<Step, { type: 'clear' | 'ask' }>): Turn {
  if (step.type === 'fail') return { ...turn, failed: step.message };
  if (step.type === 'end') return { ...turn, state: step.state };
  const { event, data } = step.event;
  if (event === 'head') return { ...turn, status: data.status };
  if (event === 'text') return { ...turn, answer: turn.answer + data.text };
  if (event === 'thinking') return { ...turn, thinking: turn.thinking + data.text };
  if (event === 'finish') return { ...turn, finish: texts.reasons[data.reason] };
  if (event === 'refused') return { ...turn, refused: data.message, status: data.status };
  if (event === 'failed') return { ...turn, failed: data.message };
  if (event === 'call') return { ...turn, decided: data };
  return turn;
}

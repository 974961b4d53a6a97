/** One line on standard error that follows long work; nothing at all where no terminal shows it. */
import type { Terminal } from '../terminal.ts';

export interface Progress {
  at(done: number): void;
  end(): void;
}

const barWidth = 30;

export function startProgress(terminal: Terminal, title: string, total: number): Progress {
  if (!terminal.progress || total === 0) return { at: () => undefined, end: () => undefined };
  const draw = (done: number) => {
    const full = Math.round((done / total) * barWidth);
    const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
    terminal.err(`\r${title} ${bar} ${done}/${total}`);
  };
  draw(0);
  return { at: draw, end: () => terminal.err('\r\u001b[K') };
}

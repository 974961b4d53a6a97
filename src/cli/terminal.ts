/** Where a command writes to, and what that place can show. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Standard output is a terminal, and NO_COLOR is not set. */
  colour: boolean;
  /** Standard error is a terminal: progress may be drawn there. */
  progress: boolean;
  /** Somebody can be asked. */
  interactive: boolean;
}

export function processTerminal(process: NodeJS.Process): Terminal {
  // `tollgate logs | head` closes the pipe: that is an end, not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const { stdin, stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    colour: stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    progress: stderr.isTTY === true,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
  };
}

/** What the commands are given by `runCli`. */
export interface Cli {
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
}

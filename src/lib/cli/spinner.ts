import ora from 'ora';

/** A line on stderr that shows that something is under way. */
export type Spinner = {succeed(text: string): unknown; stop(): unknown};

/** Starts a spinner on stderr. It leaves standard input alone: Ctrl-C stays a signal. */
export function startSpinner(text: string, {hideCursor = true}: {hideCursor?: boolean} = {}): Spinner {
  return ora({text, stream: process.stderr, discardStdin: false, hideCursor}).start();
}

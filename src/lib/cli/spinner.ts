import ora from 'ora';

/** An animated line on stderr while work runs. */
export type Spinner = {text: string; succeed(text: string): unknown; stop(): unknown};

/** Starts a spinner on stderr. It does not read standard input, so that Ctrl-C stays a signal. */
export function startSpinner(text: string, {hideCursor = true}: {hideCursor?: boolean} = {}): Spinner {
  return ora({text, stream: process.stderr, discardStdin: false, hideCursor}).start();
}

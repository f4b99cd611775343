import {confirm, password} from '@inquirer/prompts';
import {AosError, errorText} from '../errors.ts';

/** The person's terminal: keys come in here, questions are drawn there. */
export type PromptIo = {
  readonly input: NodeJS.ReadableStream;
  /** Never stdout, which carries results only. */
  readonly output: NodeJS.WritableStream;
};

const terminal = (): PromptIo => ({input: process.stdin, output: process.stderr});

/**
 * Asks for a secret; stars are shown for what is typed. Ask only where a person is: both streams are terminals.
 * @throws AosError INTERRUPTED (Ctrl-C) | USAGE (the input was closed)
 */
export function askSecret(message: string, io: PromptIo = terminal()): Promise<string> {
  return ask(message, io, (context) => password({message, mask: '*', toggleMask: false}, context));
}

/**
 * Asks yes or no; Enter alone is no.
 * @throws AosError INTERRUPTED (Ctrl-C) | USAGE (the input was closed)
 */
export function askConfirm(message: string, io: PromptIo = terminal()): Promise<boolean> {
  return ask(message, io, (context) => confirm({message, default: false}, context));
}

type Context = PromptIo & {signal: AbortSignal};

/**
 * inquirer waits for ever when its input ends or Ctrl-D closes it; both are seen here. After Ctrl-Z and fg the input is
 * left paused, as after Ctrl-D, and nothing is drawn: it goes on then, and says so.
 */
async function ask<T>(
  message: string,
  {input, output}: PromptIo,
  prompt: (context: Context) => Promise<T>,
): Promise<T> {
  const closed = new AbortController();
  let [settled, isCtrlD] = [false, false];
  const close = (): void => closed.abort();
  const onKey = (_text: unknown, key: {ctrl?: boolean; name?: string}): void => {
    isCtrlD = key.ctrl === true && key.name === 'd';
  };
  const onPause = (): void => {
    if (isCtrlD) close();
    // A question that was answered pauses its input too, just before it is settled.
    else
      setImmediate(() => {
        if (settled) return;
        input.resume();
        output.write(`${message} (go on) `);
      });
  };
  input.on('keypress', onKey).on('pause', onPause).on('end', close).on('close', close);
  try {
    return await prompt({input, output, signal: closed.signal});
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') {
      throw new AosError('INTERRUPTED', 'interrupted at a question; nothing was done');
    }
    if (closed.signal.aborted) {
      throw new AosError('USAGE', 'the terminal was closed before an answer was given');
    }
    throw new AosError('BUG', `the question could not be asked: ${errorText(error)}`, {cause: error});
  } finally {
    settled = true;
    input.off('keypress', onKey).off('pause', onPause).off('end', close).off('close', close);
  }
}

import {spawn} from 'node:child_process';
import {untilAbort} from '../../foundation/async/abort.ts';
import {startSpinner, type Spinner} from '../../cli/spinner.ts';
import * as v from 'valibot';
import {AosError} from '../../foundation/errors/error.ts';
import {terminalStyle} from '../../cli/terminal-style.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {killGroup} from '../../foundation/system/kill-group.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import {firstLine} from './first-line.ts';
import {endedEarly, type RunEnd} from './run-end.ts';

export type DevnetChild = {
  /** Path of the devnet's config.yaml. */
  config: string;
  /** Base URL of its dispatcher's HTTP API. */
  dispatcher: string;
  /** Resolves when it has ended, for whatever reason. */
  ended: Promise<void>;
  close(): Promise<void>;
};

const readyLine = v.object({
  type: v.literal('ready'),
  config: v.string(),
  urls: v.object({dispatcherHttp: v.string()}),
});
const errorLine = v.object({
  type: v.literal('error'),
  error: v.object({message: v.string(), next: v.optional(v.string())}),
});
/** On a machine with much to do, the chain alone may take half a minute. */
const START_LIMIT_MS = 180_000;
/** A devnet closes in a second; on a machine with much to do, it takes longer. */
const CLOSE_LIMIT_MS = 30_000;

/**
 * Runs `work` with the config of a devnet of its own, which is gone afterwards. A stop during the start ends it there;
 * `onLost` is called when the devnet ends during the run.
 * @returns why it ended: what `work` says, or the reason of `stop`
 * @throws AosError DEVNET_FAILED also when the devnet was lost
 */
export async function withDevnet(
  options: {
    /** The JavaScript file of this program. */
    program: string;
    time: Time;
    /** Further arguments of `aos devnet up`. */
    args: readonly string[];
    /** The kinds of its workers, for what is said about it. */
    kinds: readonly string[];
    stop: AbortSignal;
    /** Says a line on stderr; null: say nothing. */
    note: ((line: string) => void) | null;
    onLost: () => void;
  },
  work: (devnet: Pick<DevnetChild, 'config' | 'dispatcher'>) => Promise<RunEnd>,
): Promise<RunEnd> {
  const devnet = await startDevnetChild(options);
  if (devnet === undefined) return endedEarly(options.stop);
  try {
    void devnet.ended.then(options.onLost);
    const end = await work(devnet);
    if (end.reason === 'fatal')
      throw new AosError('DEVNET_FAILED', 'the devnet ended while the operator worked');
    return end;
  } finally {
    await devnet.close();
  }
}

/**
 * Starts `aos devnet up` as a child, one job a second, and waits until it is ready. It lives in a process group of its
 * own, so that Ctrl-C reaches the operator alone, and ends when our end of its standard input closes: however we end.
 * @returns undefined when `stop` aborted first
 * @throws AosError DEVNET_FAILED with what the child said
 */
async function startDevnetChild({
  program,
  time,
  args,
  kinds,
  note,
  stop,
}: Parameters<typeof withDevnet>[0]): Promise<DevnetChild | undefined> {
  const child = spawn(
    process.execPath,
    [program, 'devnet', 'up', '--json', '--quiet', '--exit-with-stdin', '--job-every', '1s', ...args],
    {stdio: ['pipe', 'pipe', 'pipe'], detached: true},
  );
  let said = '';
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      said = error.message; // it did not start
      resolve();
    });
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-2_000);
  });
  child.stdin.on('error', () => {}); // the child ended first; `exited` reports it
  const close = async (): Promise<void> => {
    child.stdin.end();
    // Its chain notices the end of its pipe, and the next devnet removes its folder.
    const forgetKill = time.after(CLOSE_LIMIT_MS, () => killGroup(child));
    await exited;
    forgetKill();
  };
  const spinner = spinnerOrLine(note);
  let forgetLimit = (): void => {};
  const late = new Promise<void>((resolve) => {
    forgetLimit = time.after(START_LIMIT_MS, resolve);
  });
  try {
    const first = await firstLine(child.stdout, {ended: Promise.race([exited, untilAbort(stop)]), late});
    if (stop.aborted) {
      spinner?.stop();
      await close();
      return undefined;
    }
    child.stdout.resume(); // its other lines are for those who run it by itself
    const line = first.state === 'line' ? jsonOf(first.text) : undefined;
    const ready = v.safeParse(readyLine, line);
    if (ready.success) {
      const workers = `${kinds.join(' and ')} worker${kinds.length === 1 ? '' : 's'}`;
      spinner?.succeed(`devnet is up: chain, signer, dispatcher, online detection, ${workers}`);
      const {config, urls} = ready.output;
      return {config, dispatcher: urls.dispatcherHttp, ended: exited, close};
    }
    throw notStarted(line, first.state === 'late', said);
  } catch (error) {
    spinner?.stop();
    await close();
    throw error;
  } finally {
    forgetLimit();
  }
}

/** Undefined for what is no line of our child: reported as a failure. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notStarted(line: unknown, isLate: boolean, said: string): AosError {
  const failed = v.safeParse(errorLine, line);
  if (failed.success) {
    const {message, next} = failed.output.error;
    return new AosError(
      'DEVNET_FAILED',
      `the devnet did not start: ${message}`,
      next === undefined ? {} : {next: say(next)},
    );
  }
  const words = said.trim() === '' ? '' : `; it said: ${said.trim()}`;
  const how = isLate
    ? `it was not ready within ${duration(START_LIMIT_MS)}, as on a machine with too much to do`
    : 'it ended';
  return new AosError('DEVNET_FAILED', `the devnet did not start: ${how}${words}`);
}

/** A spinner where a person looks, a line elsewhere. */
function spinnerOrLine(note: ((line: string) => void) | null): Spinner | undefined {
  const text = 'starting a devnet on this machine';
  if (note === null) return undefined;
  if (terminalStyle(process.argv, process.env, process).animate)
    return startSpinner(text, {hideCursor: false});
  note(text);
  return undefined;
}

import {type ChildProcess, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Readable} from 'node:stream';
import {setTimeout as pause} from 'node:timers/promises';
import {createCliHost} from './cli-host.ts';
import {checkContract} from './json-contract.ts';

export const ROOT = path.join(import.meta.dirname, '../..');
export const AOS = path.join(ROOT, 'bin/run.cjs');
export const OPERATOR_RUNER = path.join(ROOT, 'bin/operator-runer.cjs');

/** How long anything here is waited for, ms, before the test fails with what was said so far. */
const DEADLINE_MS = 90_000;
/** Every process of a world carries it in its environment, its children too: that is how none is overlooked. */
const MARK = 'AOS_TEST_MARK';

export type Ended = {code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string};
/** One line of NDJSON. */
export type Line = {type: string; [field: string]: unknown};
export type StreamName = 'stdout' | 'stderr';

export type Cli = {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Its end; fails when that takes too long, so that a test never waits for ever and its world is swept up. */
  end(): Promise<Ended>;
  text(stream: StreamName): string;
  /** The NDJSON lines so far. */
  lines(): Line[];
  /** The first whole line, past or to come, that matches. */
  until(stream: StreamName, pattern: RegExp): Promise<string>;
  /** The first NDJSON line of a type, past or to come, that fits. */
  event(type: string, fits?: (line: Line) => boolean): Promise<Line>;
  /** Sends a signal to this process alone and resolves with its end. */
  kill(signal: NodeJS.Signals): Promise<Ended>;
};

export type StartOptions = {
  /** Added to the environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** What is run [aos]. */
  program?: string;
  /** Runs this shell text instead; `$AOS` is the command. */
  shell?: string;
};

/** A machine of its own for a test: a home directory, an environment, and all processes started in it. */
export type World = {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Writes a file below the home directory and returns its path. */
  file(name: string, text: string, mode?: number): string;
  start(args: readonly string[], options?: StartOptions): Cli;
  /** Starts and waits for the end. */
  run(args: readonly string[], options?: StartOptions): Promise<Ended>;
  /**
   * As {@link World.run}, in a process that is running already, which costs a fraction of a start: for what a command says
   * and for its exit code. One is carried out after another, none on a terminal; it answers when nothing is left that would
   * keep a process of its own alive.
   */
  ask(args: readonly string[], options?: Pick<StartOptions, 'env' | 'cwd'>): Promise<Ended>;
  /** Ids of the processes of this world that live. */
  alive(): number[];
  /** Resolves when none lives any more; fails with their command lines. */
  nothingLeft(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Serves all worlds of this process. */
const host = createCliHost();

export function openWorld(): World {
  const home = mkdtempSync(path.join(tmpdir(), 'aos-e2e-'));
  const mark = randomUUID();
  const env = worldEnv(home, mark);
  const alive = (): number[] => processesWith(`${MARK}=${mark}`);

  const start: World['start'] = (args, options = {}) => {
    const whole = {...env, ...options.env};
    const [command, list] =
      options.shell === undefined
        ? [process.execPath, [options.program ?? AOS, ...args]]
        : ['/bin/sh', ['-c', options.shell]];
    const child = spawn(command, list, {
      cwd: options.cwd ?? home,
      env: {...whole, AOS: `${process.execPath} ${AOS}`},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const asAos = options.program === OPERATOR_RUNER ? ['run', ...args] : args;
    return cliOf(child, args, options.shell === undefined ? asAos : null);
  };

  return {
    home,
    env,
    alive,
    start,
    file(name, text, mode = 0o600) {
      const full = path.join(home, name);
      writeFileSync(full, text, {mode});
      return full;
    },
    run: (args, options) => start(args, options).end(),
    async ask(args, options = {}) {
      const whole = {...env, ...options.env};
      const asked = host.ask({args, env: whole, cwd: options.cwd ?? home});
      const answer = await withDeadline(asked, () => `the answer to ${args.join(' ')}`);
      checkContract(args, answer.stdout);
      return {...answer, signal: null};
    },
    async nothingLeft() {
      const until = performance.now() + DEADLINE_MS;
      while (alive().length > 0) {
        if (performance.now() > until)
          throw new Error(`still running:\n${alive().map(commandLine).join('\n')}`);
        await pause(20);
      }
    },
    async [Symbol.asyncDispose]() {
      // Until none is left: one that is killed may just have started another.
      for (let left = alive(); left.length > 0; left = alive()) {
        for (const pid of left) signalTo(pid, 'SIGKILL');
        await pause(20);
      }
      rmSync(home, {recursive: true, force: true});
    },
  };
}

/** Rejects with what was waited for when it takes too long. */
export async function withDeadline<T>(promise: Promise<T>, what: () => string, ms = DEADLINE_MS): Promise<T> {
  const done = new AbortController();
  const late = pause(ms, undefined, {signal: done.signal}).then(() => {
    throw new Error(`waited ${ms / 1000} s for ${what()}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    done.abort();
    late.catch(() => {}); // aborted: nobody waits for it any more
  }
}

/**
 * Asks again and again until the answer is not undefined; for things that tell nobody when they happen.
 * @param what for the error; a function says what is seen in the end
 */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  what: string | (() => string),
): Promise<T> {
  const until = performance.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > until)
      throw new Error(`waited ${DEADLINE_MS / 1000} s for ${typeof what === 'string' ? what : what()}`);
    await pause(25);
  }
}

/** The JSON of a text that must be JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`not JSON: ${text.slice(0, 500)}`);
  }
}

/** The lines of an NDJSON text, each of which must be an object with a type. */
export function ndjson(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => jsonOf(line) as Line);
}

/** Sends a signal; one that has ended already is fine. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended in this moment
  }
}

/** Ids of all processes whose environment holds `entry`. */
export function processesWith(entry: string): number[] {
  const found: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(entry))
        found.push(Number(name));
    } catch {
      // ended in this moment, or another user's
    }
  }
  return found;
}

export function commandLine(pid: number): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`;
  } catch {
    return `${pid} (ended)`;
  }
}

/** Nothing of the tests' own surroundings that could change an answer. */
function worldEnv(home: string, mark: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (
      /^(AOS_|XDG_|VITEST|CI$|NO_COLOR$|FORCE_COLOR$|CLICOLOR|NODE_ENV$|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$|COLUMNS$|npm_)/.test(
        name,
      )
    )
      continue;
    env[name] = value;
  }
  const anvil = process.env['AOS_ANVIL'];
  return {
    ...env,
    ...(anvil === undefined ? {} : {AOS_ANVIL: anvil}),
    HOME: home,
    AOS_HOME: path.join(home, 'aos'),
    [MARK]: mark,
  };
}

/** @param asAos the command line whose published schema the answer is compared with when it ends by itself; null: none */
function cliOf(child: ChildProcess, args: readonly string[], asAos: readonly string[] | null): Cli {
  const name = args.join(' ');
  const texts: Record<StreamName, string> = {stdout: '', stderr: ''};
  const watchers = new Set<() => void>();
  const look = (): void => {
    for (const watcher of watchers) watcher();
  };
  let over: Ended | undefined;
  const take = (stream: Readable, key: StreamName): void => {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      texts[key] += chunk;
      look();
    });
    stream.on('error', () => {}); // closed on purpose by some tests
  };
  take(child.stdout!, 'stdout');
  take(child.stderr!, 'stderr');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('close', (code, signal) => {
      over = {code, signal, ...texts};
      try {
        if (asAos !== null && code !== null) checkContract(asAos, texts.stdout);
        resolve(over);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
      look();
    });
  });
  ended.catch(() => {}); // whoever asks for the end gets it
  const said = (): string => `\nstdout: ${texts.stdout.slice(-3000)}\nstderr: ${texts.stderr.slice(-3000)}`;

  /** What `find` finds in the whole lines, now or later. */
  const waitFor = <T>(
    stream: StreamName,
    find: (line: string) => T | undefined,
    what: string,
  ): Promise<T> => {
    let seen = 0;
    const promise = new Promise<T>((resolve, reject) => {
      const watcher = (): void => {
        for (let end = texts[stream].indexOf('\n', seen); end >= 0; end = texts[stream].indexOf('\n', seen)) {
          const found = find(texts[stream].slice(seen, end));
          seen = end + 1;
          if (found === undefined) continue;
          watchers.delete(watcher);
          resolve(found);
          return;
        }
        if (over === undefined) return;
        watchers.delete(watcher);
        reject(new Error(`${name} ended (${over.code ?? over.signal}) before ${what}${said()}`));
      };
      watchers.add(watcher);
      watcher();
    });
    return withDeadline(promise, () => `${what} of ${name}${said()}`);
  };

  return {
    process: child,
    pid: child.pid ?? 0,
    end: () => withDeadline(ended, () => `the end of ${name}${said()}`),
    text: (stream) => texts[stream],
    lines: () => ndjson(texts.stdout),
    until: (stream, pattern) =>
      waitFor(stream, (line) => (pattern.test(line) ? line : undefined), `${pattern} on ${stream}`),
    event: (type, fits = () => true) =>
      waitFor(
        'stdout',
        (line) => {
          const parsed = jsonOf(line) as Line;
          return parsed.type === type && fits(parsed) ? parsed : undefined;
        },
        `an event ${type}`,
      ),
    kill(signal) {
      child.kill(signal);
      return withDeadline(ended, () => `the end of ${name} by ${signal}${said()}`);
    },
  };
}

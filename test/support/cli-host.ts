import {type ChildProcess, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {Socket} from 'node:net';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const ROOT = path.join(import.meta.dirname, '../..');
const PROGRAM = path.join(ROOT, 'test/fixtures/cli-host.mjs');
const MAIN = pathToFileURL(path.join(ROOT, 'dist/main.js')).href;

export type HostRequest = {args: readonly string[]; env: NodeJS.ProcessEnv; cwd: string};
export type HostAnswer = {code: number; stdout: string; stderr: string};

/** A process that has the built program loaded: a command line costs it a fraction of what a start costs. */
export type CliHost = {
  /**
   * Carries out a command line after those before it.
   * @throws Error when that ended the process, with what was written until then
   */
  ask(request: HostRequest): Promise<HostAnswer>;
};

type Host = {child: ChildProcess; ended: Promise<null>};
type Part = {text: string; code: number | null};

/** Its process starts at the first command line, again after one that ended it, and ends with this process. */
export function createCliHost(): CliHost {
  let host: Promise<Host> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function carryOut(request: HostRequest): Promise<HostAnswer> {
    host ??= startHost(() => {
      host = null;
    });
    return answerOf(await host, request);
  }

  return {
    ask(request) {
      const answer = last.then(() => carryOut(request));
      last = answer.catch(() => {}); // the caller gets it
      return answer;
    },
  };
}

async function startHost(onEnd: () => void): Promise<Host> {
  const child = spawn(process.execPath, [PROGRAM, MAIN, ROOT], {
    // Some packages look at it when they are loaded.
    env: {NODE_ENV: 'production'},
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<null>((resolve) => {
    child.once('close', () => {
      onEnd();
      resolve(null);
    });
  });
  const ready = new Promise<true>((resolve) => child.once('message', () => resolve(true)));
  // It serves the tests of this process; it does not keep it alive.
  child.unref();
  child.channel?.unref();
  for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
  if ((await Promise.race([ready, ended])) === null) throw new Error('the host of the program did not start');
  return {child, ended};
}

async function answerOf({child, ended}: Host, request: HostRequest): Promise<HostAnswer> {
  const mark = `\u0004${randomUUID()} `;
  const parts = [untilMark(child.stdout, {mark, ended}), untilMark(child.stderr, {mark, ended})] as const;
  child.send({...request, mark});
  const [stdout, stderr] = await Promise.all(parts);
  if (stdout.code === null)
    throw new Error(
      `${request.args.join(' ')} ended the host\nstdout: ${stdout.text}\nstderr: ${stderr.text}`,
    );
  return {code: stdout.code, stdout: stdout.text, stderr: stderr.text};
}

/** What a stream gives before the mark, and the exit code behind it; null when it ended without. */
async function untilMark(
  stream: ChildProcess['stdout'],
  {mark, ended}: {mark: string; ended: Promise<null>},
): Promise<Part> {
  let text = '';
  let take = (_chunk: string): void => {};
  const marked = new Promise<Part>((resolve) => {
    take = (chunk) => {
      text += chunk;
      const end = text.indexOf(mark);
      if (end >= 0 && text.endsWith('\n'))
        resolve({text: text.slice(0, end), code: Number(text.slice(end + mark.length))});
    };
  });
  stream?.setEncoding('utf8').on('data', take);
  const part = await Promise.race([marked, ended]);
  stream?.off('data', take);
  return part ?? {text, code: null};
}

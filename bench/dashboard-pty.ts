import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {spawn} from '@lydell/node-pty';
import {startControl, type Control} from '../src/lib/node/control/server.ts';
import type {OperatorEventBody} from '../src/lib/node/events/events.ts';
import {systemTime} from '../src/lib/foundation/system/system-time.ts';
import {cpuMsOf, memoryOf} from './processes.ts';

/** The built `aos dash` in a terminal of 80×24, attached to an operator's control socket that the bench feeds. */
export type AttachedDash = {
  pid: number;
  emit(body: OperatorEventBody): void;
  press(keys: string): void;
  /** Stops and resumes reading the terminal. */
  pause(): void;
  resume(): void;
  /** Bytes that the terminal got so far. */
  bytes(): number;
  /** Resolves when text that matches has arrived after this call. */
  seen(pattern: RegExp): Promise<void>;
  /** Hands over what arrives from now on, until the function it returns is called. */
  collect(onText: (text: string) => void): () => void;
  /** Measurements from inside the process. */
  inside(): Promise<{measures: number}>;
  rssMb(): number;
  close(): Promise<void>;
};

/** Loaded into the dashboard's process: on SIGUSR2 it writes down what only the process itself can count. */
const PROBE = `import {writeFileSync} from 'node:fs';
process.on('SIGUSR2', () => writeFileSync(process.env.AOS_BENCH_PROBE,
  JSON.stringify({measures: performance.getEntriesByType('measure').length})));`;

export async function attachDash(root: string): Promise<AttachedDash> {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-bd-'));
  const control = await startControl({
    dir: path.join(dir, 'run'),
    file: '0123456789ab.sock',
    hello: {version: '0', nodeId: NODE, network: 'devnet', host: 'bench', pid: process.pid},
    time: systemTime,
  });
  const probe = path.join(dir, 'probe.mjs');
  const answer = path.join(dir, 'probe.json');
  writeFileSync(probe, PROBE);
  const emit = emitter(control);
  emit({
    type: 'started',
    nodeId: NODE,
    network: 'devnet',
    version: '0',
    vrfPublicKey: 'ab'.repeat(32),
    workers: ['opml'],
    pending: 0,
  });
  const terminal = openDash(root, {
    nodeArgs: ['--import', probe],
    args: ['--socket', control.path],
    env: {AOS_BENCH_PROBE: answer},
  });
  const {pty, seen} = terminal;
  await seen(/JOBS/);

  return {
    pid: pty.pid,
    emit,
    press: (keys) => pty.write(keys),
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    bytes: terminal.bytes,
    seen,
    collect: terminal.collect,
    rssMb: () => memoryOf(pty.pid).nowMb,
    async inside() {
      rmSync(answer, {force: true});
      process.kill(pty.pid, 'SIGUSR2');
      for (;;) {
        await pause(50);
        try {
          return JSON.parse(readFileSync(answer, 'utf8')) as {measures: number};
        } catch {
          // not written yet
        }
      }
    },
    async close() {
      pty.write('q');
      await terminal.ended;
      await control.close();
      rmSync(dir, {recursive: true, force: true});
    },
  };
}

/** `aos dash` on the only operator of a home, whose terminal can be left unread. */
export async function attachDashTo(
  root: string,
  home: string,
): Promise<{press: (keys: string) => void; pause: () => void; kill: () => Promise<void>}> {
  const {pty, seen, ended} = openDash(root, {nodeArgs: [], args: [], env: {AOS_HOME: home}});
  await seen(/JOBS/);
  return {
    press: (keys) => pty.write(keys),
    pause: () => pty.pause(),
    kill: () => {
      pty.resume();
      pty.kill('SIGTERM');
      return ended;
    },
  };
}

function openDash(
  root: string,
  options: {nodeArgs: readonly string[]; args: readonly string[]; env: Record<string, string>},
) {
  const {CI: _ci, ...env} = process.env;
  const pty = spawn(
    process.execPath,
    [...options.nodeArgs, path.join(root, 'bin/run.cjs'), 'dash', ...options.args],
    {
      cols: 80,
      rows: 24,
      cwd: tmpdir(),
      env: {...env, TERM: 'xterm-256color', COLORTERM: 'truecolor', ...options.env},
    },
  );
  let bytes = 0;
  const watchers = new Set<(text: string) => void>();
  pty.onData((text) => {
    bytes += Buffer.byteLength(text);
    for (const watcher of watchers) watcher(text);
  });
  const collect: AttachedDash['collect'] = (onText) => {
    watchers.add(onText);
    return () => void watchers.delete(onText);
  };
  return {
    pty,
    bytes: () => bytes,
    collect,
    ended: new Promise<void>((resolve) => pty.onExit(() => resolve())),
    seen: (pattern: RegExp): Promise<void> =>
      new Promise((resolve) => {
        let text = '';
        const stop = collect((more) => {
          text = (text + more).slice(-20_000);
          if (!pattern.test(text)) return;
          stop();
          resolve();
        });
      }),
  };
}

const NODE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

function emitter(control: Control): (body: OperatorEventBody) => void {
  let seq = 0;
  return (body) => {
    seq += 1;
    control.publish({seq, at: Date.now(), ...body});
  };
}

/** Share of one core, in per cent, and bytes a second over some time. */
export async function measured(
  dash: AttachedDash,
  ms: number,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<{cpu: number; bytes: number}> {
  const [cpu, bytes, at] = [cpuMsOf(dash.pid), dash.bytes(), performance.now()];
  await Promise.all([pause(ms), meanwhile()]);
  const took = performance.now() - at;
  return {
    cpu: ((cpuMsOf(dash.pid) - cpu) / took) * 100,
    bytes: ((dash.bytes() - bytes) / took) * 1000,
  };
}

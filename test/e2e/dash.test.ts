import {spawn, type IPty} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {readFileSync, writeFileSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import path from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {startControl, type Control} from '../../src/lib/node/control/server.ts';
import type {OperatorEvent} from '../../src/lib/node/events/events.ts';
import {eventLine} from '../../src/lib/node/events/lines.ts';
import {systemTime} from '../../src/lib/foundation/system/system-time.ts';
import {AOS, eventually, openWorld, withDeadline, type World} from '../support/cli.ts';
import {healthyEvents, job, PEER, shifted} from '../support/dash-scenes.ts';

/** The name of the operator's socket. */
const FILE = '0123456789ab.sock';

/** `aos dash` in a terminal, whose screen is read as a person would. */
type Window = {
  pty: IPty;
  screen(): string;
  until(pattern: RegExp): Promise<void>;
  ended: Promise<number>;
  /** Settings of the line, as `stty -a` says them. */
  stty(): string;
};

function openDash(
  world: World,
  args: readonly string[],
  env: Record<string, string> = {},
  nodeArgs: string[] = [],
  run = '"$@"',
): Window {
  const whole: Record<string, string> = {TERM: 'xterm-256color', ...env};
  for (const [name, value] of Object.entries(world.env)) if (value !== undefined) whole[name] ??= value;
  // A shell around it, so that the terminal lives on and can be asked how it was left.
  const command = `${run}; echo "ended with $?"; stty -a; echo done; cat`;
  const pty = spawn('/bin/sh', ['-c', command, 'sh', process.execPath, ...nodeArgs, AOS, 'dash', ...args], {
    cwd: world.home,
    env: {...whole, TERM: 'xterm-256color'},
    cols: 80,
    rows: 24,
  });
  const term = new xterm.Terminal({cols: 80, rows: 24, allowProposedApi: true});
  let text = '';
  pty.onData((chunk) => {
    text += chunk;
    term.write(chunk);
  });
  const screen = (): string => {
    const {active} = term.buffer;
    return Array.from(
      {length: term.rows},
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
    ).join('\n');
  };
  const after = (): string | undefined => /ended with \d+[^]*done/.exec(text)?.[0];
  const ended = withDeadline(
    new Promise<number>((resolve) => {
      pty.onData(() => {
        const code = /ended with (\d+)/.exec(after() ?? '')?.[1];
        if (code !== undefined) resolve(Number(code));
      });
    }),
    () => `the end of the dashboard: ${text.slice(-500)}`,
  );
  // A test that does not wait for it closes the window.
  ended.catch(() => {});
  return {
    pty,
    screen,
    until: async (pattern) => {
      await eventually(
        () => (pattern.test(screen()) ? true : undefined),
        () => `${pattern} on the screen:\n${screen()}`,
      );
    },
    ended,
    stty: () => after() ?? '',
  };
}

/** The operator of {@link operator}: where nothing is named a dashboard looks for all that run on this machine. */
const socketOf = (world: World): string[] => ['--socket', path.join(world.home, 'aos/run', FILE)];

/** An operator's control socket, as `aos run` opens it. */
async function operator(world: World): Promise<Control> {
  const control = await startControl({
    dir: path.join(world.home, 'aos/run'),
    file: FILE,
    hello: {version: '0.1.0', nodeId: PEER.nodeId, network: 'devnet', host: 'node-1', pid: process.pid},
    time: systemTime,
  });
  onTestFinished(() => control.close());
  const events = healthyEvents();
  const shift = Date.now() - (events.at(-1)?.at ?? 0);
  for (const event of events) control.publish(shifted(event, shift));
  return control;
}

/** A socket that hands on what the operator sends, and knows what was taken. */
type Relay = {
  path: string;
  /** Resolves when the text was handed to the reader, whose system keeps a few hundred kB of it. */
  passed(text: string): Promise<void>;
};

async function relayTo(control: Control, file: string): Promise<Relay> {
  let taken = '';
  let look = (): void => {};
  const server = createServer((reader) => {
    const source = connect(control.path);
    source.on('data', (chunk) => {
      source.pause();
      reader.write(chunk, () => {
        taken = (taken + chunk.toString()).slice(-100_000);
        source.resume();
        look();
      });
    });
    reader.pipe(source);
    for (const socket of [source, reader]) socket.on('error', () => {}); // the other one ends with it
  });
  await new Promise<void>((resolve) => server.listen(file, resolve));
  onTestFinished(() => void server.close());
  return {
    path: file,
    passed: (text) =>
      withDeadline(
        new Promise((resolve) => {
          look = () => {
            if (taken.includes(text)) resolve();
          };
          look();
        }),
        () => `a reader that takes ${text}`,
      ),
  };
}

const next = (seq: number, jobId: string): OperatorEvent => ({
  seq,
  at: Date.now(),
  type: 'job_received',
  job: {...job(seq), jobId},
  signer: null,
});

const isAsBefore = (window: Window): void => {
  // Cooked again: lines, echo, and Ctrl-C is a signal.
  expect(window.stty()).toMatch(/(^|\s)icanon/);
  expect(window.stty()).toMatch(/(^|\s)isig/);
  expect(window.stty()).toMatch(/(^|\s)echo\s/);
};

describe('aos dash', () => {
  it('attaches, also with CI set, and q leaves the terminal as it was', async () => {
    await using world = openWorld();
    await operator(world);
    const window = openDash(world, [], {CI: 'true'});
    await window.until(/devnet {2}node-1[^]*6>JOBS 8[^]*7 LOG/);
    // A second frame: ink alone draws one with CI set.
    await window.until(/[2-9]s ago/);
    window.pty.write('q');
    expect(await window.ended).toBe(0);
    isAsBefore(window);
    // Its last bytes may be on their way to the screen still.
    await window.until(/^(?![^]*HEARTBEAT)/);
  });

  it('Ctrl-C is a key here: it closes the dashboard, not the operator', async () => {
    await using world = openWorld();
    const control = await operator(world);
    const [one, two] = [openDash(world, socketOf(world)), openDash(world, socketOf(world))];
    await Promise.all([one.until(/JOBS 8/), two.until(/JOBS 8/)]);
    one.pty.write('\x03');
    expect(await one.ended).toBe(0);
    isAsBefore(one);
    control.publish(next(1_000, 'still-there'));
    await two.until(/still-there/);
    two.pty.write('q');
    expect(await two.ended).toBe(0);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('%s puts the terminal back', async (signal, code) => {
    await using world = openWorld();
    await operator(world);
    const window = openDash(world, socketOf(world));
    await window.until(/JOBS 8/);
    const pid = world.alive().find((one) => isDash(one));
    process.kill(pid!, signal);
    expect(await window.ended).toBe(code);
    isAsBefore(window);
  });

  it('ends with its window, and the operator does not notice', async () => {
    await using world = openWorld();
    const control = await operator(world);
    const [one, two] = [openDash(world, socketOf(world)), openDash(world, socketOf(world))];
    await Promise.all([one.until(/JOBS 8/), two.until(/JOBS 8/)]);
    (one.pty as IPty & {destroy(): void}).destroy();
    await eventually(
      () => (world.alive().filter(isDash).length === 1 ? true : undefined),
      'the end of one dashboard',
    );
    control.publish(next(1_000, 'still-there'));
    await two.until(/still-there/);
  });

  it('survives resizing to 1×1, 1 MB of paste and Ctrl-S', async () => {
    await using world = openWorld();
    await operator(world);
    const window = openDash(world, socketOf(world));
    await window.until(/JOBS 8/);
    window.pty.resize(1, 1);
    window.pty.write('\x13');
    window.pty.resize(80, 24);
    window.pty.write(`\x1b[200~${'q\r\x03'.repeat(333_333)}\x1b[201~`);
    window.pty.write('?');
    await window.until(/KEYS[^]*this page/);
    window.pty.write('q');
    expect(await window.ended).toBe(0);
  });

  it('lets nothing of an id reach the terminal but its letters', async () => {
    await using world = openWorld();
    const control = await operator(world);
    const window = openDash(world, socketOf(world));
    await window.until(/JOBS 8/);
    control.publish(next(1_001, `\x1b]0;owned\x07\x1b[2J漢字👩‍👩‍👧${'x'.repeat(10_000)}`));
    await window.until(/JOBS 9/);
    await window.until(/\\x1b\]0/);
    await window.until(/1 HEARTBEAT/);
    window.pty.write('q');
    expect(await window.ended).toBe(0);
  });

  it('a terminal that is not read holds up no other: no event is missed, and it ends when asked to', async () => {
    await using world = openWorld();
    const control = await operator(world);
    const relay = await relayTo(control, path.join(world.home, 'relay.sock'));
    const state = path.join(world.home, 'state');
    const probe = world.file(
      'probe.mjs',
      `import {writeFileSync} from 'node:fs';
       process.on('SIGUSR2', () => writeFileSync(${JSON.stringify(state)}, String(process.stdout.writableNeedDrain)));`,
    );
    const window = openDash(world, ['--socket', relay.path], {}, ['--import', probe]);
    await window.until(/JOBS 8/);
    const pid = world.alive().find((one) => isDash(one))!;
    /** Stops reading, and makes it draw until the terminal takes no more. */
    const fill = async (): Promise<void> => {
      window.pty.pause();
      let rows = 24;
      await eventually(() => {
        rows = 49 - rows;
        window.pty.resize(80, rows);
        process.kill(pid, 'SIGUSR2');
        return readable(state) === 'true' ? true : undefined;
      }, 'a terminal that is full');
    };

    await fill();
    // More than the operator keeps for a reader that takes nothing.
    let seq = 2_000;
    for (let turn = 0; turn < 60; turn += 1) {
      for (let n = 0; n < 50; n += 1) control.publish(next((seq += 1), `flood-${seq}-${'x'.repeat(600)}`));
      await relay.passed(`flood-${seq}-`);
    }
    window.pty.resume();
    control.publish({seq: (seq += 1), at: Date.now(), type: 'warning', code: 'BUG', message: 'all is sent'});
    await window.until(/all is sent/);
    expect(window.screen()).not.toContain('missed');

    writeFileSync(state, '');
    await fill();
    process.kill(pid, 'SIGTERM');
    await eventually(() => (world.alive().includes(pid) ? undefined : true), 'the end of the dashboard');
    window.pty.resume();
  });

  it('Ctrl-Z suspends it, and fg draws it again', async () => {
    await using world = openWorld();
    await operator(world);
    // A shell with job control: what is stopped there can be continued.
    const window = openDash(world, socketOf(world), {}, [], 'set -m; "$@"; echo stopped; read x; fg');
    await window.until(/JOBS 8/);
    window.pty.write('\x1a');
    await window.until(/stopped/);
    window.pty.write('\r');
    await window.until(/JOBS 8/);
    window.pty.write('?');
    await window.until(/KEYS/);
    window.pty.write('q');
    expect(await window.ended).toBe(0);
    isAsBefore(window);
  });

  it('Ctrl-Z where no shell could continue it changes nothing', async () => {
    await using world = openWorld();
    const control = await operator(world);
    const window = openDash(world, socketOf(world));
    await window.until(/JOBS 8/);
    window.pty.write('\x1a');
    control.publish(next(1_000, 'after-it'));
    await window.until(/after-it[^]*7 LOG/);
    window.pty.write('q');
    expect(await window.ended).toBe(0);
  });

  it('says that the operator is not running, and continues with the next one', async () => {
    await using world = openWorld();
    const first = await operator(world);
    const window = openDash(world, ['--socket', first.path]);
    await window.until(/JOBS 8/);
    await first.close();
    await window.until(/OPERATOR NOT RUNNING since/);
    await operator(world);
    await window.until(/HEALTHY/);
    window.pty.write('q');
    expect(await window.ended).toBe(0);
  });

  it('runs React for production: no measurement entries pile up', async () => {
    await using world = openWorld();
    await operator(world);
    const answer = path.join(world.home, 'measures');
    const probe = world.file(
      'probe.mjs',
      `import {writeFileSync} from 'node:fs';
       process.on('SIGUSR2', () => writeFileSync(${JSON.stringify(answer)}, String(performance.getEntriesByType('measure').length)));`,
    );
    const window = openDash(world, socketOf(world), {}, ['--import', probe]);
    await window.until(/JOBS 8/);
    for (let turn = 0; turn < 20; turn += 1) {
      window.pty.write(turn % 2 === 0 ? '?' : '\x1b[A');
      await systemTime.sleep(60);
    }
    process.kill(
      world.alive().find((one) => isDash(one))!,
      'SIGUSR2',
    );
    const count = await eventually(() => readable(answer), 'the count');
    expect(count).toBe('0');
    window.pty.write('q');
    expect(await window.ended).toBe(0);
  });

  it('plays a recording, and stays when it is over', async () => {
    await using world = openWorld();
    const file = path.join(world.home, 'run.ndjson');
    writeFileSync(
      file,
      `${healthyEvents()
        .map((event) => eventLine(event))
        .join('\n')}\n{"type":"torn`,
    );
    const window = openDash(world, ['--replay', file, '--speed', '10000']);
    await window.until(/REPLAY ENDED[^]*HEALTHY[^]*JOBS 8/);
    window.pty.write('q');
    expect(await window.ended).toBe(0);
  });

  it('refuses what it cannot do, with the way', async () => {
    await using world = openWorld();
    const file = world.file('log.txt', 'time=now level=info\n');
    const [piped, json, none, bad, missing] = await Promise.all([
      world.run(['dash']),
      world.run(['dash', '--json']),
      openDash(world, []).ended,
      openDash(world, ['--replay', file]).ended,
      openDash(world, ['--replay', path.join(world.home, 'nothing')]).ended,
    ]);
    expect(piped.stderr).toMatch(/terminal[^]*aos status/);
    expect([piped.code, json.code, none, bad, missing]).toEqual([64, 64, 78, 65, 65]);
  });
});

function isDash(pid: number): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words[0] === process.execPath && words.includes('dash');
  } catch {
    return false; // ended in this moment
  }
}

function readable(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return text === '' ? undefined : text;
  } catch {
    return undefined; // not written yet
  }
}

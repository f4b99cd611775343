import {spawn} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {connect, createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {connectControl, type ControlNews} from '../../../../src/lib/node/control/client.ts';
import {connectNode, connectOnly} from '../../../../src/lib/node/control/find.ts';
import {readControlLine} from '../../../../src/lib/node/control/wire.ts';
import {isControlFile} from '../../../../src/lib/config/control-paths.ts';
import type {CarryOut} from '../../../../src/lib/node/control/reader.ts';
import {startControl, type Control} from '../../../../src/lib/node/control/server.ts';
import type {OperatorEvent} from '../../../../src/lib/node/events/events.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {emptyView, reduceView, type OperatorView} from '../../../../src/lib/node/events/view.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {eventLog, jobRef, STARTED} from '../../../support/event-log.ts';
import {PATIENT} from '../../../support/patient.ts';

const NODE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const HELLO = {version: '0.1.0', nodeId: NODE, network: 'devnet', host: 'here', pid: process.pid};
const FILE = 'abcdef012345.sock';
const options = {timeoutMs: 5_000, time: systemTime};

let dir: string;
const open: {close(): unknown}[] = [];

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'aos-c-')), 'run');
});

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  rmSync(join(dir, '..'), {recursive: true, force: true});
});

async function start(file = FILE, hello = HELLO, carryOut: CarryOut = () => null): Promise<Control> {
  const control = await startControl({dir, file, hello, time: systemTime, carryOut});
  open.push(control);
  return control;
}

async function client(control: Control) {
  const connected = await connectControl(control.path, options);
  open.push(connected);
  return connected;
}

/** A socket that does what it is told. */
function raw(path: string): {
  socket: Socket;
  text: () => string;
  until(pattern: RegExp): Promise<string>;
  closed: Promise<void>;
} {
  const socket = connect(path);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => {});
  open.push({close: () => socket.destroy()});
  return {
    socket,
    text: () => text,
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    until: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (pattern.test(text)) resolve(text);
        };
        socket.on('data', look);
        look();
      }),
  };
}

async function take(
  news: AsyncIterable<readonly ControlNews[]>,
  until: (line: ControlNews) => boolean,
): Promise<ControlNews[]> {
  const lines: ControlNews[] = [];
  for await (const some of news)
    for (const line of some) {
      lines.push(line);
      if (until(line)) return lines;
    }
  return lines;
}

const isEvent =
  (seq: number) =>
  (line: ControlNews): boolean =>
    line.type === 'event' && line.event.seq === seq;

describe('control socket', () => {
  it('is the user’s alone', async () => {
    const {path} = await start();
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(path).toBe(join(dir, FILE));
  });

  it('closes a directory that others could open', async () => {
    mkdirSync(dir);
    chmodSync(dir, 0o755);
    await start();
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  it('gives two clients hello, the view and the same events', async () => {
    const control = await start();
    const event = eventLog();
    control.publish(event(STARTED));
    const first = await client(control);
    control.publish(event({type: 'connected', url: 'ws://127.0.0.1:1/ws'}));
    const second = await client(control);
    expect(first.hello).toMatchObject({...HELLO, protocol: '1.6'});
    expect([first.snapshot.seq, second.snapshot.seq]).toEqual([1, 2]);
    expect(second.snapshot.connection).toMatchObject({
      state: 'connected',
      since: Date.UTC(2026, 0, 1, 0, 0, 2),
    });

    const events: OperatorEvent[] = [
      event({type: 'job_received', job: jobRef(1), signer: null}),
      event({type: 'probe_answered', via: 'http'}),
    ];
    for (const one of events) control.publish(one);
    for (const one of [first, second]) {
      const lines = await take(one.follow(), isEvent(4));
      const seen = lines.flatMap((line) => (line.type === 'event' ? [line.event] : []));
      const last = seen.reduce(reduceView, one.snapshot);
      expect(last).toMatchObject({
        seq: 4,
        lastProbe: {via: 'http', at: events[1]?.at},
        counters: {received: 1},
      });
      expect(last.jobs.map(({jobId, stage}) => [jobId, stage])).toEqual([['job-1', 'received']]);
    }
  });

  it('gives who comes later the last of the log', async () => {
    const control = await start();
    const event = eventLog();
    const before = [event(STARTED), event({type: 'connected', url: 'ws://127.0.0.1:1/ws'})];
    for (const one of before) control.publish(one);
    const late = await client(control);
    expect(await take(late.follow(), () => true)).toEqual([{type: 'history', events: before}]);
  });

  it('answers commands by their id', async () => {
    const control = await start();
    control.publish(eventLog()(STARTED));
    const one = await client(control);
    const [pong, snapshot] = await Promise.all([one.command('ping'), one.command('snapshot')]);
    expect(pong).toEqual({pong: true});
    expect(snapshot).toMatchObject({seq: 1, view: {node: {network: 'devnet'}}});
  });

  it('has the operator carry out what it can, with what was given along', async () => {
    const control = await start(FILE, HELLO, (command, args) => {
      if (command !== 'worker-check') return null;
      if (args['kind'] === 'opml') return Promise.resolve([{kind: args['kind'], found: {say: 'well'}}]);
      return Promise.reject(new AosError('USAGE', `this operator runs no ${args['kind'] ?? ''} worker`));
    });
    const one = await client(control);
    const check = (kind: string) =>
      ({command: 'worker-check', args: {kind, model: 'm', prompt: 'p'}}) as const;
    expect(await one.command(check('opml'))).toEqual([{kind: 'opml', found: {say: 'well'}}]);
    await expect(one.command(check('tee'))).rejects.toMatchObject({
      code: 'USAGE',
      message: 'this operator runs no tee worker',
    });
    const old = await client(await start('abcdef012346.sock'));
    await expect(old.command(check('opml'))).rejects.toMatchObject({code: 'CONTROL_BROKEN'});
  });

  it('ends what it carries out for a client that goes away, and takes no more than some at once', async () => {
    const ended: unknown[] = [];
    let begun = 0;
    const control = await start(FILE, HELLO, (_command, _args, signal) => {
      begun += 1;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(signal.reason);
          reject(signal.reason as Error);
        });
      });
    });
    const one = await client(control);
    const command = {command: 'worker-check', args: {kind: 'opml', model: '', prompt: ''}} as const;
    const all = Array.from({length: 9}, () => one.command(command).catch((error: unknown) => error));
    await vi.waitFor(() => expect(begun).toBe(8), PATIENT);
    expect(await Promise.race(all)).toMatchObject({code: 'CONTROL_BROKEN'});
    one.close();
    await vi.waitFor(() => expect(ended).toHaveLength(8), PATIENT);
    expect(await (await client(control)).command('ping')).toEqual({pong: true});
  });

  it('lets a slow client miss events, and the others none', async () => {
    const control = await start();
    const slow = raw(control.path);
    await slow.until(/"snapshot"/);
    slow.socket.pause();
    const quick = await client(control);
    const event = eventLog();
    const COUNT = 40_000;
    let expected: OperatorView = emptyView;
    const reading = take(quick.follow(), isEvent(COUNT));
    for (let i = 1; i <= COUNT; i += 1) {
      const one = event({type: 'job_received', job: jobRef(i), signer: null});
      expected = reduceView(expected, one);
      control.publish(one);
      // As in a process that has other things to do between the jobs.
      if (i % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const seen = await reading;
    expect(seen.map((line) => (line.type === 'event' ? line.event.seq : line.type))).toEqual([
      'history',
      ...Array.from({length: COUNT}, (_, i) => i + 1),
    ]);

    const before = slow.text().length;
    slow.socket.resume();
    await slow.until(/"gap"[^]*"snapshot".*\n/);
    expect(slow.text().length - before).toBeLessThan(4 * 1024 * 1024);
    const lines = slow.text().trimEnd().split('\n').map(readControlLine);
    const gap = lines.find((line) => line?.type === 'gap');
    const last = lines.findLast((line) => line?.type === 'snapshot');
    const events = lines.filter((line) => line?.type === 'event').length;
    expect(gap?.dropped).toBeGreaterThan(0);
    expect(events + (gap?.dropped ?? 0)).toBe(COUNT);
    expect(last).toEqual({type: 'snapshot', view: expected});
  });

  it.each([
    ['text that is no JSON', 'hello?\n', /"error":\{"code":"CONTROL_REQUEST"/],
    [
      'JSON that is no command',
      '{"id":1}\n[]\nnull\n',
      /CONTROL_REQUEST[^]*CONTROL_REQUEST[^]*CONTROL_REQUEST/,
    ],
    ['an unknown command', '{"id":"7","command":"sign"}\n', /"id":"7","error":\{"code":"CONTROL_REQUEST"/],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00, 0x0a]), /CONTROL_REQUEST/],
  ])('survives %s', async (_name, garbage, answer) => {
    const control = await start();
    const other = raw(control.path);
    other.socket.write(garbage);
    await other.until(answer);
    other.socket.write('{"id":"8","command":"ping"}\n');
    await other.until(/"id":"8","result":\{"pong":true\}/);
    expect(await (await client(control)).command('ping')).toEqual({pong: true});
  });

  it('hangs up on a line without end', async () => {
    const control = await start();
    const other = raw(control.path);
    other.socket.write('x'.repeat(100_000));
    await other.closed;
    expect(await (await client(control)).command('ping')).toEqual({pong: true});
  });

  it('makes room for a new reader when 32 keep their places, those that were idle the longest first', async () => {
    const control = await start();
    const silent = Array.from({length: 40}, () => {
      const socket = connect(control.path);
      socket.on('error', () => {});
      open.push({close: () => socket.destroy()});
      return socket.pause();
    });
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    const reading = await client(control);
    for (let i = 0; i < 3; i += 1) {
      const late = await client(control);
      expect(await late.command('ping')).toEqual({pong: true});
      expect(await reading.command('ping')).toEqual({pong: true});
    }
  });

  it('says to a reader that makes room why, when it reads', async () => {
    const control = await start();
    const first = raw(control.path);
    await first.until(/"history"/);
    for (let i = 0; i < 32; i += 1) await client(control);
    expect(await first.until(/CONTROL_BUSY/)).toContain('"code":"CONTROL_BUSY"');
    await first.closed;
  });

  it('greets only those that are still there', async () => {
    const control = await start();
    const gone = Array.from({length: 500}, () => {
      const socket = connect(control.path);
      socket.on('error', () => {});
      socket.once('connect', () => socket.destroy());
      return new Promise((resolve) => socket.once('close', resolve));
    });
    await Promise.all(gone);
    expect(await (await client(control)).command('ping')).toEqual({pong: true});
  });

  it('replaces the socket of a dead process, never that of a live one', async () => {
    mkdirSync(dir, {recursive: true});
    const path = join(dir, FILE);
    const child = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`,
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expect(startControl({dir, file: FILE, hello: HELLO, time: systemTime})).rejects.toMatchObject({
      code: 'CONTROL_UNAVAILABLE',
    });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(statSync(path).isSocket()).toBe(true);
    const control = await start();
    expect((await client(control)).hello.nodeId).toBe(NODE);
  });

  it('never replaces a file that is no socket', async () => {
    mkdirSync(dir, {recursive: true});
    writeFileSync(join(dir, FILE), 'mine');
    await expect(startControl({dir, file: FILE, hello: HELLO, time: systemTime})).rejects.toMatchObject({
      code: 'CONTROL_UNAVAILABLE',
    });
    expect(statSync(join(dir, FILE)).size).toBe(4);
  });

  it('ends its clients when it closes, and leaves no socket behind', async () => {
    const control = await start();
    const one = await client(control);
    const ended = take(one.follow(), () => false);
    control.publish(eventLog()(STARTED));
    await control.close();
    expect((await ended).map(({type}) => type)).toEqual(['history', 'event']);
    expect(() => statSync(control.path)).toThrow('ENOENT');
    await expect(one.command('ping')).rejects.toMatchObject({code: 'CONTROL_ABSENT'});
  });
});

describe('finding it', () => {
  const look = () => ({
    ...options,
    dirs: [join(dir, 'none'), dir],
    isControlFile,
    uid: process.getuid?.() ?? 0,
  });

  it('finds a node’s own, in any of the directories', async () => {
    await start();
    const found = await connectNode(FILE, look());
    open.push(found);
    expect(found.hello.nodeId).toBe(NODE);
    await expect(connectNode('000000000000.sock', look())).rejects.toMatchObject({code: 'CONTROL_ABSENT'});
  });

  it('takes the only one, and lists several', async () => {
    await expect(connectOnly(look())).rejects.toMatchObject({code: 'CONTROL_ABSENT'});
    await start();
    const only = await connectOnly(look());
    open.push(only);
    expect(only.hello.nodeId).toBe(NODE);
    const other = {...HELLO, nodeId: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'};
    await start('000000000001.sock', other);
    await expect(connectOnly(look())).rejects.toMatchObject({
      code: 'CONTROL_AMBIGUOUS',
      exitCode: 64,
      details: {operators: [{nodeId: other.nodeId}, {nodeId: NODE}]},
    });
  });

  const answering = async (text: string): Promise<string> => {
    mkdirSync(dir, {recursive: true});
    const path = join(dir, FILE);
    const server = createServer((socket) => socket.on('error', () => {}).write(text));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    open.push({close: () => void server.close()});
    return path;
  };
  const hello = (protocol: string): string =>
    `${JSON.stringify({type: 'hello', protocol, ...HELLO, news: 1})}\n`;

  it('refuses another major version, and takes another minor one', async () => {
    const path = await answering(hello('2.0'));
    await expect(connectControl(path, options)).rejects.toMatchObject({
      code: 'CONTROL_VERSION',
      exitCode: 76,
    });
    rmSync(path);
    const {seq: _seq, ...rest} = emptyView;
    const snapshot = JSON.stringify({type: 'snapshot', view: {...rest, seq: 3, added: 'later'}});
    const newer = await connectControl(
      await answering(`${hello('1.9')}{"type":"weather"}\n${snapshot}\n`),
      options,
    );
    open.push(newer);
    expect(newer.snapshot).toEqual({...emptyView, seq: 3});
  });

  it.each([
    ['no JSON', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a broken hello', '{"type":"hello","protocol":"x"}\n'],
    ['a broken snapshot', `${hello('1.0')}{"type":"snapshot","view":{"seq":"1"}}\n`],
  ])('refuses a server that says %s', async (_name, text) => {
    await expect(connectControl(await answering(text), options)).rejects.toMatchObject({
      code: 'CONTROL_BROKEN',
    });
  });

  it('hands over what came before a broken line, with or without a rest between reads', async () => {
    const {seq: _seq, ...rest} = emptyView;
    const head = `${hello('1.2')}${JSON.stringify({type: 'snapshot', view: {...rest, seq: 3}})}\n`;
    const event = (seq: number): string =>
      `${JSON.stringify({type: 'connecting', seq, at: '2026-11-25T12:00:00.000Z', url: 'ws://a'})}\n`;
    const path = await answering(`${head}${event(4)}${event(5)}{"type":"event"\n`);
    for (const restMs of [undefined, 1]) {
      const one = await connectControl(path, {...options, ...(restMs === undefined ? {} : {restMs})});
      open.push(one);
      const seen: ControlNews[] = [];
      const reading = (async () => {
        for await (const some of one.follow()) seen.push(...some);
      })();
      await expect(reading).rejects.toMatchObject({code: 'CONTROL_BROKEN'});
      expect(seen.map((line) => (line.type === 'event' ? line.event.seq : line.type))).toEqual([4, 5]);
    }
  });

  it('does not wait for one that says nothing', async () => {
    const path = await answering('');
    await expect(connectControl(path, {...options, timeoutMs: 50})).rejects.toMatchObject({
      code: 'CONTROL_BROKEN',
    });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(connectControl(path, {...options, signal})).rejects.toThrow('enough');
  });
});

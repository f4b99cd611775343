import {readFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {eventually, jsonOf, type Line, ndjson, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let world: World;
let devnet: DevnetUp;
beforeAll(async () => {
  world = openWorld();
  // Nothing is selected: many jobs in little time.
  devnet = await devnetUp(world, ['--range', '0,1']);
});
afterAll(() => world[Symbol.asyncDispose]());

describe('the streams of aos run', () => {
  it('gives NDJSON on stdout and log lines on stderr', async () => {
    await devnet.submit(3);
    const {code, stdout, stderr} = await world.run(['run', '-c', devnet.config, '--jobs', '3', '--json']);
    expect(code).toBe(0);
    const lines = ndjson(stdout);
    expect(lines.map((line) => line['seq'])).toEqual(lines.map((_, index) => index + 1));
    for (const line of lines) {
      expect(line.type).toMatch(/^[a-z_]+$/);
      expect(line['at']).toMatch(RFC_3339);
    }
    expect(lines.filter((line) => line.type === 'summary')).toEqual([lines.at(-1)]);
    expect(lines.at(-1)).toMatchObject({
      accepted: 3,
      received: 3,
      selected: 0,
      unselected: 3,
      failed: 0,
      reason: 'jobs',
    });
    // On stderr, a pipe here: logfmt.
    const logs = stderr.split('\n').filter((line) => line.startsWith('time='));
    expect(logs.length).toBeGreaterThan(10);
    for (const line of logs)
      expect(line).toMatch(
        /^time=\S+Z level=(debug|info|warn|error) msg=("([^"\\]|\\.)*"|\S+)( [a-z][A-Za-z]*=("([^"\\]|\\.)*"|\S*))*$/,
      );
  });

  it('answers a pipeline: | tail -1', async () => {
    await devnet.submit(3);
    const {stdout} = await world.run([], {
      shell: `$AOS run -c '${devnet.config}' --jobs 3 --json 2>/dev/null | tail -1`,
    });
    expect((jsonOf(stdout) as Line)['accepted']).toBe(3);
  });

  it('continues when what it writes to is full', async () => {
    await devnet.submit(1);
    const {code, stderr} = await world.run([], {
      shell: `$AOS run -c '${devnet.config}' --jobs 1 --json >/dev/full`,
    });
    expect(stderr).toContain('stdout is no longer read (ENOSPC');
    expect(code).toBe(0);
    await devnet.submit(1);
    expect(await world.run([], {shell: `$AOS run -c '${devnet.config}' --jobs 1 2>/dev/full`})).toMatchObject(
      {code: 0},
    );
  });

  it('of a command that answers once may not be full: exit 74', async () => {
    const {code, stderr} = await world.run([], {shell: `$AOS signer check -c '${devnet.config}' >/dev/full`});
    expect(stderr).toContain('OUTPUT_WRITE_FAILED');
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(74);
  });

  it.each(['pretty', 'logfmt', 'json'])('logs in the form --log-format %s', async (format) => {
    await devnet.submit(1);
    const {code, stdout, stderr} = await world.run([
      'run',
      '-c',
      devnet.config,
      '--jobs',
      '1',
      '--log-format',
      format,
    ]);
    expect({code, stdout}).toEqual({code: 0, stdout: ''});
    const form = {
      pretty: /^\d\d:\d\d:\d\d (DEBUG|INFO |WARN |ERROR) \S/,
      logfmt: /^time=\S+ level=\S+ msg=/,
      json: /^\{"level":"\w+","time":"\S+",.*"msg":".*\}$/,
    }[format as 'pretty'];
    const [first, ...logs] = stderr.trimEnd().split('\n');
    expect(first).toBe(`config: ${devnet.config}`);
    expect(logs.length).toBeGreaterThan(5);
    for (const line of logs) expect(line).toMatch(form);
    if (format === 'json')
      expect(logs.map((line) => (jsonOf(line) as {msg: string}).msg).at(-1)).toContain('1 accepted');
  });

  it('says nothing on stderr with --quiet', async () => {
    await devnet.submit(30);
    const {code, stdout, stderr} = await world.run([
      'run',
      '-c',
      devnet.config,
      '--jobs',
      '30',
      '--quiet',
      '--json',
    ]);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    expect(ndjson(stdout).at(-1)).toMatchObject({accepted: 30});
  });

  it('ends by itself after --for', async () => {
    const {code, stdout} = await world.run(['run', '-c', devnet.config, '--for', '1s', '--json', '--quiet']);
    expect(code).toBe(0);
    expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', reason: 'for', accepted: 0});
  });

  it('continues when stdout is closed: | head -1', async () => {
    const ids = await devnet.submit(5);
    const cli = world.start([], {
      shell: `{ $AOS run -c '${devnet.config}' --jobs 5 --json; echo "code $?" >&2; } | head -1`,
    });
    await devnet.answered(ids);
    const {stdout, stderr} = await cli.end();
    expect(ndjson(stdout)).toHaveLength(1);
    expect(stderr).toContain('stdout is no longer read');
    expect(stderr).toMatch(/code 0\n$/);
  });

  it('continues when stderr is closed from the start', async () => {
    await devnet.submit(5);
    const {stdout} = await world.run([], {
      shell: `$AOS run -c '${devnet.config}' --jobs 5 --json 2>&1 >'${world.home}/out.ndjson' | true; echo ended`,
    });
    expect(stdout).toBe('ended\n');
    const lines = ndjson(
      await eventually(() => {
        const text = readFileSync(path.join(world.home, 'out.ndjson'), 'utf8');
        return text.includes('"type":"summary"') ? text : undefined;
      }, 'the summary'),
    );
    expect(lines.at(-1)).toMatchObject({type: 'summary', accepted: 5});
  });

  it.each([
    ['stdout', '--json --quiet |'],
    ['stderr', '2>&1 >/dev/null |'],
  ])('continues, and ends, when the reader of %s stands still', async (_stream, redirect) => {
    // Far more than a pipe holds.
    const ids = await devnet.submit(250);
    const cli = world.start([], {
      shell: `{ $AOS run -c '${devnet.config}' --jobs 250 ${redirect.replace('|', '')}; echo "code $?" >'${world.home}/code'; } | { sleep 300 & wait; }`,
    });
    await devnet.answered(ids);
    const code = await eventually(() => {
      try {
        return readFileSync(path.join(world.home, 'code'), 'utf8') || undefined;
      } catch {
        return undefined; // it has not ended yet
      }
    }, 'the end of the operator');
    expect(code).toBe('code 0\n');
    await world.run([], {shell: `rm '${world.home}/code'`});
    cli.process.kill('SIGKILL');
  });

  it('tells a slow reader how many lines it has missed', async () => {
    // 4 MiB are kept for a reader; then lines are dropped.
    // A control character takes six bytes in each line, and a line has both names.
    const long = '\u0001'.repeat(256);
    const ids = await devnet.submit(320, {prompt: 'x', model: long, kind: long});
    const cli = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    cli.process.stdout!.pause();
    await devnet.answered(ids);
    cli.process.stdout!.resume();
    const gap = await cli.event('gap');
    expect(gap['dropped']).toBeGreaterThan(0);
    expect((await cli.kill('SIGTERM')).code).toBe(143);
  });
});

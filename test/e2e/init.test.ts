import {spawnSync} from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import {type IPty, spawn} from '@lydell/node-pty';
import {Terminal} from '@xterm/headless';
import {describe, expect, it} from 'vitest';
import {MOST_TYPED} from '../../src/lib/cli/pasted-command.ts';
import {AOS, eventually, jsonOf, openWorld, withDeadline, type World} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {OPERATOR} from '../support/signer.ts';

const ENTER = '\r';
const CTRL_B = '\u0002';
const DOWN = '\u001b[B';
const NOTHING = 'http://127.0.0.1:1';
const CONTRACT = '0x27e4384ecc11810c2F49914390052b22c4e3CcC0';
/** A key that no document has, and its address: on mainnet the usual development keys are refused. */
const OWN_KEY = '5d0c2e7a91b34f68c0a7d9e1f23b4856978a6c5d4e3f21b0a9f8e7d6c5b4a392';
const OWN = '0x6469494b4e3Da71d68AD7e8a2bC08460df25C421';
const ALL_GIVEN = [
  ...['--node-id', OWN, '--signer-url', NOTHING, '--dispatcher-url', '127.0.0.1:1'],
  ...['--rpc-url', 'http://127.0.0.1:1/v3/secret-key', '--range-contract', CONTRACT],
];

/** What `config validate` says of it: the dispatcher of mainnet is hardly on this machine. */
const USABLE_HERE = {
  code: 4,
  stdout: expect.stringMatching(/net\.dispatcher_url is on this machine[^]*usable/) as string,
};

type Wizard = {
  pty: IPty;
  screen(): string;
  /** Resolves when the screen, or what scrolled out of it, matches. */
  until(pattern: RegExp): Promise<void>;
  /** Waits for the question, then types. */
  answer(question: RegExp, keys: string): Promise<void>;
  ended: Promise<number>;
};

/** Runs aos as a person sees it: on a terminal of its own, without CI. */
function onScreen(world: World, args: readonly string[], size = {cols: 80, rows: 24}): Wizard {
  const env = Object.fromEntries(
    Object.entries(world.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const terminal = new Terminal({...size, allowProposedApi: true, scrollback: 2000});
  const pty = spawn(process.execPath, [AOS, ...args], {
    cwd: world.home,
    env: {...env, TERM: 'xterm-256color'},
    ...size,
  });
  // Long to read, so it is read once for all that was drawn.
  let seen: string | null = null;
  pty.onData((chunk) =>
    terminal.write(chunk, () => {
      seen = null;
    }),
  );
  const ended = new Promise<number>((resolve) => pty.onExit(({exitCode}) => resolve(exitCode)));
  const readScreen = (): string => {
    const {active} = terminal.buffer;
    const lines = Array.from(
      {length: active.length},
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    );
    return lines.join('\n').trimEnd();
  };
  const screen = (): string => (seen ??= readScreen());
  const until = async (pattern: RegExp): Promise<void> => {
    await eventually(
      () => (pattern.test(screen()) ? true : undefined),
      () => `${pattern} on:\n${screen().slice(-3000)}`,
    );
  };
  return {
    pty,
    screen,
    until,
    async answer(question, keys) {
      // The last line that asks; a question that was answered has another mark.
      await until(new RegExp(`\\? ${question.source}[^\\n]*(\\n[^?]*)?$`));
      pty.write(keys);
    },
    ended: withDeadline(ended, () => `the end of the wizard:\n${screen().slice(-3000)}`),
  };
}

/**
 * 1 MB of one character. node-pty writes synchronously: what is drawn has to be read before more is written, or both
 * ends would wait for each other; a real terminal does that by itself.
 */
async function flood(wizard: Wizard, before: string, char: string, after: string): Promise<void> {
  wizard.pty.write(before + char.repeat(MOST_TYPED));
  await wizard.until(new RegExp(`${char}{60}`));
  const drawn = (): number => wizard.screen().split(char).length - 1;
  await eventually(() => (drawn() >= MOST_TYPED ? true : undefined), 'the whole line on the screen');
  for (let sent = 0; sent < 1_000_000; sent += 1000) {
    wizard.pty.write(char.repeat(1000));
    await new Promise((resolve) => setImmediate(resolve));
  }
  wizard.pty.write(after);
  // The texts around it may hold the character too.
  expect(drawn()).toBeLessThan(MOST_TYPED + 20);
}

const filesOf = (world: World): string[] => readdirSync(world.home).sort();

describe('aos init on a terminal', () => {
  it('makes a file by which the signer is checked and the operator runs', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const wizard = onScreen(world, ['init']);
    await wizard.answer(/Network/, ENTER);
    await wizard.until(/found Web3Signer at/);
    await wizard.answer(/Operator address/, '<');
    await wizard.answer(/Network/, ENTER);
    await wizard.answer(/Operator address/, '\u001b');
    await wizard.answer(/Network/, ENTER);
    await wizard.answer(/Operator address/, ENTER);
    await wizard.answer(/Signer URL/, ENTER);
    await wizard.until(/holds the key of/);
    await wizard.answer(/Dispatcher \(/, CTRL_B);
    await wizard.answer(/Signer URL/, ENTER);
    await wizard.answer(/Dispatcher \(/, ENTER);
    await wizard.answer(/Dispatcher’s address/, ENTER);
    await wizard.answer(/Chain RPC/, `not a URL${ENTER}`);
    await wizard.until(/It does not start with http/);
    wizard.pty.write(`\u0015${devnet.urls.chain}${ENTER}`);
    await wizard.until(/serves chain 31337/);
    for (const question of [
      /Range contract/,
      /Kind of worker/,
      /What is it/,
      /opml worker/,
      /Listen on/,
      /URL from outside/,
      /VRF key file/,
      /Journal directory/,
      /Where alerts go/,
    ])
      await wizard.answer(question, ENTER);
    await wizard.until(/Settings of [^]*config\.yaml[^]*Write it\?/);
    wizard.pty.write(ENTER);
    expect(await wizard.ended).toBe(0);
    expect(wizard.screen()).toMatch(
      /Next:\n {2}aos signer check\n {2}aos register --check\n {2}aos register\n {2}aos run$/,
    );
    expect(wizard.screen()).toMatch(/\b1\/15 [^]*\b2\/15 [^]*\b15\/15 /);
    expect(wizard.screen()).toMatch(/ {2}✓ found Web3Signer at \S+ with 1 account\n/);

    const file = path.join(world.home, 'config.yaml');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(world.home, 'vrf.key')).mode & 0o777).toBe(0o600);
    expect(filesOf(world).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(await world.run(['config', 'validate'])).toMatchObject({code: 0});
    expect(await world.run(['signer', 'check'])).toMatchObject({code: 0});
    expect(await world.run(['register', '--yes'])).toMatchObject({code: 0});
    const operator = world.start(['run', '--jobs', '1', '--json']);
    await operator.event('connected');
    await devnet.answered(await devnet.submit(1));
    expect(await operator.end()).toMatchObject({code: 0});
  });

  it('Ctrl-C keeps the answers in a draft, from which the next run continues', async () => {
    await using world = openWorld();
    const wizard = onScreen(world, ['init', '--no-probe']);
    await wizard.answer(/Network/, ENTER);
    await wizard.answer(/Operator address/, `${OWN}${ENTER}`);
    await wizard.answer(/Signer URL/, '\u0003');
    expect(await wizard.ended).toBe(130);
    await wizard.until(/config\.yaml\.draft/);
    expect(filesOf(world)).toEqual(['config.yaml.draft']);
    expect(statSync(path.join(world.home, 'config.yaml.draft')).mode & 0o777).toBe(0o600);

    const rest = [
      '--engine',
      'published',
      '--worker-kind',
      'opml',
      '--worker-url',
      NOTHING,
      '--listen',
      '127.0.0.1:0',
      '--vrf-key-file',
      'v.key',
    ];
    const next = onScreen(world, [
      'init',
      '--no-probe',
      ...ALL_GIVEN.slice(2),
      ...rest,
      '--store-dir',
      'store',
    ]);
    await next.answer(/Continue from there\?/, ENTER);
    // What is kept is shown, and checked.
    await next.until(/Operator address: 0x6469494b/);
    for (const question of [/Dispatcher’s address/, /URL from outside/, /Where alerts go/])
      await next.answer(question, ENTER);
    // One answer of the review is changed, and the others stay.
    await next.answer(/Write it\?/, DOWN);
    await next.until(/❯ change an answer/);
    next.pty.write(ENTER);
    await next.answer(/Which answer\?/, DOWN);
    await next.until(/❯ Operator address: 0x/);
    next.pty.write(ENTER);
    await next.answer(/Operator address \(/, ENTER);
    await next.answer(/Write it\?/, ENTER);
    expect(await next.ended).toBe(0);
    expect(filesOf(world)).toEqual(['config.yaml', 'v.key']);
    expect(readFileSync(path.join(world.home, 'config.yaml'), 'utf8')).toContain(OWN);
  });

  it('what does not answer may be used anyway, and the file says so', async () => {
    await using world = openWorld();
    const wizard = onScreen(world, [
      'init',
      '--network',
      'mainnet',
      ...ALL_GIVEN.slice(0, 2),
      ...ALL_GIVEN.slice(4),
      '--listen',
      '127.0.0.1:0',
      '--vrf-key-file',
      'v.key',
      '--store-dir',
      'store',
    ]);
    await wizard.answer(/Signer URL/, `${NOTHING}${ENTER}`);
    // Edit puts the question again, with the answer from before.
    await wizard.answer(/What now\?/, ENTER);
    await wizard.answer(/Signer URL \(http:\/\/127\.0\.0\.1:1\)/, ENTER);
    for (const what of [/Dispatcher|nothing answers at/, /cannot be reached|ECONNREFUSED/, /worker/]) {
      await wizard.answer(/What now\?/, DOWN);
      await wizard.until(/❯ use anyway/);
      wizard.pty.write(ENTER);
      await wizard.until(what);
    }
    await eventually(
      () => (/Dispatcher’s address/.test(wizard.screen()) ? true : undefined),
      'the next question',
    );
    wizard.pty.write('\u0003');
    expect(await wizard.ended).toBe(130);
    expect(filesOf(world)).toEqual(['config.yaml.draft']);
  });

  it('a file that appears meanwhile is not replaced unless that is said', async () => {
    await using world = openWorld();
    const given = [...ALL_GIVEN, '--network', 'mainnet', '--listen', '127.0.0.1:0', '--store-dir', 'store'];
    for (const replaces of [false, true]) {
      const wizard = onScreen(world, ['init', '--no-probe', ...given]);
      for (const question of [
        /Dispatcher’s address/,
        /Kind of worker/,
        /What is it/,
        /opml worker/,
        /URL from outside/,
        /VRF key file/,
      ])
        await wizard.answer(question, ENTER);
      await wizard.answer(/Where alerts go/, DOWN);
      await wizard.until(/❯ webhook/);
      wizard.pty.write(ENTER);
      await wizard.answer(/Alert webhook/, `${NOTHING}/T0/secret-path${ENTER}`);
      await wizard.until(/Write it\?/);
      expect(wizard.screen()).not.toContain('secret-path');
      const file = world.file('config.yaml', '# of another user\n');
      wizard.pty.write(ENTER);
      await wizard.until(/it was made meanwhile/);
      await wizard.answer(/Replace it\?/, replaces ? `y${ENTER}` : ENTER);
      expect(await wizard.ended).toBe(replaces ? 0 : 73);
      expect(readFileSync(replaces ? `${file}.bak` : file, 'utf8')).toBe('# of another user\n');
      if (replaces) {
        expect(readFileSync(file, 'utf8')).toContain(`webhook_url: "${NOTHING}/T0/secret-path"`);
        expect(statSync(file).mode & 0o777).toBe(0o600);
      } else {
        expect(filesOf(world)).toEqual(['config.yaml']);
        rmSync(file);
      }
    }
  });

  it('a paste of 1 MB or of escape sequences harms nothing', async () => {
    await using world = openWorld();
    const wizard = onScreen(world, ['init', '--no-probe', '--network', 'mainnet']);
    await wizard.answer(
      /Operator address/,
      '\u001b[200~\u001b[2J\u001b]0;owned\u0007\u001b[31mevil\nsecond line\n\u001b[201~',
    );
    await wizard.until(/Operator address \[2J\]0;owned\[31mevil$/);
    wizard.pty.write(ENTER);
    await wizard.until(/It is not an address/);
    wizard.pty.write('\u0015');
    await flood(wizard, '\u001b[200~', 'x', '\u001b[201~');
    // The line is cleared, and the wizard continues as if nothing had been.
    wizard.pty.write(`\u0015${OWN}${ENTER}`);
    await wizard.answer(/Signer URL/, '');
    await flood(wizard, '', 'y', '');
    wizard.pty.write(`\u0015${NOTHING}${ENTER}`);
    await wizard.answer(/Dispatcher/, '\u0003');
    expect(await wizard.ended).toBe(130);
  });

  it('works at 40 columns', async () => {
    await using world = openWorld();
    const wizard = onScreen(world, ['init', '--no-probe', '--network', 'mainnet', ...ALL_GIVEN], {
      cols: 40,
      rows: 24,
    });
    await wizard.answer(/Dispatcher’s address/, ENTER);
    for (const question of [/Kind of worker/, /What is it/, /opml worker/, /Listen on/, /URL from outside/])
      await wizard.answer(question, ENTER);
    await wizard.answer(/VRF key file/, `sub/vrf.key${ENTER}`);
    for (const question of [/Journal directory/, /Where alerts go/]) await wizard.answer(question, ENTER);
    await wizard.until(/Write it\?/);
    expect(wizard.screen()).not.toContain('secret-key');

    // What cannot be written costs no answer.
    const inTheWay = world.file('sub', '');
    wizard.pty.write(ENTER);
    await wizard.until(/Write it\?[^]*Write it\?/);
    expect(wizard.screen().replaceAll(/\s+/g, '')).toContain('vrf.keycouldnotbewritten');
    rmSync(inTheWay);
    wizard.pty.write(ENTER);
    expect(await wizard.ended).toBe(0);
  });
});

describe('aos init without a terminal', () => {
  it('names every missing flag at once, and writes nothing', async () => {
    await using world = openWorld();
    for (const args of [['init'], ['init', '--yes']]) {
      const {code, stderr} = await world.run(args);
      expect(code).toBe(64);
      for (const flag of ['--node-id', '--signer-url', '--dispatcher-url', '--rpc-url', '--range-contract'])
        expect(stderr).toContain(flag);
    }
    const {code, stdout} = await world.ask(['init', '--yes', '--json']);
    expect([code, (jsonOf(stdout) as {error: {code: string}}).error.code]).toEqual([64, 'USAGE']);
    expect(filesOf(world)).toEqual([]);
  });

  it('looks at nothing without --probe, and tells what does not answer with it', async () => {
    await using world = openWorld();
    const quiet = await world.run(['init', '--yes', '--json', ...ALL_GIVEN]);
    expect(quiet).toMatchObject({code: 0});
    expect((jsonOf(quiet.stdout) as {result: {problems: unknown[]}}).result.problems).toEqual([]);
    const args = [
      'init',
      '--yes',
      '--probe',
      '--json',
      '-c',
      'second.yaml',
      '--listen',
      '127.0.0.1:0',
      '--alert-webhook',
      `${NOTHING}/T0/secret-key`,
      ...ALL_GIVEN,
    ];
    const probed = await world.ask(args);
    expect(probed).toMatchObject({code: 4});
    const {problems, next} = (jsonOf(probed.stdout) as {result: {problems: {id: string}[]; next: string[]}})
      .result;
    expect(problems.map(({id}) => id)).toEqual([
      'signer-url',
      'dispatcher-url',
      'rpc-url',
      'worker-url',
      'alert-webhook',
    ]);
    const steps = ['signer check', 'alert test', 'register --check', 'register', 'run'];
    expect(next).toEqual(steps.map((words) => `aos ${words} -c ./second.yaml`));
    expect(probed.stdout + probed.stderr).not.toContain('secret-key');
    const text = readFileSync(path.join(world.home, 'second.yaml'), 'utf8');
    expect(text).toMatch(
      /# \d{4}-\d\d-\d\d, when this was written: .*\n(.*# .*\n)*? {2}signer_key: "http:\/\/127\.0\.0\.1:1"/,
    );
    expect(await world.ask(['config', 'validate', '-c', 'second.yaml'])).toMatchObject(USABLE_HERE);
  });

  it('checks no answer that was passed over', async () => {
    await using world = openWorld();
    const probed = await world.ask(['init', '--yes', '--probe', '--listen', '127.0.0.1:0', ...ALL_GIVEN]);
    expect(probed).toMatchObject({code: 4});
    expect(probed.stdout + probed.stderr).not.toContain('BUG');
    expect(readFileSync(path.join(world.home, 'config.yaml'), 'utf8')).toMatch(/^version: 1$/m);
  });

  it('never replaces a file without --force, and keeps the old one', async () => {
    await using world = openWorld();
    const file = world.file('config.yaml', 'network: mainnet\n');
    expect(await world.ask(['init', '--yes', ...ALL_GIVEN])).toMatchObject({code: 73});
    expect(filesOf(world)).toEqual(['config.yaml']);
    expect(await world.ask(['init', '--yes', '--force', ...ALL_GIVEN])).toMatchObject({code: 0});
    expect(readFileSync(`${file}.bak`, 'utf8')).toBe('network: mainnet\n');
  });

  it('takes no directory and no link that leads back to itself for the file', async () => {
    await using world = openWorld();
    mkdirSync(path.join(world.home, 'dir'));
    symlinkSync('loop.yaml', path.join(world.home, 'loop.yaml'));
    world.file('plain', '');
    for (const [name, code, said] of [
      ['dir', 78, 'is a directory'],
      ['loop.yaml', 78, 'leads back to itself'],
      ['plain/config.yaml', 73, 'is not a directory'],
    ] as const) {
      const ended = await world.ask(['init', '--yes', '-c', name, ...ALL_GIVEN]);
      expect(ended).toMatchObject({code, stderr: expect.stringContaining(said) as string});
    }
  });

  it('says of a file of another user that it cannot be read', async (test) => {
    await using world = openWorld();
    const file = world.file('config.yaml', 'network: mainnet\n', 0o600);
    const nobody = (args: readonly string[]) =>
      spawnSync(process.execPath, [AOS, ...args], {
        cwd: '/',
        env: {PATH: process.env['PATH'], HOME: '/'},
        encoding: 'utf8',
        ...(process.getuid?.() === 0 ? {uid: 65_534, gid: 65_534} : {}),
      });
    // Only root can be another user, and only where this checkout is not root's alone.
    if (process.getuid?.() !== 0 || nobody(['--version']).status !== 0) test.skip();
    chmodSync(world.home, 0o755);
    for (const args of [['config', 'validate'], ['run', '--headless'], ['status'], ['config', 'show']]) {
      const {status, stderr} = nobody([...args, '-c', file]);
      expect([status, stderr]).toEqual([78, expect.stringMatching(/CONFIG_UNREADABLE/)]);
      expect(stderr).toMatch(/permission|EACCES/);
    }
    const {status} = nobody(['init', '--yes', '-c', file, ...ALL_GIVEN]);
    expect(status).toBe(73);
    expect(readFileSync(file, 'utf8')).toBe('network: mainnet\n');
  });

  it('writes through a link, so that it stays one', async () => {
    await using world = openWorld();
    world.file('real.yaml', 'network: mainnet\n');
    symlinkSync('real.yaml', path.join(world.home, 'config.yaml'));
    expect(await world.ask(['init', '--yes', '--force', ...ALL_GIVEN])).toMatchObject({code: 0});
    expect(readFileSync(path.join(world.home, 'real.yaml'), 'utf8')).toContain(OWN);
    expect(existsSync(path.join(world.home, 'real.yaml.bak'))).toBe(true);
  });

  it('makes the files of a Web3Signer, but only for this machine', async () => {
    await using world = openWorld();
    const local = ALL_GIVEN.filter((_, index) => index !== 2 && index !== 3);
    const {code, stdout} = await world.ask(['init', '--yes', '--with-web3signer', '--json', ...local]);
    expect(code).toBe(0);
    const {web3signer, next} = (
      jsonOf(stdout) as {result: {web3signer: Record<string, string>; next: string[]}}
    ).result;
    for (const file of [web3signer['compose'], web3signer['keyConfig']])
      expect(statSync(file ?? '').mode & 0o777).toBe(0o600);
    expect(next[0]).toContain('aos keys ecdsa import --dir');
    for (const url of ['http://10.0.0.5:9000', 'https://127.0.0.1:9000', 'http://127.0.0.2:9000']) {
      const other = ['init', '--yes', '--with-web3signer', '-c', 'x.yaml', ...local, '--signer-url', url];
      expect(await world.ask(other)).toMatchObject({code: 64});
    }
  });
});

describe('aos config', () => {
  it('moves the keys out of a file of the reference operator, and its refusal names the command', async () => {
    await using world = openWorld();
    const key = OWN_KEY;
    world.file(
      'config.yaml',
      `node:\n  node_id: "${OWN}"\n  signer_key: "${key}"\nnet: {dispatcher_url: "127.0.0.1:1"}\n`,
    );
    const refused = await world.run(['signer', 'check']);
    expect(refused).toMatchObject({
      code: 77,
      stderr: expect.stringContaining('aos config migrate config.yaml') as string,
    });
    const closed = await world.run(['config', 'migrate', 'config.yaml']);
    expect(closed).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/--network NAME.*--password-file.*--yes/) as string,
    });
    world.file('pw', 'a long password\n');
    const moved = await world.ask([
      'config',
      'migrate',
      'config.yaml',
      '--yes',
      '--json',
      '--network',
      'mainnet',
      '--password-file',
      'pw',
    ]);
    expect(moved.code).toBe(4);
    expect(moved.stdout + moved.stderr).not.toContain(key.slice(0, 12));
    expect(moved.stdout).not.toContain('a long password');
    expect(await world.ask(['config', 'validate', '--for', 'signer'])).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('usable') as string,
    });
    // A path of this machine would mean nothing in the container of the signer.
    expect(readFileSync(path.join(world.home, 'keys/operator.yaml'), 'utf8')).toContain(
      'keystorePasswordFile: "operator.password"',
    );
    const retired = await world.ask(['config', 'migrate', 'config.yaml', '--network', 'holesky']);
    expect(retired).toMatchObject({code: 64, stderr: expect.stringContaining('is retired') as string});
  });

  it('does not start a node whose type is not among its workers, and lets it leave', async () => {
    await using world = openWorld();
    world.file(
      'config.yaml',
      `node: {node_id: "${OPERATOR}", signer_key: "${NOTHING}", vrf_key: ${'ab'.repeat(32)}, node_type: tee}\nnet: {dispatcher_url: "127.0.0.1:1"}\nchain: {chain_rpc_url: "${NOTHING}", vrf_range_contract: "${CONTRACT}"}\nworkers: {opml: }\n`,
    );
    for (const args of [
      ['run', '--headless'],
      ['config', 'validate'],
    ])
      expect(await world.ask(args)).toMatchObject({
        code: 78,
        stderr: expect.stringContaining('node.node_type  is tee, but the workers are opml') as string,
      });
    expect(await world.ask(['tx', 'list'])).toMatchObject({code: 0});
  });

  it('shows where each value comes from, and no secret', async () => {
    await using world = openWorld();
    world.file(
      'config.yaml',
      `network: mainnet\nnode_id: "${OPERATOR}"\nsigner_key: http://127.0.0.1:9000\nchain: {chain_rpc_url: "https://u:p@rpc.example.org/v3/abc?k=1"}\nnode: {vrf_key: ${'ab'.repeat(32)}}\n`,
    );
    const env = {AOS_NET_DISPATCHER_URL: '127.0.0.1:8081'};
    const {code, stdout} = await world.run(['config', 'show', '--origin', '--json'], {env});
    expect(code).toBe(0);
    const {values} = (
      jsonOf(stdout) as {result: {values: {path: string; value: string; from: string; detail: string}[]}}
    ).result;
    const of = (name: string) => values.find((value) => value.path === name);
    expect(of('net.dispatcher_url')).toMatchObject({from: 'env', detail: 'AOS_NET_DISPATCHER_URL'});
    expect(of('node.node_id')).toMatchObject({from: 'file', detail: 'config.yaml:2:10'});
    expect(of('chain.chain_id')).toMatchObject({value: '1', from: 'preset', detail: 'mainnet'});
    expect(of('net.rest_url')).toMatchObject({from: 'default'});
    expect(of('chain.chain_rpc_url')?.value).toBe('https://rpc.example.org/… (the rest is not shown)');
    expect(of('node.vrf_key')?.value).toBe('(not shown)');
    world.file('wrong.yaml', 'network: mainnet\nnet: {rest_url: nowhere}\n');
    const wrong = await world.ask(['config', 'show', '-c', 'wrong.yaml', '--json']);
    expect(wrong.code).toBe(4);
    expect(jsonOf(wrong.stdout)).toMatchObject({ok: true, warnings: [{code: 'CONFIG_INVALID'}]});
    const people = await world.ask(['config', 'show', '--origin'], {env});
    for (const text of [stdout, people.stdout]) {
      expect(text).not.toMatch(/abab|u:p|v3\/abc|k=1/);
    }
  });

  it('validates: all problems at once, warnings, and the VRF key file', async () => {
    await using world = openWorld();
    const file = world.file('config.yaml', `node: {node_id: 0x12, heartbeat_interval: x}\nmisspelt: 1\n`);
    const bad = await world.run(['config', 'validate', '--json']);
    const {error} = jsonOf(bad.stdout) as {error: {details: {problems: {path: string}[]}}};
    expect(bad.code).toBe(78);
    expect(error.details.problems.map((problem) => problem.path)).toEqual(
      expect.arrayContaining([
        'node.node_id',
        'node.heartbeat_interval',
        'node.signer_key',
        'net.dispatcher_url',
      ]),
    );
    await world.ask(['init', '--yes', '--force', ...ALL_GIVEN]);
    expect(await world.ask(['config', 'validate'])).toMatchObject(USABLE_HERE);
    world.file('config.yaml', `${readFileSync(file, 'utf8')}mispelt: 1\n`);
    expect(await world.ask(['config', 'validate'])).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('mispelt') as string,
    });
    world.file('vrf.key', 'not a key');
    const broken = await world.ask(['config', 'validate']);
    expect(broken).toMatchObject({code: 78, stderr: expect.stringContaining('node.vrf_key_file') as string});
  });

  it('prints the schema as it is, for a file', async () => {
    await using world = openWorld();
    const plain = await world.run(['config', 'schema']);
    const inEnvelope = await world.ask(['config', 'schema', '--json']);
    expect((jsonOf(inEnvelope.stdout) as {result: unknown}).result).toEqual(jsonOf(plain.stdout));
  });
});

describe('aos keys vrf', () => {
  it('makes a key once, and shows its public side only', async () => {
    await using world = openWorld();
    const made = await world.run(['keys', 'vrf', 'create', '--json']);
    expect(made.code).toBe(0);
    const seed = readFileSync(path.join(world.home, 'vrf.key'), 'utf8').trim();
    const shown = await world.ask(['keys', 'vrf', 'show', '--json']);
    expect((jsonOf(shown.stdout) as {result: unknown}).result).toEqual(
      (jsonOf(made.stdout) as {result: unknown}).result,
    );
    expect(made.stdout + shown.stdout).not.toContain(seed);
    expect(await world.ask(['keys', 'vrf', 'create'])).toMatchObject({code: 73});
  });
});

import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readPlace, type Place} from '../../../../src/lib/features/guide/place.ts';
import {COMMAND_OF, ROAD_STEPS, roadOf, type Road} from '../../../../src/lib/features/guide/road.ts';
import {guideText} from '../../../../src/lib/features/guide/text.ts';
import {palette} from '../../../../src/lib/cli/palette.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import {COMMANDS} from '../../../../src/lib/foundation/next-step/commands.ts';
import {takeLock} from '../../../../src/lib/node/journal/lock.ts';
import {pickDriver} from '../../../../src/lib/node/journal/driver.ts';
import {openTxJournal} from '../../../../src/lib/node/journal/transactions.ts';
import {goodFile, NODE_ID, tempDir} from '../../../support/config-file.ts';

const FILE = goodFile({more: 'workers:\n  opml: {url: http://127.0.0.1:1234}\nstore:\n  dir: ./state\n'});
const HASH = `0x${'1'.repeat(64)}` as const;
const NOW = 1_800_000_000_000;

/** A directory with a valid configuration and a VRF key. */
function machine(text = FILE) {
  const dir = tempDir();
  writeFileSync(join(dir.path, 'config.yaml'), text, {mode: 0o600});
  writeFileSync(join(dir.path, 'vrf.key'), 'ab'.repeat(32), {mode: 0o600});
  return {
    path: dir.path,
    state: join(dir.path, 'state'),
    place: (env = {}): Place => readPlace({flag: undefined, env: {HOME: dir.path, ...env}, cwd: dir.path}),
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

async function send(
  dir: string,
  intent: string,
  isMined: boolean,
  kind: 'send' | 'cancel' = 'send',
): Promise<void> {
  const journal = openTxJournal({dir});
  await journal.add({
    hash: HASH,
    chain: {id: 1, genesis: HASH},
    sender: NODE_ID,
    nonce: 1,
    intent,
    kind,
    title: intent,
    to: `0x${'2'.repeat(40)}`,
    data: '0x',
    value: 0n,
    gas: 1n,
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 1n,
    raw: '0x',
    signedAt: NOW,
  });
  await journal.sent(HASH);
  const receipt = {status: 'success', block: 7n, blockHash: HASH, gasUsed: 1n, feeWei: 1n} as const;
  if (isMined) await journal.end(HASH, 'mined', receipt);
  journal.close();
}

const seen = (place: Place): Record<string, string> => {
  const {steps, next} = roadOf(place, NOW);
  return {...Object.fromEntries(steps.map(({id, state}) => [id, state])), next: renderNext(next)};
};
const lines = (road: Road, width: number): string[] =>
  guideText(road, {paint: palette(false), ascii: true, width, next: renderNext}).split('\n');

describe('where a machine is', () => {
  it('is at the beginning without a configuration, and makes no file', () => {
    using dir = tempDir();
    const place = readPlace({flag: undefined, env: {HOME: dir.path}, cwd: dir.path});
    expect(seen(place)).toEqual({
      init: 'pending',
      'signer-check': 'skipped',
      'register-check': 'skipped',
      register: 'skipped',
      run: 'skipped',
      next: 'aos init',
    });
    expect(readdirSync(dir.path)).toEqual([]);
    writeFileSync(join(dir.path, 'config.yaml.draft'), '{}');
    const left = readPlace({flag: undefined, env: {HOME: dir.path}, cwd: dir.path});
    expect(roadOf(left, NOW).steps[0]?.found).toContain('config.yaml.draft');
  });

  it.each([
    [
      'a wrong value',
      FILE.replace('heartbeat_interval: 10', 'heartbeat_interval: soon'),
      'aos config validate',
    ],
    ['a worker of another kind', FILE.replace('node:\n', 'node:\n  node_type: tee\n'), 'aos config validate'],
    ['broken YAML', 'node: [', 'aos config validate'],
    ['a VRF key that is missing', FILE.replace('vrf.key', 'other.key'), 'aos keys vrf create --file'],
  ])('%s comes first', (_what, text, next) => {
    using one = machine(text);
    expect(seen(one.place())).toMatchObject({
      init: 'fail',
      run: 'skipped',
      next: expect.stringContaining(next) as string,
    });
  });

  it('a named file that is not there is said, and init is the way', () => {
    using one = machine();
    const place = readPlace({flag: 'nowhere.yaml', env: {HOME: one.path}, cwd: one.path});
    expect(place).toMatchObject({state: 'wrong', found: 'there is no file nowhere.yaml'});
    expect(roadOf(place, NOW).next.run?.command).toBe('init');
  });

  it('names a BLS key that is configured and not there', () => {
    using one = machine(FILE.replace('node:\n', 'node:\n  bls_key_file: bls.json\n'));
    expect(seen(one.place())).toMatchObject({
      init: 'warn',
      next: expect.stringMatching(/aos keys bls create --file .*bls\.json/) as string,
    });
  });

  it('with a configuration it is at the signer, which no file speaks for', () => {
    using one = machine();
    expect(seen(one.place())).toEqual({
      init: 'ok',
      'signer-check': 'unknown',
      'register-check': 'unknown',
      register: 'unknown',
      run: 'pending',
      next: 'aos signer check',
    });
    expect(readdirSync(one.path).sort()).toEqual(['config.yaml', 'vrf.key']);
  });

  it.each([
    ['register:a:b', false, {'signer-check': 'ok', register: 'pending', next: 'aos register'}],
    ['register:a:b', true, {'signer-check': 'ok', 'register-check': 'ok', register: 'ok', next: 'aos run'}],
    ['deregister:a:b', true, {register: 'warn', 'register-check': 'unknown', next: 'aos status'}],
    ['socket:a:b', true, {register: 'unknown', next: 'aos signer check'}],
  ])('%s, mined: %s', async (intent, isMined, expected) => {
    using one = machine();
    await send(one.state, intent, isMined);
    expect(seen(one.place())).toMatchObject(expected);
  });

  it('a registration that was cancelled is none', async () => {
    using one = machine();
    await send(one.state, 'register:a:b', true, 'cancel');
    expect(seen(one.place())).toMatchObject({register: 'unknown', next: 'aos signer check'});
  });

  it('an operator that runs is seen, and one that has run before', () => {
    using one = machine();
    mkdirSync(one.state, {mode: 0o700});
    writeFileSync(join(one.state, 'journal.db'), '');
    expect(seen(one.place())).toMatchObject({run: 'warn', next: 'aos run'});
    const lock = takeLock(pickDriver(), one.state);
    try {
      expect(seen(one.place())).toMatchObject({run: 'ok', next: 'aos status'});
    } finally {
      lock.release();
    }
  });
});

describe('the first screen', () => {
  it('has the steps, and fits any width in whole words', () => {
    using one = machine();
    const road = roadOf(one.place(), NOW);
    expect(road.steps.map(({id}) => id)).toEqual(ROAD_STEPS);
    for (const {run} of Object.values(COMMAND_OF)) expect(Object.keys(COMMANDS)).toContain(run?.command);
    for (const width of [40, 80, 120, Infinity]) {
      const all = lines(road, width);
      for (const command of ['aos init', 'aos signer check', 'aos register --check', 'aos run'])
        expect(all.some((line) => line.includes(command))).toBe(true);
      expect(all).toContain('Next: aos signer check');
    }
  });

  it('reads like this without a configuration', () => {
    expect(lines(roadOf({state: 'none', draft: null}, NOW), 80).join('\n')).toMatchInlineSnapshot(`
      "Five steps to a running operator. Nothing but the files of this machine was
      looked at:

      ~ 1. aos init              asks for everything, checks each answer, writes the
                                 configuration and the VRF key
                                 there is no configuration yet
      - 2. aos signer check      proves that Web3Signer signs with the key of this
                                 operator
      - 3. aos register --check  lists what registering needs; signs and sends nothing
      - 4. aos register          registers at EigenLayer, the AVS and the dispatcher;
                                 asks before each transaction
      - 5. aos run               receives jobs, answers them, and shows a dashboard

      Next: aos init

      To try it without risk: aos run --devnet
      All commands: aos --help"
    `);
  });
});

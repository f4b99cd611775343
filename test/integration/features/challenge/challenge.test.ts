import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {encodeFunctionData, type Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {
  readChallenges,
  type Challenges,
  type ChallengeOptions,
} from '../../../../src/lib/peers/chain/challenges.ts';
import {challengeManagerAbi} from '../../../../src/lib/peers/chain/abis-aos.ts';
import {readChallengeFacts} from '../../../../src/lib/peers/chain/challenge-facts.ts';
import {openChain} from '../../../../src/lib/peers/chain/open.ts';
import {verifyReadings} from '../../../../src/lib/protocol/clock/readings.ts';
import type {Config} from '../../../../src/lib/config/config.ts';
import {mined} from '../../../../src/devnet/chain/batch.ts';
import {devRpc, devRpcBatch} from '../../../../src/devnet/chain/rpc.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import type {ChainHooks} from '../../../support/chain-hooks.ts';
import {
  evidenceExit,
  gatherEvidence,
  parseClockNumber,
  type EvidenceOptions,
} from '../../../../src/lib/features/challenge/evidence.ts';
import {openJournal, type NodeJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {
  challengeExit,
  challengesJson,
  challengeTable,
  challengeWarnings,
} from '../../../../src/lib/features/challenge/text.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {OPERATOR, startChainRig, type ChainRig} from '../../../support/chain-rig.ts';
import {BLS_SECRET, registrationOf} from '../../../support/bls-registry.ts';
import {respondTo} from '../../../support/challenge-answer.ts';
import {contractsOf} from '../../../support/history-rig.ts';
import {startRpcShim} from '../../../support/rpc-shim.ts';
import {callbackBody, contentOf, dispatchFrame} from '../../../support/evidence.ts';
import {inTempDir, newJob, VRF} from '../../../support/journal.ts';

const HASH: Hex = `0x${'07'.repeat(32)}`;
let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls'});
  hooks = rig.hooks(aos);
  await rig.send(OPERATOR.address, aos.registry, await registrationOf(rig, aos, OPERATOR));
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

const book = (over: Partial<ChallengeOptions> = {}): Promise<Challenges> =>
  readChallenges(
    {
      fresh: false,
      rpcUrls: [rig.url],
      chainId: 31337,
      contracts: contractsOf(aos),
      cacheDir: null,
      concurrency: 4,
      maxRequests: 1_000,
      timeoutMs: 10_000,
      time: systemTime,
      random: () => 0.5,
      ...over,
    },
    AbortSignal.timeout(50_000),
  );

const respond = (): Promise<void> => respondTo(rig, aos, 0, [BLS_SECRET]);

describe('challenges on chain', () => {
  it('are none on a chain without any', async () => {
    const read = await book();
    expect([read.challenges, read.count, challengeExit(read.challenges, read.unreadable)]).toEqual([
      [],
      0,
      0,
    ]);
    expect(challengeTable(read, [], 100)).toContain('No challenges of the AVS');
  });

  it('count down their blocks, and are over after the last', async () => {
    await hooks.createChallenge({clockNumber: 2n ** 200n, attestationHash: HASH, signature: '0x0102'});
    const fresh = await book();
    const window = fresh.windowBlocks!;
    expect(fresh.challenges).toMatchObject([
      {index: 0, clockNumber: 2n ** 200n, signature: '0x0102', state: 'open', blocksLeft: window},
    ]);
    expect(challengeExit(fresh.challenges)).toBe(4);
    expect(challengesJson(fresh, fresh.challenges)).toMatchObject({
      open: 1,
      challenges: [{clockNumber: (2n ** 200n).toString(), blocksLeft: window}],
    });
    await hooks.mine(window - 1);
    const late = await book();
    expect(late.challenges[0]).toMatchObject({state: 'open', blocksLeft: 1});
    const shown = await rig.snapshot();
    await respond(); // mined in the last block that takes it
    expect((await book()).challenges[0]).toMatchObject({state: 'answered', blocksLeft: null});
    await rig.restore(shown);
    await hooks.mine(1);
    const over = await book();
    expect(over.challenges[0]).toMatchObject({state: 'unanswered', blocksLeft: null});
    expect(challengeExit(over.challenges)).toBe(0);
  });

  it('are open by one rule, here and for status and deregister: while the next block takes an answer', async () => {
    await hooks.createChallenge({clockNumber: 77n, attestationHash: HASH});
    const {deadlineBlock} = (await book()).challenges[0]!;
    await hooks.mine(deadlineBlock! - 1 - Number(await rig.block()));
    const ask = async () => {
      const signal = AbortSignal.timeout(10_000);
      const chain = await openChain({rpcUrls: [rig.url], chainId: 31337, timeoutMs: 5_000, signal});
      const facts = await readChallengeFacts(chain, aos.challenge_manager);
      return [(await book()).challenges.map(({state}) => state), facts?.open.length, facts?.unanswered];
    };
    expect(await ask()).toEqual([['open'], 1, 1]);
    await hooks.mine(1);
    expect(await ask()).toEqual([['unanswered'], 0, 1]);
    await expect(respond()).rejects.toThrow();
  });

  it('are followed by their own numbers, however many are opened after them', async () => {
    const data = encodeFunctionData({
      abi: challengeManagerAbi,
      functionName: 'createNewChallenge',
      args: [1n, HASH, '0x', 67, '0x00'],
    });
    // In one block, so that they are all open.
    const {owner: from, challenge_manager: to} = aos;
    const request = {method: 'eth_sendTransaction', params: [{from, to, data, gas: '0x7a120'}]};
    await devRpc(rig.url, 'anvil_setBalance', [from, `0x${(10n ** 20n).toString(16)}`]);
    await devRpc(rig.url, 'anvil_impersonateAccount', [from]);
    const hashes = await devRpcBatch(
      rig.url,
      Array.from({length: 52}, () => request),
    );
    expect(new Set(await mined(rig.url, hashes as Hex[]))).toEqual(new Set(['0x1']));
    const read = async (open: readonly number[]) => {
      const signal = AbortSignal.timeout(10_000);
      const chain = await openChain({rpcUrls: [rig.url], chainId: 31337, timeoutMs: 5_000, signal});
      return readChallengeFacts(chain, aos.challenge_manager, {open, from: null});
    };
    const opened = await read([]);
    expect(opened?.open.map(({index}) => index)).toContain(0);
    await hooks.mine(Number(opened?.windowBlocks));
    expect((await read([]))?.unansweredIndices).not.toContain(0);
    expect((await read([0]))?.unansweredIndices).toContain(0);
  });

  it('are never taken for missed ones where an RPC answers with no logs', async () => {
    await hooks.createChallenge({clockNumber: 77n, attestationHash: HASH});
    const none = (id: unknown) => ({status: 200, body: JSON.stringify({jsonrpc: '2.0', id, result: []})});
    const shim = await startRpcShim(rig.url, ({id, method}) => (method === 'eth_getLogs' ? none(id) : null));
    const read = async (url: string, followed: {open: number[]; from: number | null}) => {
      const signal = AbortSignal.timeout(10_000);
      const chain = await openChain({rpcUrls: [url], chainId: 31337, timeoutMs: 5_000, signal});
      const facts = await readChallengeFacts(chain, aos.challenge_manager, followed);
      return [facts?.windowKnown, facts?.open.length, facts?.unanswered];
    };
    try {
      // It came after the last reading, or was open then.
      expect(await read(shim.url, {open: [], from: 0})).toEqual([false, 0, 1]);
      expect(await read(shim.url, {open: [0], from: 1})).toEqual([false, 0, 1]);
      expect(await read(rig.url, {open: [0], from: 1})).toEqual([true, 1, 1]);
      await hooks.mine(Number((await book()).windowBlocks));
      expect(await read(rig.url, {open: [0], from: 1})).toEqual([true, 0, 1]);
    } finally {
      await shim.close();
    }
  });

  it('with numbers and hashes of any length stay in a table of 80 columns, cut where it says so', async () => {
    await hooks.createChallenge({clockNumber: 2n ** 256n - 1n, attestationHash: HASH});
    const read = await book();
    const lines = challengeTable(read, read.challenges, 80).split('\n');
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.join('\n')).toMatch(/115792\d*…\d+/);
    expect(challengeTable(read, read.challenges, 200)).toMatch(/0x0707\w*…\w+/);
  });

  it('that are answered wait no more', async () => {
    await hooks.createChallenge({clockNumber: 77n, attestationHash: HASH});
    await respond();
    const read = await book();
    expect(read.challenges).toMatchObject([
      {state: 'answered', answeredBlock: Number(await rig.block()), blocksLeft: null},
    ]);
    expect([challengeExit(read.challenges, read.unreadable), challengeWarnings(read)]).toEqual([0, []]);
  });

  it('are told when the contract is not there, or not set', async () => {
    const contracts = contractsOf(aos);
    await expect(book({contracts: {...contracts, challengeManager: null}})).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(book({contracts: {...contracts, challengeManager: OPERATOR.address}})).rejects.toMatchObject(
      {code: 'CHAIN_NO_CODE'},
    );
    await expect(
      book({contracts: {...contracts, challengeManager: aos.penalty_ledger}}),
    ).rejects.toMatchObject({
      code: 'CHAIN_MISMATCH',
      next: {say: 'Check chain.contracts.challenge_manager.'},
    });
    await expect(book({rpcUrls: ['http://127.0.0.1:9']})).rejects.toMatchObject({code: 'CHAIN_UNREACHABLE'});
  });
});

/** A journal with job `a` (clock 76, answered with 77), another job between its readings, and a probe. */
async function fill(journal: NodeJournal): Promise<void> {
  const give = (jobId: string, clock: [bigint, number][]) =>
    journal.receive({
      ...newJob(jobId, {clock: new Map(clock)}),
      frame: Buffer.from(
        dispatchFrame([{jobId, clock: Object.fromEntries(clock.map(([id, n]) => [String(id), String(n)]))}]),
      ),
    });
  const a = await give('../a\u0000', [[7n, 76]]);
  await journal.select(a.record.seq, VRF, {
    requestId: 'q',
    seq: a.record.seq,
    kind: 'opml',
    attempt: 1,
    askedAt: 1,
  });
  await give('b', [[8n, 500]]);
  const answer = {outcome: 'answered', vrf: VRF, content: contentOf({'7': '77'}), at: 4} as const;
  await journal.answer('q', callbackBody('0xroot'), 3, () => answer);
  await journal.read({event: 'probe_answered', ref: '', merge: null}, 5);
  await journal.remember('sampling-range', '0 9 100 5');
}

async function withNode(
  use: (
    gather: (over?: Partial<EvidenceOptions>) => ReturnType<typeof gatherEvidence>,
    dir: string,
    journal: NodeJournal,
  ) => Promise<void>,
): Promise<void> {
  await inTempDir(async (dir) => {
    // The operator continues writing while evidence is gathered.
    const journal = await openJournal({dir: path.join(dir, 'state'), clockId: 1n});
    await fill(journal);
    const config = {
      network: 'custom',
      node: {id: OPERATOR.address, clockId: 1n},
      store: {dir: path.join(dir, 'state')},
    } as unknown as Config;
    const gather = (over: Partial<EvidenceOptions> = {}) =>
      gatherEvidence(config, {
        clockNumber: 77n,
        out: path.join(dir, 'out'),
        force: false,
        book: null,
        now: 0,
        ...over,
      });
    try {
      await use(gather, dir, journal);
    } finally {
      await journal.close();
    }
  });
}

const modeOf = (file: string): number => statSync(file).mode & 0o777;

describe('evidence from a real journal', () => {
  it('is gathered for a challenged clock number, private, with the hash of every file', () =>
    withNode(async (gather, dir, journal) => {
      await hooks.createChallenge({clockNumber: 77n, attestationHash: HASH});
      const head = journal.lastReading();
      const report = await gather({book: await book()});
      expect(evidenceExit(report)).toBe(0);
      const out = path.join(dir, 'out');
      expect(report.directory).toBe(out);
      expect(modeOf(out)).toBe(0o700);
      const names = readdirSync(out);
      expect(names.every((name) => modeOf(path.join(out, name)) === 0o600)).toBe(true);
      const read = (name: string): string => readFileSync(path.join(out, name), 'utf8');
      const manifest = JSON.parse(read('manifest.json')) as {
        jobs: {jobId: string; matches: string[]; stateRoot: string}[];
        files: {name: string; sha256: string}[];
      };
      expect(manifest.jobs).toMatchObject([
        {jobId: '../a\u0000', matches: ['answer clock'], stateRoot: '0xroot'},
      ]);
      expect(manifest.files.map(({name}) => name).sort()).toEqual(
        names.filter((name) => name !== 'manifest.json').sort(),
      );
      for (const {name, sha256} of manifest.files)
        expect(createHash('sha256').update(read(name)).digest('hex')).toBe(sha256);
      expect(read('challenges.json')).toContain('"clockNumber": "77"');
      expect(read('job-1-vrf.json')).toContain('"end": "9"');
      const lines = read('job-1-readings.ndjson').trimEnd().split('\n');
      expect(lines).toHaveLength(4); // its own three, and the other job’s between them
      expect(journal.lastReading()).toEqual(head);
    }));

  it('gives runs of readings that hold by themselves', () =>
    withNode(async (_gather, _dir, journal) => {
      await Promise.resolve();
      const [standing] = journal.readings.standingAt(3);
      expect(standing).toMatchObject({n: 3, event: 'answer_taken'});
      expect(journal.readings.of('../a\u0000').map(({n}) => n)).toEqual([1, 3, 4]);
      expect(verifyReadings(journal.readings.between(2, 5))).toEqual({ok: true});
      expect(journal.readings.between(2, 5)).toHaveLength(4);
    }));

  it('takes every job that matches, by a reading too', () =>
    withNode(async (gather) => {
      const report = await gather({clockNumber: 2n}); // our own clock stood at 2 when b came
      expect(report).toMatchObject({bundle: {jobs: [{jobId: 'b', matches: ['clock reading']}]}});
      expect(evidenceExit(report)).toBe(4); // b was never sampled
    }));

  it.each([
    ['no job', 12_345n],
    ['more than a clock counts', 2n ** 32n],
  ])('makes no directory where there is nothing: %s', (_name, clockNumber) =>
    withNode(async (gather, dir) => {
      const report = await gather({clockNumber});
      expect([report.directory, evidenceExit(report)]).toEqual([null, 3]);
      expect(readdirSync(dir)).toEqual(['state']);
    }),
  );

  it('is gathered for a whole number only, and its refusal names the argument', () => {
    expect(parseClockNumber('0')).toBe(0n);
    expect(parseClockNumber(String(2n ** 256n - 1n))).toBe(2n ** 256n - 1n);
    for (const text of ['', '-1', '1.5', '0x1', ' 1', String(2n ** 256n)])
      expect(() => parseClockNumber(text), text).toThrow(
        expect.objectContaining({
          code: 'USAGE',
          message: expect.stringMatching(/^CLOCK /) as string,
        }) as Error,
      );
  });

  it('makes none for a clock number that is not challenged, and says which number was meant', () =>
    withNode(async (gather, dir) => {
      await hooks.createChallenge({clockNumber: 77n, attestationHash: HASH});
      const report = await gather({clockNumber: 0n, book: await book()});
      expect(evidenceExit(report)).toBe(3);
      expect(report).toMatchObject({
        why: expect.stringContaining('is about clock 77: use that number') as string,
      });
      expect(readdirSync(dir)).toEqual(['state']);
    }));

  it('is replaced only by force, and nothing else ever is', () =>
    withNode(async (gather, dir) => {
      const out = path.join(dir, 'out');
      mkdirSync(out); // an empty directory may be there
      await gather();
      await expect(gather()).rejects.toMatchObject({code: 'EVIDENCE_EXISTS'});
      await gather({clockNumber: 2n, force: true});
      expect(readFileSync(path.join(out, 'manifest.json'), 'utf8')).toContain('"clockNumber": "2"');
      expect(readdirSync(out)).not.toContain('job-1-vrf.json');
      writeFileSync(path.join(out, 'notes.txt'), 'mine');
      await expect(gather({force: true})).rejects.toMatchObject({code: 'EVIDENCE_EXISTS'});
      symlinkSync(out, path.join(dir, 'link'));
      await expect(gather({out: path.join(dir, 'link'), force: true})).rejects.toMatchObject({
        code: 'EVIDENCE_EXISTS',
      });
      await expect(gather({out: path.join(out, 'notes.txt', 'sub')})).rejects.toMatchObject({
        code: 'EVIDENCE_WRITE_FAILED',
      });
      expect(readdirSync(dir).sort()).toEqual(['link', 'out', 'state']);
      expect(readFileSync(path.join(out, 'notes.txt'), 'utf8')).toBe('mine');
    }));
});

import {privateKeyToAccount} from 'viem/accounts';
import type {Hex} from 'viem';
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {replaceTransaction} from '../../../../../src/lib/peers/chain/tx/replace.ts';
import {
  attemptWith,
  cancelNonce,
  checkCancelNonce,
} from '../../../../../src/lib/peers/chain/tx/cancel-nonce.ts';
import {refreshOpenAttempts} from '../../../../../src/lib/peers/chain/tx/open-attempts.ts';
import {transact, type TransactOutcome} from '../../../../../src/lib/peers/chain/tx/transact.ts';
import {startAnvil, type Anvil} from '../../../../../src/devnet/chain/anvil.ts';
import {devRpc} from '../../../../../src/devnet/chain/rpc.ts';
import {DEV_SIGNER_KEY} from '../../../../../src/devnet/signer/keys.ts';
import {startRpcShim, type Tamper} from '../../../../support/rpc-shim.ts';
import {OPERATOR} from '../../../../support/signer.ts';
import {
  deployOnce,
  fund,
  GWEI,
  limits,
  nonceOf,
  planFor,
  process,
  stateDir,
  steppedTime,
  yes,
} from '../../../../support/tx.ts';

let anvil: Anvil;
let once: Hex;
let empty: unknown;

beforeAll(async () => {
  // Blocks come when the test mines them.
  anvil = await startAnvil({blockTime: 10_000});
  once = await deployOnce(anvil.url);
  await fund(anvil.url);
  empty = await devRpc(anvil.url, 'evm_snapshot');
});
afterAll(() => anvil.close());
beforeEach(async () => {
  await devRpc(anvil.url, 'anvil_dropAllTransactions');
  await devRpc(anvil.url, 'evm_revert', [empty]);
  empty = await devRpc(anvil.url, 'evm_snapshot');
});

const request = (to = once, intent = 'register:test') => ({
  intent,
  plan: () => Promise.resolve(planFor(to, intent)),
});
/** Takes every call, as often as it comes. */
const elsewhere: Hex = '0x00000000000000000000000000000000000000ee';
const hashOf = (done: TransactOutcome | undefined) =>
  done !== undefined && 'attempt' in done ? done.attempt.hash : null;
const still = () => steppedTime();
const rpc = (method: string, ...params: unknown[]) => devRpc(anvil.url, method, params);

/** A transaction of the operator that aos knows nothing of. */
async function foreign(nonce: number, gweiFee = 50n): Promise<unknown> {
  const raw = await privateKeyToAccount(DEV_SIGNER_KEY).signTransaction({
    chainId: 31337,
    type: 'eip1559',
    nonce,
    to: OPERATOR,
    gas: 21_000n,
    maxFeePerGas: gweiFee * GWEI,
    maxPriorityFeePerGas: gweiFee * GWEI,
  });
  return rpc('eth_sendRawTransaction', raw);
}

async function throughShim<T>(tamper: Tamper, use: (url: string) => Promise<T>): Promise<T> {
  const shim = await startRpcShim(anvil.url, tamper);
  try {
    return await use(shim.url);
  } finally {
    await shim.close();
  }
}

describe('a transaction', () => {
  it('is simulated, agreed to, signed, journalled, sent and waited for', async () => {
    const deps = await process(anvil.url);
    const asked: unknown[] = [];
    const done = await transact(deps, request(), limits({confirmations: 3}), (prepared) => {
      asked.push(prepared.plan.title);
      return yes();
    });
    expect(asked).toEqual(['register']);
    expect(done).toMatchObject({state: 'mined', resumed: false, receipt: {status: 'success'}});
    expect(deps.journal.list(9)).toMatchObject([
      {state: 'mined', kind: 'send', nonce: 0, receipt: {status: 'success'}},
    ]);
    expect(await nonceOf(anvil.url)).toBe(1);
  });

  it('that would fail is refused before anything is signed', async () => {
    const deps = await process(anvil.url);
    await transact(deps, request(), limits(), yes);
    const later = await process(anvil.url);
    await expect(transact(later, request(), limits(), yes)).rejects.toMatchObject({
      code: 'CHAIN_REVERTED',
      exitCode: 77,
    });
    expect(deps.journal.list(9)).toHaveLength(1);
  });

  it('that is declined is not signed', async () => {
    const deps = await process(anvil.url);
    expect(await transact(deps, request(), limits(), () => Promise.resolve(false))).toEqual({
      state: 'declined',
    });
    expect(deps.journal.list(9)).toEqual([]);
    expect(await nonceOf(anvil.url, 'pending')).toBe(0);
  });

  it('that the account cannot pay is refused', async () => {
    await fund(anvil.url, 1000n);
    const deps = await process(anvil.url);
    await expect(transact(deps, request(), limits(), yes)).rejects.toMatchObject({
      code: 'TX_INSUFFICIENT_FUNDS',
      exitCode: 77,
      message: expect.stringMatching(
        /has 0\.000000000000001 ETH; the transaction can cost up to 0\.\d+ ETH$/,
      ) as string,
    });
  });

  it('is refused while gas is above the bound', async () => {
    await rpc('anvil_setNextBlockBaseFeePerGas', '0x174876e800'); // 100 gwei
    const deps = await process(anvil.url);
    await expect(transact(deps, request(), limits({maxFeePerGas: 40n * GWEI}), yes)).rejects.toMatchObject({
      code: 'TX_FEE_TOO_HIGH',
      exitCode: 75,
    });
    expect(deps.journal.list(9)).toEqual([]);
  });

  it.each([
    ['another chain id', {wrongChainId: 1}, 'chainId'],
    ['without EIP-1559', {strip1559: true}, 'type'],
  ])('signed %s is refused before it is journalled or sent', async (_name, faults, field) => {
    const deps = await process(anvil.url, {faults});
    await expect(transact(deps, request(), limits(), yes)).rejects.toMatchObject({
      code: 'SIGNER_WRONG_TRANSACTION',
      exitCode: 77,
      details: {field},
    });
    expect(deps.journal.list(9)).toEqual([]);
    expect(await nonceOf(anvil.url, 'pending')).toBe(0);
  });
});

describe('a repeated command', () => {
  it('finds the transaction that was not mined in time, and sends no second one', async () => {
    const dir = stateDir();
    const first = await process(anvil.url, {dir, time: still()});
    const pending = await transact(first, request(), limits({waitMs: 3_000}), yes);
    expect(pending).toMatchObject({
      state: 'pending',
      resumed: false,
      why: 'it is not in a block yet',
      isNext: true,
    });

    const second = await process(anvil.url, {dir});
    const done = await transact(
      second,
      {intent: 'register:test', plan: () => Promise.reject(new Error('planned twice'))},
      limits(),
      () => Promise.reject(new Error('asked twice')),
    );
    expect(done).toMatchObject({state: 'mined', resumed: true});
    expect('attempt' in done && 'attempt' in pending && done.attempt.hash === pending.attempt.hash).toBe(
      true,
    );
    expect(await nonceOf(anvil.url)).toBe(1);
  });

  it('broadcasts the same bytes when they were journalled but never sent', async () => {
    const dir = stateDir();
    const lost = await throughShim(
      ({method}) => (method === 'eth_sendRawTransaction' ? {status: 502, body: ''} : null),
      async (url) =>
        transact(await process(url, {dir, time: still()}), request(), limits({waitMs: 3_000}), yes),
    );
    expect(lost).toMatchObject({state: 'pending', attempt: {state: 'signed'}});
    expect(await nonceOf(anvil.url, 'pending')).toBe(0);
    const done = await transact(await process(anvil.url, {dir}), request(), limits(), yes);
    expect(done).toMatchObject({state: 'mined', resumed: true});
    expect('attempt' in done && 'attempt' in lost && done.attempt.raw === lost.attempt.raw).toBe(true);
    expect(await nonceOf(anvil.url)).toBe(1);
  });

  it('makes a new one with the same nonce and better fees when the journalled one would fail now', async () => {
    const dir = stateDir();
    const other = await deployOnce(anvil.url);
    await throughShim(
      ({method}) => (method === 'eth_sendRawTransaction' ? {status: 502, body: ''} : null),
      async (url) => transact(await process(url, {dir, time: still()}), request(), limits({waitMs: 0}), yes),
    );
    await rpc(
      'anvil_setStorageAt',
      once,
      `0x${OPERATOR.slice(2).padStart(64, '0')}`,
      `0x${'1'.padStart(64, '0')}`,
    );
    const deps = await process(anvil.url, {dir});
    const done = await transact(deps, request(other), limits(), yes);
    expect(done).toMatchObject({state: 'mined', resumed: false, attempt: {nonce: 0, to: other}});
    const [mined, beaten] = deps.journal.list(9);
    expect(beaten).toMatchObject({state: 'superseded', nonce: 0});
    expect(mined!.maxPriorityFeePerGas * 10n).toBeGreaterThanOrEqual(beaten!.maxPriorityFeePerGas * 11n);
  });

  it('at the same moment in two processes sends one transaction, which both report', async () => {
    const dir = stateDir();
    const processes = await Promise.all([process(anvil.url, {dir}), process(anvil.url, {dir})]);
    const done = await Promise.all(
      processes.map((deps) => transact(deps, request(), limits({confirmations: 2}), yes)),
    );
    const hashes = done.map((end) => ('attempt' in end ? end.attempt.hash : end.state));
    expect(hashes[0]).toBe(hashes[1]);
    expect(done.map(({state}) => state)).toEqual(['mined', 'mined']);
    expect(await nonceOf(anvil.url, 'pending')).toBe(1);
  });

  it.each([
    ['reverts the second time', () => once],
    ['would do it twice', () => elsewhere],
  ])('slow to answer, finds what another process has brought to its end: a call that %s', async (_n, to) => {
    const dir = stateDir();
    const [fast, slow] = [await process(anvil.url, {dir}), await process(anvil.url, {dir})];
    const two = limits({confirmations: 2});
    const first: TransactOutcome[] = [];
    const second = await transact(slow, request(to()), two, async () => {
      first.push(await transact(fast, request(to()), two, yes));
      return true;
    });
    expect(first).toMatchObject([{state: 'mined', resumed: false}]);
    expect(second).toMatchObject({state: 'mined', resumed: true, attempt: {hash: hashOf(first[0])}});
    expect(fast.journal.list(9)).toMatchObject([{state: 'mined'}]);
    expect(await nonceOf(anvil.url, 'pending')).toBe(1);
  });

  it('slow to plan, finds what another process has brought to its end, and asks nobody', async () => {
    const dir = stateDir();
    const [fast, slow] = [await process(anvil.url, {dir}), await process(anvil.url, {dir})];
    const first: TransactOutcome[] = [];
    const plan = async () => {
      first.push(await transact(fast, request(), limits(), yes));
      return planFor(once);
    };
    const second = await transact(slow, {intent: 'register:test', plan}, limits(), () =>
      Promise.reject(new Error('asked')),
    );
    expect(second).toMatchObject({state: 'mined', resumed: true, attempt: {hash: hashOf(first[0])}});
  });

  it('slow to begin, finds what another process has brought to its end since the chain was opened', async () => {
    const dir = stateDir();
    const [fast, slow] = [await process(anvil.url, {dir}), await process(anvil.url, {dir})];
    const first = await transact(fast, request(elsewhere), limits(), yes);
    const second = await transact(slow, request(elsewhere), limits(), yes);
    expect(second).toMatchObject({state: 'mined', resumed: true, attempt: {hash: hashOf(first)}});
    // Whoever opens it now and still wants it done wants it done again.
    const later = await process(anvil.url, {dir});
    const third = await transact(later, request(elsewhere), limits(), yes);
    expect(third).toMatchObject({state: 'mined', resumed: false, attempt: {nonce: 1}});
  });

  it('takes the nonce after its own mined one, also where a node that is behind does not count that', async () => {
    let isBehind = false;
    const late: Tamper = ({id, method}) =>
      isBehind && method === 'eth_getTransactionCount'
        ? {status: 200, body: JSON.stringify({jsonrpc: '2.0', id, result: '0x0'})}
        : null;
    await throughShim(late, async (url) => {
      const deps = await process(url);
      await transact(deps, request(), limits(), yes);
      isBehind = true;
      const next = await transact(deps, request(elsewhere, 'another:test'), limits(), yes);
      expect(next).toMatchObject({state: 'mined', attempt: {nonce: 1}});
    });
  });

  it.each([
    ['back in the pool', true],
    ['in no pool', false],
  ])(
    'after a reorg took its block away finds the transaction %s, and sends no second one',
    async (_n, kept) => {
      const dir = stateDir();
      const before = await rpc('evm_snapshot');
      const first = await transact(await process(anvil.url, {dir}), request(elsewhere), limits(), yes);
      expect(first).toMatchObject({state: 'mined'});
      await rpc('evm_revert', before);
      await rpc('anvil_mine', '0x3');
      if (kept && 'attempt' in first) await rpc('eth_sendRawTransaction', first.attempt.raw);

      const deps = await process(anvil.url, {dir});
      const done = await transact(deps, request(elsewhere), limits(), yes);
      expect(done).toMatchObject({state: 'mined', resumed: true, attempt: {hash: hashOf(first)}});
      const [row, ...others] = deps.journal.list(9);
      expect(others).toEqual([]);
      expect(row).toMatchObject({state: 'mined', receipt: 'receipt' in done ? done.receipt : null});
      expect(await nonceOf(anvil.url, 'pending')).toBe(1);
    },
  );

  it('after a reorg brought the slower of two attempts through takes that one', async () => {
    const dir = stateDir();
    const deps = await process(anvil.url, {dir, time: still()});
    const slow = await transact(deps, request(elsewhere), limits({waitMs: 0}), yes);
    const before = await rpc('evm_snapshot');
    if (!('attempt' in slow)) throw new Error('not sent');
    const fast = await process(anvil.url, {dir});
    await replaceTransaction(fast, {attempt: slow.attempt, kind: 'speed-up'}, limits(), yes);
    await rpc('anvil_dropAllTransactions');
    await rpc('evm_revert', before);
    await rpc('eth_sendRawTransaction', slow.attempt.raw);
    await rpc('evm_mine');

    const left = await refreshOpenAttempts(await process(anvil.url, {dir}), limits());
    expect(left).toEqual([]);
    const states = Object.fromEntries(deps.journal.list(9).map(({hash, state}) => [hash, state]));
    expect(states[slow.attempt.hash]).toBe('mined');
    expect(Object.values(states).sort()).toEqual(['mined', 'superseded']);
  });

  it('is told who is in the way when an earlier transaction is in no pool', async () => {
    const dir = stateDir();
    const other = await deployOnce(anvil.url);
    const deps = await process(anvil.url, {dir, time: still()});
    const first = await transact(deps, request(), limits({waitMs: 0}), yes);
    const hash = 'attempt' in first ? first.attempt.hash : '';
    await rpc('anvil_dropTransaction', hash);
    await expect(transact(deps, request(other, 'another'), limits({waitMs: 0}), yes)).rejects.toMatchObject({
      code: 'TX_STUCK',
      next: {say: '', run: {command: 'tx speed-up', args: [hash]}},
    });
  });

  it('takes nothing for its own that another chain of the same id has', async () => {
    const dir = stateDir();
    await transact(await process(anvil.url, {dir, time: still()}), request(), limits({waitMs: 0}), yes);
    const deps = await process(anvil.url, {dir});
    const elsewhere = {...deps, node: {...deps.node, chain: {id: 31337, genesis: `0x${'ee'.repeat(32)}`}}};
    const done = await transact(elsewhere, request(await deployOnce(anvil.url)), limits(), yes);
    expect(done).toMatchObject({state: 'mined', resumed: false, attempt: {nonce: 1}});
  });
});

describe('while it waits', () => {
  it('sees a foreign transaction take the nonce', async () => {
    const time = steppedTime(async () => {
      await foreign(0).catch(() => {});
      await rpc('evm_mine');
    });
    const deps = await process(anvil.url, {time});
    await expect(transact(deps, request(), limits(), yes)).rejects.toMatchObject({
      code: 'TX_REPLACED',
      exitCode: 77,
    });
    expect(deps.journal.list(9)).toMatchObject([{state: 'replaced'}]);
  });

  it('broadcasts again what the node has thrown out', async () => {
    let turns = 0;
    const time = steppedTime(async () => {
      turns++;
      if (turns === 1) await rpc('anvil_dropAllTransactions');
      if (turns > 20) await rpc('evm_mine');
    });
    const deps = await process(anvil.url, {time});
    expect(await transact(deps, request(), limits(), yes)).toMatchObject({state: 'mined'});
    expect(deps.notes.join()).toContain('broadcasting it again');
  });

  it('tells of a gap before it', async () => {
    // A node counts a transaction as waiting that it loses afterwards.
    const count: Tamper = ({id, method, params}) =>
      method === 'eth_getTransactionCount' && JSON.stringify(params[1]) === '"pending"'
        ? {status: 200, body: JSON.stringify({jsonrpc: '2.0', id, result: '0x1'})}
        : null;
    await throughShim(count, async (url) => {
      const deps = await process(url, {time: still()});
      expect(await transact(deps, request(), limits({waitMs: 3_000}), yes)).toMatchObject({
        state: 'pending',
        attempt: {nonce: 1},
        why: expect.stringContaining(
          'nonce 0 must be mined first, a transaction that aos did not send',
        ) as string,
        isNext: false,
        foreign: 0,
      });
    });
  });

  it('sends through an RPC that does not count what is in its mempool', async () => {
    const unknown: Tamper = ({id, method, params}) =>
      method === 'eth_getTransactionCount' && JSON.stringify(params[1]) === '"pending"'
        ? {
            status: 200,
            body: JSON.stringify({jsonrpc: '2.0', id, error: {code: -32602, message: 'unknown block tag'}}),
          }
        : null;
    await throughShim(unknown, async (url) => {
      const deps = await process(url, {time: steppedTime(() => rpc('evm_mine'))});
      expect(await transact(deps, request(), limits(), yes)).toMatchObject({state: 'mined'});
    });
  });

  it('continues while the RPC fails', async () => {
    let failures = 0;
    await throughShim(
      ({method}) =>
        method === 'eth_getTransactionReceipt' && ++failures < 5 ? {status: 503, body: 'busy'} : null,
      async (url) => {
        const deps = await process(url, {time: steppedTime(() => rpc('evm_mine'))});
        expect(await transact(deps, request(), limits(), yes)).toMatchObject({state: 'mined'});
        expect(deps.notes).toHaveLength(1);
      },
    );
  });

  it.each([
    ['SIGINT', 'INTERRUPTED', 130],
    ['SIGTERM', 'TERMINATED', 143],
  ])('ends with the hash when stopped by %s', async (signal, code, exitCode) => {
    const controller = new AbortController();
    const time = steppedTime(() => {
      controller.abort(signal);
      return Promise.resolve();
    });
    const deps = await process(anvil.url, {time});
    const ended = transact(deps, request(), limits({signal: controller.signal}), yes);
    await expect(ended).rejects.toMatchObject({code, exitCode});
    const hash = deps.journal.list(1)[0]?.hash;
    await expect(ended).rejects.toMatchObject({details: {txHash: hash}});
  });

  it('sees the call fail on chain', async () => {
    const slot = `0x${OPERATOR.slice(2).padStart(64, '0')}`;
    const time = steppedTime(async () => {
      await rpc('anvil_setStorageAt', once, slot, `0x${'1'.padStart(64, '0')}`);
      await rpc('evm_mine');
    });
    const deps = await process(anvil.url, {time});
    await expect(transact(deps, request(), limits(), yes)).rejects.toMatchObject({code: 'TX_REVERTED'});
    expect(deps.journal.list(9)).toMatchObject([{state: 'reverted'}]);
  });
});

describe('a stuck transaction', () => {
  async function stuck(dir: string) {
    const deps = await process(anvil.url, {dir, time: still()});
    const first = await transact(deps, request(), limits({waitMs: 0}), yes);
    if (!('attempt' in first)) throw new Error('not sent');
    return first.attempt;
  }

  it('is sped up: same nonce and call, 10 % more, and the first is not mined', async () => {
    const dir = stateDir();
    const attempt = await stuck(dir);
    await rpc('anvil_setNextBlockBaseFeePerGas', `0x${(attempt.maxFeePerGas * 3n).toString(16)}`);
    const deps = await process(anvil.url, {dir});
    const done = await replaceTransaction(deps, {attempt, kind: 'speed-up'}, limits(), yes);
    expect(done).toMatchObject({state: 'mined', attempt: {kind: 'speed-up', nonce: attempt.nonce, to: once}});
    expect(deps.journal.list(9).find(({hash}) => hash === attempt.hash)?.state).toBe('superseded');
  });

  it('is cancelled by a transfer of nothing to itself', async () => {
    const dir = stateDir();
    const attempt = await stuck(dir);
    const deps = await process(anvil.url, {dir});
    const done = await replaceTransaction(deps, {attempt, kind: 'cancel'}, limits(), yes);
    expect(done).toMatchObject({state: 'cancelled', attempt: {kind: 'cancel', data: '0x', value: 0n}});
    // The contract was not called: the next command can still do it.
    const next = await process(anvil.url, {dir});
    expect(await transact(next, request(), limits(), yes)).toMatchObject({state: 'mined', resumed: false});
  });

  it('that is decided is left alone', async () => {
    const dir = stateDir();
    const attempt = await stuck(dir);
    await rpc('evm_mine');
    const deps = await process(anvil.url, {dir});
    await expect(replaceTransaction(deps, {attempt, kind: 'cancel'}, limits(), yes)).rejects.toMatchObject({
      code: 'TX_CLOSED',
    });
    expect(await nonceOf(anvil.url, 'pending')).toBe(1);
  });

  it('is not sped up past the bound', async () => {
    const dir = stateDir();
    const attempt = await stuck(dir);
    const deps = await process(anvil.url, {dir});
    const bound = limits({maxFeePerGas: attempt.maxFeePerGas});
    await expect(replaceTransaction(deps, {attempt, kind: 'speed-up'}, bound, yes)).rejects.toMatchObject({
      code: 'TX_FEE_TOO_HIGH',
      // Cheaper gas is no way out: it has to outbid the first one.
      next: {say: expect.stringMatching(/outbid[^]*--max-fee [\d.]+$/) as string},
    });
    const tip = limits({maxTip: attempt.maxPriorityFeePerGas});
    await expect(replaceTransaction(deps, {attempt, kind: 'cancel'}, tip, yes)).rejects.toMatchObject({
      code: 'TX_TIP_TOO_HIGH',
      next: {say: expect.stringMatching(/outbid[^]*--max-tip [\d.]+$/) as string},
    });
  });
});

describe('a transaction that aos did not send', () => {
  it('is cancelled by its nonce, and paid more than', async () => {
    await foreign(0, 3n);
    const deps = await process(anvil.url);
    const done = await cancelNonce(deps, 0, limits(), yes);
    expect(done).toMatchObject({
      state: 'cancelled',
      attempt: {kind: 'cancel', nonce: 0, to: OPERATOR, data: '0x', value: 0n},
    });
    if (!('attempt' in done)) throw new Error('not sent');
    expect(done.attempt.maxPriorityFeePerGas).toBeGreaterThanOrEqual((GWEI * 33n) / 10n);
    expect(await nonceOf(anvil.url)).toBe(1);
  });

  it('of an RPC that shows no waiting fees is outbid by --max-fee and --tip, after a refusal that says so', async () => {
    await foreign(0, 50n);
    const noBlock: Tamper = ({id, method, params}) =>
      method === 'eth_getBlockByNumber' && JSON.stringify(params).includes('pending')
        ? {
            status: 200,
            body: JSON.stringify({jsonrpc: '2.0', id, error: {code: -32601, message: 'no such method'}}),
          }
        : null;
    await throughShim(noBlock, async (url) => {
      const dir = stateDir();
      const deps = await process(url, {dir});
      await expect(cancelNonce(deps, 0, limits(), yes)).rejects.toMatchObject({
        code: 'TX_REFUSED',
        next: {say: expect.stringContaining('--max-fee GWEI and --tip GWEI') as string},
      });
      // What was refused is no transaction that waits: the nonce is still the other program's.
      expect(attemptWith(deps, 0)).toBeNull();
      const slow = await process(url, {dir, time: still()});
      expect(await transact(slow, request(elsewhere), limits({waitMs: 0}), yes)).toMatchObject({
        state: 'pending',
        attempt: {nonce: 1},
      });
      const bounds = limits({maxFeePerGas: 60n * GWEI, tip: 56n * GWEI});
      expect(await cancelNonce(deps, 0, bounds, yes)).toMatchObject({
        state: 'cancelled',
        attempt: {maxFeePerGas: 60n * GWEI},
      });
    });
  });

  it('is not cancelled where the nonce is used, is not its turn, or is one of this journal', async () => {
    const dir = stateDir();
    const deps = await process(anvil.url, {dir});
    await expect(cancelNonce(deps, 4, limits(), yes)).rejects.toMatchObject({code: 'TX_UNKNOWN'});
    const slow = await process(anvil.url, {dir, time: still()});
    await transact(slow, request(), limits({waitMs: 0}), yes);
    expect(attemptWith(deps, 0)).toMatchObject({nonce: 0, kind: 'send'});
    await expect(checkCancelNonce(deps, 0, limits())).rejects.toMatchObject({code: 'TX_STUCK'});
    await rpc('evm_mine');
    const other = await process(anvil.url);
    await expect(cancelNonce(other, 0, limits(), yes)).rejects.toMatchObject({code: 'TX_CLOSED'});
    expect(other.journal.list(9)).toEqual([]);
  });

  it('is not cancelled for more than the account has', async () => {
    await foreign(0, 3n);
    await rpc('anvil_setBalance', OPERATOR, `0x${(GWEI * 1_000_000n).toString(16)}`);
    const noPool: Tamper = ({id, method, params}) =>
      method === 'eth_getBlockByNumber' && JSON.stringify(params).includes('pending')
        ? {status: 200, body: JSON.stringify({jsonrpc: '2.0', id, result: null})}
        : null;
    await throughShim(noPool, async (url) => {
      const deps = await process(url);
      const bound = limits({maxFeePerGas: 400n * GWEI});
      await expect(checkCancelNonce(deps, 0, bound)).rejects.toMatchObject({code: 'TX_INSUFFICIENT_FUNDS'});
    });
  });

  it('that is declined is left alone', async () => {
    await foreign(0, 3n);
    const deps = await process(anvil.url);
    expect(await cancelNonce(deps, 0, limits(), () => Promise.resolve(false))).toEqual({state: 'declined'});
    expect(deps.journal.list(9)).toEqual([]);
  });
});

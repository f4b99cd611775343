import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {byNonce, judge, type AttemptFacts} from '../../../../../src/lib/peers/chain/tx/judge.ts';
import type {TxAttempt, TxKind, TxReceipt} from '../../../../../src/lib/peers/chain/tx/port.ts';

function attempt(n: number, over: Partial<TxAttempt> = {}): TxAttempt {
  return {
    hash: `0x${n.toString(16).padStart(64, '0')}`,
    chain: {id: 31337, genesis: '0x00'},
    sender: '0xaa',
    nonce: 5,
    intent: 'register:x',
    kind: 'send',
    title: 'register',
    to: '0x00000000000000000000000000000000000000bb',
    data: '0x',
    value: 0n,
    gas: 21_000n,
    maxFeePerGas: 2n,
    maxPriorityFeePerGas: 1n,
    raw: '0x02',
    state: 'sent',
    signedAt: 1,
    receipt: null,
    ...over,
  };
}

const receipt = (status: TxReceipt['status'], block = 10n): TxReceipt => ({
  status,
  block,
  blockHash: '0x01',
  gasUsed: 1n,
  feeWei: 1n,
});
const fact = (n: number, over: Partial<AttemptFacts> = {}): AttemptFacts => ({
  hash: attempt(n).hash,
  known: false,
  receipt: null,
  ...over,
});

describe('what became of a transaction', () => {
  it.each<[string, Parameters<typeof judge>, object]>([
    [
      'mined',
      [[attempt(1)], {count: 6, head: 12n, attempts: [fact(1, {known: true, receipt: receipt('success')})]}],
      {state: 'mined', confirmations: 3n},
    ],
    [
      'mined in a block the head has not reached (pool of nodes)',
      [[attempt(1)], {count: 5, head: 9n, attempts: [fact(1, {receipt: receipt('success')})]}],
      {state: 'mined', confirmations: 1n},
    ],
    [
      'failed on chain',
      [[attempt(1)], {count: 6, head: 10n, attempts: [fact(1, {receipt: receipt('reverted')})]}],
      {state: 'reverted'},
    ],
    [
      'the first attempt came through though a second was sent',
      [
        [attempt(1), attempt(2, {kind: 'cancel'})],
        {count: 6, head: 10n, attempts: [fact(1, {receipt: receipt('success')}), fact(2)]},
      ],
      {state: 'mined', attempt: {hash: attempt(1).hash}},
    ],
    [
      'the cancellation came through',
      [
        [attempt(1), attempt(2, {kind: 'cancel'})],
        {count: 6, head: 10n, attempts: [fact(1), fact(2, {receipt: receipt('success')})]},
      ],
      {state: 'cancelled'},
    ],
    [
      'waiting',
      [[attempt(1)], {count: 5, head: 10n, attempts: [fact(1, {known: true})]}],
      {state: 'pending', gap: 0},
    ],
    [
      'waiting behind two others',
      [[attempt(1)], {count: 3, head: 10n, attempts: [fact(1, {known: true})]}],
      {state: 'pending', gap: 2},
    ],
    ['dropped', [[attempt(1)], {count: 5, head: 10n, attempts: [fact(1)]}], {state: 'dropped'}],
    ['replaced', [[attempt(1)], {count: 6, head: 10n, attempts: [fact(1)]}], {state: 'replaced'}],
    [
      'an abandoned one of another intent came through',
      [
        [attempt(1, {intent: 'other', state: 'abandoned'}), attempt(2)],
        {count: 6, head: 10n, attempts: [fact(1, {receipt: receipt('success')}), fact(2)]},
      ],
      {state: 'replaced', attempt: {hash: attempt(2).hash}},
    ],
  ])('%s', (_name, [attempts, facts], expected) => {
    expect(judge(attempts, facts)).toMatchObject(expected);
  });

  it('is never replaced or dropped while one of ours has a receipt, nor dropped while a node holds one', () => {
    const one = fc.record({
      known: fc.boolean(),
      mined: fc.boolean(),
      kind: fc.constantFrom<TxKind>('send', 'speed-up', 'cancel'),
    });
    fc.assert(
      fc.property(
        fc.array(one, {minLength: 1, maxLength: 4}),
        fc.integer({min: 0, max: 9}),
        (given, count) => {
          const attempts = given.map(({kind}, n) => attempt(n, {kind}));
          const facts = given.map(({known, mined}, n) =>
            fact(n, {known, receipt: mined ? receipt('success') : null}),
          );
          const {state} = judge([attempts[0]!, ...attempts.slice(1)], {count, head: 10n, attempts: facts});
          const isMined = given.some(({mined}) => mined);
          if (isMined) expect(['mined', 'cancelled']).toContain(state);
          else if (count > 5) expect(state).toBe('replaced');
          else expect(state).toBe(given.some(({known}) => known) ? 'pending' : 'dropped');
        },
      ),
    );
  });

  it('attempts are grouped by nonce, the lowest first', () => {
    const groups = byNonce([attempt(1, {nonce: 7}), attempt(2), attempt(3, {nonce: 7})]);
    expect(groups.map((group) => group.map(({hash}) => Number(hash)))).toEqual([[2], [1, 3]]);
  });
});

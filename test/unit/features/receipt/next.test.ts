import {expect, it} from 'vitest';
import {countStrangers, nextForJobs, nextForReceipt} from '../../../../src/lib/features/receipt/next.ts';
import {createCheck} from '../../../../src/lib/protocol/receipt/check/check.ts';
import type {Parties} from '../../../../src/lib/protocol/receipt/receipt.ts';
import {loadVrf} from '../../../../src/lib/protocol/vrf/ecvrf.ts';
import {DISPATCHER, OPERATOR, PARTIES, receiptFor} from '../../../support/receipts.ts';

const vrf = await loadVrf();
const receipt = receiptFor(vrf);
const check = createCheck(vrf);

it.each<[string, Partial<Parties>, string | null]>([
  ['nothing for a valid one', {}, null],
  ['another dispatcher', {dispatcher: OPERATOR}, `give it too: --former-dispatcher ${DISPATCHER}`],
  ['another range', {ranges: [{start: 0n, end: 5n, max: 600_000n}]}, '--range 0,600000/600000'],
  ['other digits', {precision: 5}, '--precision 6'],
  ['no dispatcher and no range', {dispatcher: null, ranges: []}, '--dispatcher 0x… and --range START,END'],
  ['nothing for another operator, which no flag corrects', {operator: DISPATCHER}, null],
])('says what to type next of a receipt: %s', (_what, over, expected) => {
  const parties = {...PARTIES, ...over};
  const next = nextForReceipt(check({...receipt, content: null}, parties), receipt, parties);
  if (expected === null) expect(next).toBeNull();
  else expect(next?.say).toContain(expected);
});

it('counts the jobs of each unknown signer, and names no end of them', () => {
  const strangers = countStrangers();
  strangers.add(null);
  expect(nextForJobs(strangers.list(), '--all')).toBeNull();
  for (let n = 0; n < 100; n += 1) strangers.add(`0x${n}`);
  strangers.add('0x3');
  expect(strangers.list()).toHaveLength(20);
  expect(strangers.list()[3]).toEqual({address: '0x3', jobs: 2});
  expect(nextForJobs(strangers.list(), '#7')?.run?.args?.slice(0, 3)).toEqual([
    '#7',
    '--former-dispatcher',
    '0x0',
  ]);
});

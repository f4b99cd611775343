import {createCheck, type Checked} from '../../src/lib/protocol/receipt/check/check.ts';
import {readReceipt, writeReceipt} from '../../src/lib/protocol/receipt/document.ts';
import {overallOf} from '../../src/lib/protocol/receipt/links.ts';
import type {Receipt} from '../../src/lib/protocol/receipt/receipt.ts';
import type {Vrf} from '../../src/lib/protocol/vrf/ecvrf.ts';
import {isAosError} from '../../src/lib/foundation/errors/error.ts';
import {PARTIES, receiptFor, withHighS, type Story} from './receipts.ts';

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What became of changed receipts. */
export type Tally = {refused: number; broken: number; unchanged: number; wrong: string[]};

/**
 * Changes a receipt in many ways and checks each: it is refused, or broken, or shows the very same. Everything else is in `wrong`.
 * @param count changes of single bytes; the others are made once
 */
export function tryChanges(
  vrf: Vrf,
  {count, seed, story}: {count: number; seed: number; story: Story},
): Tally {
  const check = createCheck(vrf);
  const receipt = receiptFor(vrf, story);
  const whole = Buffer.from(writeReceipt(receipt));
  const shownOf = ({links, facts}: Checked): string => JSON.stringify({links, facts});
  const expected = shownOf(check({...receipt, content: null}, PARTIES));
  const tally: Tally = {refused: 0, broken: 0, unchanged: 0, wrong: []};
  const attempt = (name: string, bytes: Uint8Array): void => {
    let checked: Checked;
    try {
      checked = check({...readReceipt(bytes), content: null}, PARTIES);
    } catch (error) {
      if (!isAosError(error, 'RECEIPT_INVALID')) throw error;
      tally.refused += 1;
      return;
    }
    if (overallOf(checked.links) === 'broken') tally.broken += 1;
    else if (shownOf(checked) === expected) tally.unchanged += 1;
    else tally.wrong.push(name);
  };
  for (const [name, bytes] of wholeChanges(vrf, receipt, story)) attempt(name, bytes);
  const random = seeded(seed);
  for (let n = 0; n < count; n += 1) {
    const [name, bytes] = byteChange(whole, random);
    attempt(`${n}: ${name}`, bytes);
  }
  return tally;
}

/** Changes that know what they change. */
function wholeChanges(vrf: Vrf, receipt: Receipt, story: Story): [string, Buffer][] {
  const other = receiptFor(vrf, {...story, jobId: 'job-2', prompt: 'Another?', answer: 'other'});
  const put = (name: string, over: Partial<Receipt>): [string, Buffer] => [
    name,
    Buffer.from(writeReceipt({...receipt, ...over})),
  ];
  const {frame} = receipt;
  return [
    ...(frame === null || story.isSigned === false
      ? []
      : [put('the high s of the dispatcher', {frame: {...frame, bytes: withHighS(frame.bytes)}})]),
    put('the high s of the operator', {result: withHighS(receipt.result)}),
    put('the frame of another job', {frame: other.frame}),
    put('the result of another job', {result: other.result}),
    put('result and VRF of another job', {result: other.result, vrf: other.vrf}),
    put('the answer of another job', {worker: other.worker}),
    put('the reply to another job', {reply: other.reply}),
    put('the readings of another job', {readings: other.readings}),
    put('another place in the message', {frame: frame === null ? null : {...frame, index: 1}}),
    put('another operator', {operator: PARTIES.dispatcher ?? ''}),
    put('another range', {range: {start: 0n, end: 1n, max: 600_000n, precision: 6}}),
    put('another precision', {range: {start: 0n, end: 600_000n, max: 600_000n, precision: 5}}),
    put('not selected', {vrf: {...receipt.vrf, selected: !receipt.vrf.selected}}),
    put('another clock', {clock: {...receipt.clock, after: new Map([[1n, 43]])}}),
    put('readings in another order', {readings: receipt.readings.toReversed()}),
  ];
}

/** One byte flipped, set, put in or taken out. */
function byteChange(whole: Buffer, random: () => number): [string, Buffer] {
  const at = Math.floor(random() * whole.length);
  const byte = Math.floor(random() * 256);
  switch (Math.floor(random() * 4)) {
    case 0: {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (byte & 7));
      return [`bit ${byte & 7} of byte ${at}`, bytes];
    }
    case 1: {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      return [`byte ${at} set to ${byte}`, bytes];
    }
    case 2:
      return [
        `a byte put in at ${at}`,
        Buffer.concat([whole.subarray(0, at), Buffer.of(byte), whole.subarray(at)]),
      ];
    default:
      return [`byte ${at} taken out`, Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)])];
  }
}

import fc from 'fast-check';
import {expect} from 'vitest';
import {createAttestationChecker} from '../../src/lib/protocol/attestation/check/check.ts';
import {ANSWER, enclave, MADE_AT, sha256} from './attestations.ts';

type Change =
  | {how: 'flip'; at: number; bit: number}
  | {how: 'insert' | 'replace'; at: number; byte: number}
  | {how: 'remove'; at: number; count: number}
  | {how: 'splice'; at: number; length: number}
  | {how: 'high s'};

const at = fc.nat(8_191);
const change: fc.Arbitrary<Change> = fc.oneof(
  {weight: 4, arbitrary: fc.record({how: fc.constant('flip' as const), at, bit: fc.nat(7)})},
  fc.record({how: fc.constantFrom('insert' as const, 'replace' as const), at, byte: fc.nat(255)}),
  fc.record({how: fc.constant('remove' as const), at, count: fc.integer({min: 1, max: 300})}),
  fc.record({how: fc.constant('splice' as const), at, length: fc.integer({min: 1, max: 600})}),
  fc.constant({how: 'high s'} as const),
);

const P384_ORDER =
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

function changed(document: Buffer, other: Buffer, one: Change): Buffer {
  if (one.how === 'high s') {
    const s = BigInt(`0x${document.subarray(-48).toString('hex')}`) % P384_ORDER;
    const tail = Buffer.from((P384_ORDER - s).toString(16).padStart(96, '0'), 'hex');
    return Buffer.concat([document.subarray(0, -48), tail]);
  }
  const place = one.at % document.length;
  const [before, after] = [document.subarray(0, place), document.subarray(place)];
  switch (one.how) {
    case 'flip':
      return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ (1 << one.bit)]), after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, Buffer.from([one.byte]), after]);
    case 'replace':
      return Buffer.concat([before, Buffer.from([one.byte]), after.subarray(1)]);
    case 'remove':
      return Buffer.concat([before, after.subarray(one.count)]);
    case 'splice':
      // A part of a good document of the same enclave about another answer, at the same place.
      return Buffer.concat([before, other.subarray(place, place + one.length), after.subarray(one.length)]);
  }
}

/**
 * Changes a valid document in many ways. None is taken for one of another answer, program, time or enclave: it is refused,
 * or what is shown of it is what was signed.
 */
export async function changeDocuments(runs: number): Promise<void> {
  const check = createAttestationChecker();
  const {document, policy} = await enclave();
  const good = document();
  const other = document({userData: Buffer.from(sha256('another answer'), 'hex'), at: MADE_AT + 1_000});
  const between = {from: MADE_AT - 120_000, to: MADE_AT + 120_000};
  const answer = {sha256: sha256(ANSWER), between};
  const before = await check(good, policy, answer);
  const otherAnswer = {sha256: sha256('another answer'), between};
  const otherBefore = await check(other, policy, otherAnswer);
  expect([before.verdict, otherBefore.verdict]).toEqual(['valid', 'valid']);
  await fc.assert(
    fc.asyncProperty(fc.array(change, {minLength: 1, maxLength: 3}), async (changes) => {
      const bytes = changes.reduce((all, one) => changed(all, other, one), good);
      const found = await check(bytes, policy, answer);
      if (found.verdict === 'valid') expect(found.document).toEqual(before.document);
      const asOther = await check(bytes, policy, otherAnswer);
      // It is valid for the other answer only when the changes made the other document of it.
      if (asOther.verdict === 'valid') expect(asOther.document).toEqual(otherBefore.document);
    }),
    {numRuns: runs},
  );
}

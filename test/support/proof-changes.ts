import fc from 'fast-check';
import {expect} from 'vitest';
import type {ProofReport} from '../../src/lib/peers/zk/messages.ts';

/** A change of a proof file. */
export type ProofChange = (bytes: Buffer) => Buffer;

type Members = Record<string, unknown>;

const at = fc.nat(100_000);
const mark = fc.constantFrom(...'0123456789abcdef", []{}:-'.split(/(?:)/));

/** Changes of its bytes, that know nothing of what they change. @param other a true proof of another answer, to take parts of */
export function byteChanges(other: Uint8Array): fc.Arbitrary<ProofChange> {
  const cut = (place: number, count: number, put: (old: Buffer) => Uint8Array): ProofChange => {
    return (bytes) => {
      const from = place % bytes.length;
      const old = bytes.subarray(from, from + count);
      return Buffer.concat([bytes.subarray(0, from), put(old), bytes.subarray(from + count)]);
    };
  };
  return fc.oneof(
    fc
      .tuple(at, fc.nat(7))
      .map(([place, bit]) => cut(place, 1, (old) => Buffer.of((old[0] ?? 0) ^ (1 << bit)))),
    fc.tuple(at, mark).map(([place, text]) => cut(place, 0, () => Buffer.from(text))),
    fc.tuple(at, mark).map(([place, text]) => cut(place, 1, () => Buffer.from(text))),
    fc.tuple(at, fc.integer({min: 1, max: 40})).map(([place, count]) => cut(place, count, () => Buffer.of())),
    fc.tuple(at, fc.integer({min: 1, max: 400})).map(([place, count]): ProofChange => (bytes) => {
      const from = place % bytes.length;
      return cut(from, count, () => other.subarray(from, from + count))(bytes);
    }),
  );
}

/** Changes that know the form of a proof.json of ezkl: its bytes, words and public values. */
export function ezklChanges(other: Uint8Array): fc.Arbitrary<ProofChange> {
  type Parts = {instances: string[][]; proof: number[]};
  const parts = (file: Members): Parts => file as unknown as Parts;
  const theirs = parts(membersOf(other));
  const inFile =
    (change: (own: Parts) => void): ProofChange =>
    (bytes) => {
      const file = membersOf(bytes);
      change(parts(file));
      return Buffer.from(JSON.stringify(file));
    };
  return fc.oneof(
    fc
      .tuple(at, fc.nat(255))
      .map(([place, byte]) => inFile(({proof}) => void (proof[place % proof.length] = byte))),
    fc.nat(200).map((word) =>
      inFile(({proof}) => {
        const from = (word * 32) % proof.length;
        proof.splice(from, 32, ...theirs.proof.slice(from, from + 32));
      }),
    ),
    fc.tuple(fc.nat(63), fc.nat(15)).map(([place, digit]) =>
      inFile(({instances: [column = []]}) => {
        const [first = ''] = column;
        column[0] = first.slice(0, place) + digit.toString(16) + first.slice(place + 1);
      }),
    ),
    fc
      .integer({min: 1, max: 3})
      .map((words) => inFile(({proof}) => void proof.push(...proof.slice(0, 32 * words)))),
    fc.integer({min: 1, max: 3}).map((words) => inFile(({proof}) => void proof.splice(-32 * words))),
    fc.constant(inFile((own) => void (own.instances = theirs.instances))),
    fc.constant(inFile((own) => void (own.proof = theirs.proof))),
    fc.constant(inFile(({instances: [column = []]}) => void column.push(column[0] ?? ''))),
  );
}

/** Changes of what nothing binds: members that no check looks at, blanks, and the order of members. */
export function unboundChanges(names: readonly string[]): fc.Arbitrary<ProofChange> {
  const member = fc.tuple(fc.constantFrom(...names), fc.jsonValue({maxDepth: 2, noUnicodeString: true}));
  return fc
    .tuple(
      fc.array(member, {minLength: 1, maxLength: 3}),
      fc.constantFrom('', ' ', '\t', '\n  '),
      fc.boolean(),
    )
    .map(([members, blanks, isTurned]): ProofChange => (bytes) => {
      const file = {...membersOf(bytes), ...Object.fromEntries(members)};
      const entries = Object.entries(file);
      const text = JSON.stringify(
        Object.fromEntries(isTurned ? entries.toReversed() : entries),
        null,
        blanks,
      );
      return Buffer.from(`${blanks}${text}${blanks}`);
    });
}

function membersOf(bytes: Uint8Array): Members {
  return JSON.parse(Buffer.from(bytes).toString()) as Members;
}

/**
 * Changes a true proof in many ways. None is taken with other outputs or as another proof: it is not true, or what is said of it
 * is what is said of the proof as it was, or of the other one where parts of that were put together.
 * @returns how many of them were still true
 */
export function changeProofs(
  {whole, other, judge}: {whole: Uint8Array; other: Uint8Array; judge: (bytes: Uint8Array) => ProofReport},
  changes: fc.Arbitrary<ProofChange>,
  runs: number,
): number {
  const known = [whole, other].map(judge);
  expect(known.map(({word}) => word)).toEqual(['true', 'true']);
  let stillTrue = 0;
  fc.assert(
    fc.property(fc.array(changes, {minLength: 1, maxLength: 2}), (list) => {
      const report = judge(list.reduce<Buffer>((bytes, change) => change(bytes), Buffer.from(whole)));
      if (report.word !== 'true') return;
      stillTrue += 1;
      expect(known).toContainEqual(report);
    }),
    {numRuns: runs},
  );
  return stillTrue;
}

import {randomBytes, randomUUID} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createDeliveryIds, type DeliveryIds} from '../../../../../src/lib/node/operator/job/delivery-ids.ts';

/** What a journal keeps of the keys, and runs that use it one after the other. */
function runs(): {start: () => DeliveryIds; kept: () => string; keep: (text: string) => void} {
  const notes = new Map<string, string>();
  return {
    start: () =>
      createDeliveryIds({
        journal: {
          recall: (name) => notes.get(name) ?? null,
          remember: (name, value) => {
            notes.set(name, value);
            return Promise.resolve();
          },
        },
        newSecretId: () => randomBytes(16).toString('hex'),
        onFailure: () => undefined,
      }),
    kept: () => [...notes.values()].join(''),
    keep: (text) => {
      for (const name of notes.keys()) notes.set(name, text);
    },
  };
}

const seqs = fc.integer({min: 1, max: 2 ** 40 - 1});

describe('the ids of deliveries', () => {
  it('name the job of each delivery, also in later runs, and differ from attempt to attempt', () => {
    const all = runs();
    const first = all.start();
    const second = all.start();
    fc.assert(
      fc.property(seqs, fc.integer({min: 1, max: 255}), (seq, attempt) => {
        const id = first.make(seq, attempt);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect([first.seqOf(id), second.seqOf(id), second.seqOf(id.toUpperCase())]).toEqual([seq, seq, seq]);
        expect(first.make(seq, attempt + 1)).not.toBe(id);
        expect(second.make(seq, attempt)).not.toBe(id);
      }),
    );
  });

  it('cannot be made by others: of another journal, changed in any digit, or by chance', () => {
    const ids = runs().start();
    const others = runs().start();
    fc.assert(
      fc.property(seqs, fc.integer({min: 0, max: 35}), fc.integer({min: 1, max: 15}), (seq, at, by) => {
        const id = ids.make(seq, 1);
        const digit = id[at] ?? '';
        const other = digit === '-' ? '-' : (parseInt(digit, 16) ^ by).toString(16);
        const changed = `${id.slice(0, at)}${other}${id.slice(at + 1)}`;
        expect(ids.seqOf(changed)).toBe(changed === id ? seq : null);
        expect(ids.seqOf(others.make(seq, 1))).toBeNull();
        expect(ids.seqOf(randomUUID())).toBeNull();
      }),
    );
    for (const odd of ['', 'connect', '0', `${ids.make(1, 1)} `, 'x'.repeat(100_000)])
      expect(ids.seqOf(odd)).toBeNull();
  });

  it('of a run that a journal which was put back does not know count no more', () => {
    const all = runs();
    all.start();
    const copy = all.kept();
    const lost = all.start();
    const id = lost.make(7, 1);
    all.keep(copy);
    expect(all.start().seqOf(id)).toBeNull();
  });

  it('of sixteen runs are known, and a note that is damaged costs the old ones alone', () => {
    const all = runs();
    const made = Array.from({length: 17}, () => all.start().make(3, 1));
    const last = all.start();
    expect(made.map((id) => last.seqOf(id) === 3)).toEqual(made.map((_, n) => n >= 2));
    all.keep('nonsense');
    const fresh = all.start();
    expect(fresh.seqOf(fresh.make(5, 1))).toBe(5);
    expect(fresh.seqOf(made[16] ?? '')).toBeNull();
  });
});

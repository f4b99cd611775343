import {describe, expect, it} from 'vitest';
import {createSignedBefore} from '../../../../src/lib/node/operator/signed-before.ts';
import {settled} from '../../../support/virtual-time.ts';

const ADDRESS = '0x5777f9890011A458aA3c5FdbD8bB5F7282412567';

function notes() {
  const stored = new Map<string, string>();
  const disk = {works: true, writes: 0};
  return {
    disk,
    journal: {
      recall: (name: string) => stored.get(name) ?? null,
      remember: (name: string, value: string) => {
        disk.writes += 1;
        if (!disk.works) return Promise.reject(new Error('full'));
        stored.set(name, value);
        return Promise.resolve();
      },
    },
  };
}

describe('that the dispatcher has signed before', () => {
  it('is known from the first signed request on, written once, and known to the next run', async () => {
    const {journal, disk} = notes();
    const first = createSignedBefore(journal, ADDRESS, () => {});
    expect(first.known()).toBe(false);
    for (let n = 0; n < 3; n += 1) first.note();
    await settled();
    expect([first.known(), disk.writes]).toEqual([true, 1]);
    expect(createSignedBefore(journal, ADDRESS.toLowerCase(), () => {}).known()).toBe(true);
  });

  it('says nothing of another address, nor where none is configured', async () => {
    const {journal} = notes();
    createSignedBefore(journal, ADDRESS, () => {}).note();
    await settled();
    expect(createSignedBefore(journal, `0x${'1'.repeat(40)}`, () => {}).known()).toBe(false);
    const anyone = createSignedBefore(journal, null, () => {});
    anyone.note();
    expect(anyone.known()).toBe(false);
  });

  it('holds in this run when it cannot be written, and is written with the next signed request', async () => {
    const {journal, disk} = notes();
    const failures: unknown[] = [];
    const before = createSignedBefore(journal, ADDRESS, (error) => failures.push(error));
    disk.works = false;
    before.note();
    await settled();
    expect([before.known(), failures.length]).toEqual([true, 1]);
    disk.works = true;
    before.note();
    await settled();
    expect(createSignedBefore(journal, ADDRESS, () => {}).known()).toBe(true);
  });
});

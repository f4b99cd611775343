import {describe, expect, it} from 'vitest';
import {openPart, portOf} from '../../../src/devnet/part.ts';

function counted() {
  const log: string[] = [];
  let opened = 0;
  const open = (before: {id: number; close(): Promise<void>} | null) => {
    opened += 1;
    const id = opened;
    log.push(`open ${id} after ${before?.id ?? 'none'}`);
    return Promise.resolve({id, close: () => Promise.resolve(void log.push(`close ${id}`))});
  };
  return {log, open};
}

describe('a part of the devnet', () => {
  it('stops once and starts once, where it was', async () => {
    const {log, open} = counted();
    const part = await openPart(open);
    expect([part.isRunning(), await part.start()]).toEqual([true, false]);
    expect([await part.stop(), await part.stop(), part.isRunning()]).toEqual([true, false, false]);
    expect([await part.start(), part.isRunning(), part.current().id]).toEqual([true, true, 2]);
    expect(log).toEqual(['open 1 after none', 'close 1', 'open 2 after 1']);
  });

  it('changes one thing at a time', async () => {
    const {log, open} = counted();
    const part = await openPart(open);
    expect(await Promise.all([part.stop(), part.start(), part.stop(), part.stop()])).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(log).toEqual(['open 1 after none', 'close 1', 'open 2 after 1', 'close 2']);
  });

  it('that does not start stays stopped, and may be tried again', async () => {
    let fails = false;
    const part = await openPart(() =>
      fails ? Promise.reject(new Error('no port')) : Promise.resolve({close: () => Promise.resolve()}),
    );
    await part.stop();
    fails = true;
    await expect(part.start()).rejects.toThrow('no port');
    expect(part.isRunning()).toBe(false);
    fails = false;
    expect(await part.start()).toBe(true);
  });
});

it('the port of a URL', () => {
  expect([portOf('ws://127.0.0.1:4000/ws'), portOf('http://127.0.0.1:5')]).toEqual([4000, 5]);
});

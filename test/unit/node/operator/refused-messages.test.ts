import {describe, expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {MOST_REFUSED_BYTES, type RefusedRecord} from '../../../../src/lib/node/journal/inflow.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {
  createRefusedMessages,
  type RefusedMessage,
} from '../../../../src/lib/node/operator/refused-messages.ts';
import {settled, virtualTime} from '../../../support/virtual-time.ts';

const BAD: RefusedMessage = {
  reason: 'bad-message',
  code: 'MESSAGE_INVALID',
  message: 'params[0].job is not an object',
  frame: '{"job":"hello"}',
  mayBeJob: true,
};

function stage(before = 0) {
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const kept: RefusedRecord[] = [];
  const disk = {write: (): Promise<void> => Promise.resolve()};
  const refused = createRefusedMessages({
    inflow: {
      refused: () => before,
      keep: (message) => {
        kept.push(message);
        return disk.write();
      },
    },
    time,
    health: createHealth((event) => events.push(event), time),
  });
  return {time, events, kept, disk, refused};
}

describe('messages that could not be taken', () => {
  it('are kept with their number, that continues where the last run ended', () => {
    const {refused, kept, time} = stage(7);
    refused.keep(BAD);
    refused.keep({...BAD, frame: Buffer.from([0xff, 0x00])});
    expect(kept).toMatchObject([
      {n: 8, at: time.now(), reason: 'bad-message', code: 'MESSAGE_INVALID', bytes: 15},
      {n: 9, bytes: 2, frame: Uint8Array.of(0xff, 0x00)},
    ]);
    expect(refused.count()).toBe(9);
  });

  it('are cut to 64 KiB, with their whole size', () => {
    const {refused, kept} = stage();
    refused.keep({...BAD, frame: 'x'.repeat(1_000_000)});
    expect(kept[0]).toMatchObject({bytes: 1_000_000});
    expect(kept[0]?.frame).toHaveLength(MOST_REFUSED_BYTES);
  });

  it('of a flood are counted, and kept as far as the disk follows', async () => {
    const {refused, kept, disk, time} = stage();
    let write = (): void => {};
    disk.write = () => new Promise((resolve) => (write = resolve));
    for (let n = 0; n < 1_000; n += 1) refused.keep(BAD);
    expect([refused.count(), kept.length]).toEqual([1_000, 100]);
    write();
    await settled();
    await time.advance(1_000);
    refused.keep(BAD);
    expect(kept.at(-1)).toMatchObject({n: 1_001});
  });

  it('of a flood are kept a hundred times a second at most, however fast the disk is', async () => {
    const {refused, kept, time} = stage();
    for (let n = 0; n < 10_000; n += 1) {
      refused.keep(BAD);
      await settled(1);
    }
    expect(kept).toHaveLength(100);
    await time.advance(500);
    for (let n = 0; n < 100; n += 1) refused.keep(BAD);
    expect(kept).toHaveLength(150);
    expect(refused.count()).toBe(10_100);
  });

  it('are one problem, that ends when jobs come and the last bad one is a minute ago', async () => {
    const {refused, events, time} = stage();
    for (let n = 0; n < 3; n += 1) refused.keep(BAD);
    refused.jobTaken();
    expect(events).toMatchObject([
      {type: 'problem', part: 'jobs', code: 'JOB_REFUSED', next: {run: {command: 'job refused'}}},
    ]);
    await time.advance(60_000);
    refused.jobTaken();
    expect(events.map(({type}) => type)).toEqual(['problem', 'recovered']);
  });

  it('are no problem of their own when no job can be lost with them', () => {
    const {refused, events, kept} = stage();
    refused.keep({...BAD, reason: 'unsigned', mayBeJob: false});
    expect([events.length, kept.length]).toEqual([0, 1]);
  });

  it('that the disk refuses are a problem of the journal', async () => {
    const {refused, events, disk} = stage();
    disk.write = () => Promise.reject(new Error('full'));
    refused.keep({...BAD, mayBeJob: false});
    await settled();
    expect(events).toMatchObject([{type: 'problem', part: 'journal'}]);
  });
});

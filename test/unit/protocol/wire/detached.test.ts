import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {detached} from '../../../../src/lib/protocol/wire/detached.ts';
import {parseEnvelope} from '../../../../src/lib/protocol/wire/envelope.ts';
import {readDispatch} from '../../../support/read-dispatch.ts';
import {codePoint} from '../../../support/any-text.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const FRAMES = 40;
const FRAME_BYTES = 1_000_000;

/** A frame of one job whose prompt fills it. */
function frame(n: number): Uint8Array {
  const job = {
    tag: 'opml with a long name',
    model: 'a model with a long name',
    prompt: 'x'.repeat(FRAME_BYTES),
  };
  const long = `${n}`.padStart(64, '0');
  const params = [{job_id: long, tag: 'suspicion or more', position: 'somewhere before', job}];
  const blank = {result: null, address: '', hash: '', signature: ''};
  return Buffer.from(JSON.stringify({id: `an id of a frame ${n}`, method: 'dispatch_job', params, ...blank}));
}

describe('what outlives its frame', () => {
  it('is the same text', () => {
    fc.assert(
      fc.property(fc.string({unit: codePoint, maxLength: 100}), (text) => {
        expect(detached(text)).toBe(text);
      }),
      {numRuns: 40},
    );
  });

  it('does not hold the frame in memory', () => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const kept = Array.from({length: FRAMES}, (_, n) => {
      const {id, params} = parseEnvelope(frame(n));
      return {id, jobs: readDispatch(params).map(({key, kind, model}) => ({key, kind, model}))};
    });
    collectGarbage();
    const held = process.memoryUsage().heapUsed - before;
    expect(kept[7]?.jobs[0]?.key.jobId).toBe('7'.padStart(64, '0'));
    expect(held).toBeLessThan((FRAMES * FRAME_BYTES) / 4);
  });
});

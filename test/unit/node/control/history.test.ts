import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {OperatorEvent, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createHistory} from '../../../../src/lib/node/control/history.ts';
import {eventLog, jobRef} from '../../../support/event-log.ts';
import {codePoint} from '../../../support/any-text.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';

const seqs = (lines: readonly string[]): number[] =>
  lines.map((line) => (JSON.parse(line) as OperatorEvent).seq);
const problem: OperatorEventBody & {type: 'problem'} = {
  type: 'problem',
  part: 'signer',
  code: 'BUG',
  message: 'm',
  next: say('n'),
};
const received: OperatorEventBody = {type: 'job_received', job: jobRef(1), signer: null};

describe('history', () => {
  it('keeps the last 200 events, and errors that noise has pushed out of them', () => {
    const history = createHistory();
    const event = eventLog();
    for (let i = 0; i < 3; i += 1) history.push(event(problem));
    for (let i = 0; i < 5_000; i += 1) history.push(event(received));
    const kept = seqs(history.lines());
    expect(kept).toEqual([1, 2, 3, ...Array.from({length: 200}, (_, i) => 4_804 + i)]);
  });

  it('leaves out figures that come every few seconds', () => {
    const history = createHistory();
    const event = eventLog();
    history.push(event({type: 'block', number: '1', blockAt: 0, rpcMs: 1}));
    history.push(event({type: 'probe_answered', via: 'http'}));
    history.push(event(received));
    expect(seqs(history.lines())).toEqual([3]);
  });

  it('is in order, without repetition and small, whatever happened', () => {
    const text = fc.string({maxLength: 40, unit: codePoint}).map((part) => part.repeat(400));
    const body = fc.oneof(
      fc.constant(received),
      text.map((jobId): OperatorEventBody => ({...received, job: {...jobRef(1), jobId}})),
      text.map((message): OperatorEventBody => ({...problem, message})),
      text.map((reason): OperatorEventBody => ({type: 'disconnected', reason, retryInMs: 1})),
    );
    fc.assert(
      fc.property(fc.array(body, {maxLength: 300}), (bodies) => {
        const history = createHistory();
        bodies.map(eventLog()).forEach((event) => history.push(event));
        const lines = history.lines();
        const kept = seqs(lines);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        expect(Buffer.byteLength(lines.join('\n'))).toBeLessThan(300_000);
        if (bodies.length > 0) expect(kept.at(-1)).toBe(bodies.length);
        for (const line of lines) expect(line.length).toBeLessThan(20_000);
      }),
      {numRuns: 40},
    );
  });
});

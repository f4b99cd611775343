import type {ErrorCode} from '../../../../src/lib/foundation/errors/table.ts';
import {cellsOf} from '../../../../src/lib/foundation/text/cells.ts';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {lineCells} from '../../../../src/lib/features/dashboard/model/line.ts';
import {drawScreen, type Screen, type Size} from '../../../../src/lib/features/dashboard/screen.ts';
import {PANES, type Ui} from '../../../../src/lib/features/dashboard/model/ui.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {after, healthyEvents, job, liveness, sceneOf, START, more} from '../../../support/dash-scenes.ts';
import {codePoint} from '../../../support/any-text.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';

const FULL: Size = {columns: 80, rows: 24};
const NOW = START + 650_000;

const textOf = ({blocks}: Screen): string =>
  blocks
    .flatMap(({lines}) =>
      lines.map((line) =>
        line
          .map(({text}) => text)
          .join('')
          .trimEnd(),
      ),
    )
    .join('\n');

/** Texts that a peer may send: controls, escape sequences, wide and zero-width characters, halves of pairs. */
const nasty = fc.oneof(
  fc.string({unit: codePoint, maxLength: 60}),
  fc.constantFrom(
    '\x1b[2J\x1b]0;owned\x07',
    '\u202eevil\u2066',
    '漢字かな交じり文',
    '👩‍👩‍👧‍👦🏳️‍🌈',
    'e\u0301\u0301\u0301\u0301\u0301',
    '\ud800',
    'x'.repeat(10_000),
    '\r\n\t',
    '',
  ),
);

const body: fc.Arbitrary<OperatorEventBody> = fc.oneof(
  fc
    .record({seq: fc.nat(60), jobId: nasty, tag: nasty, position: nasty, kind: nasty, model: nasty})
    .chain((ref) =>
      fc.constantFrom<OperatorEventBody[]>(
        {type: 'job_received', job: ref, signer: null},
        {type: 'job_sampled', job: ref, selected: true, r: 1, threshold: 2},
        {type: 'job_asked', job: ref, request: 'r', attempt: 1},
        {type: 'job_retry', job: ref, code: 'BUG', message: ref.tag, retryInMs: 5},
        {type: 'job_held', job: ref, code: 'BUG', message: ref.tag, then: 'wait'},
        {type: 'answers_held', count: ref.seq, oldestAt: START, dueAt: START, dueJob: ref.seq},
        {type: 'job_concluded', job: ref, outcome: 'failed', reason: ref.model},
        {type: 'result_accepted', job: ref, ms: 1, outcome: 'answered'},
        {type: 'result_expired', job: ref},
      ),
    ),
  fc.record({type: fc.constant('disconnected' as const), reason: nasty, retryInMs: fc.nat()}),
  fc.record({
    type: fc.constant('problem' as const),
    part: fc.constantFrom('signer' as const, 'chain' as const, 'dispatcher' as const),
    code: nasty as fc.Arbitrary<ErrorCode>,
    message: nasty,
    next: nasty.map(say),
  }),
  fc.record({type: fc.constant('warning' as const), code: nasty as fc.Arbitrary<ErrorCode>, message: nasty}),
  fc.record({
    type: fc.constant('range' as const),
    start: nasty,
    end: nasty,
    max: nasty,
    block: nasty,
    source: fc.constant('chain' as const),
  }),
  fc.record({
    type: fc.constant('clock' as const),
    id: nasty,
    counter: nasty,
    readings: fc.nat(),
    merged: fc.option(fc.record({clock: fc.dictionary(nasty, nasty), at: fc.constant(START), jobId: nasty})),
    ahead: fc.option(nasty),
  }),
  fc.constant<OperatorEventBody>({type: 'probe_answered', via: 'http'}),
  fc.option(fc.nat(10_000_000)).map((ms) => liveness(ms === null ? null : START + ms)),
  fc.constant<OperatorEventBody>({type: 'stopping', reason: 'SIGINT', inProgress: 1, graceMs: 1}),
  fc.record({
    type: fc.constant('started' as const),
    nodeId: nasty,
    network: nasty,
    version: nasty,
    vrfPublicKey: nasty,
    workers: fc.array(nasty, {maxLength: 3}),
    pending: fc.nat(),
  }),
);

const ui: fc.Arbitrary<Partial<Ui>> = fc.record(
  {
    pane: fc.constantFrom(...PANES),
    page: fc.constantFrom(
      'main' as const,
      'log' as const,
      'detail' as const,
      'help' as const,
      'explain' as const,
    ),
    filter: fc.constantFrom('', 'x', '漢'),
    draft: fc.option(nasty),
    job: fc.option(fc.nat(60)),
    line: fc.option(fc.nat(60)),
    scroll: fc.nat(100),
    wrap: fc.boolean(),
    times: fc.constantFrom('clock' as const, 'age' as const, 'none' as const),
    frozen: fc.boolean(),
    note: fc.option(nasty.map((text) => ({text, until: 1}))),
  },
  {requiredKeys: []},
);

describe('the screen', () => {
  it('is bounded, total and harmless whatever there is to draw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(10_000_000), body), {maxLength: 30}),
        ui,
        fc.record({columns: fc.integer({min: 0, max: 200}), rows: fc.integer({min: 0, max: 60})}),
        fc.boolean(),
        (events, chosen, size, away) => {
          const news = after(
            more([], ...events),
            ...(away ? [{type: 'away', at: START, reason: 'x'} as const] : []),
          );
          const {blocks, page, maxScroll} = drawScreen(sceneOf(news, START + 9_000_000, chosen), size);
          const lines = blocks.flatMap((block) => block.lines);
          expect(lines.length).toBeLessThanOrEqual(Math.max(0, size.rows - 1));
          for (const line of lines) {
            const text = line.map((span) => span.text).join('');
            expect(lineCells(line)).toBeLessThanOrEqual(size.columns);
            // Joined, nothing becomes wider than its parts.
            expect(cellsOf(text)).toBeLessThanOrEqual(size.columns);
            expect(text).not.toMatch(
              /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u,
            );
          }
          expect(page).toBeGreaterThan(0);
          expect(maxScroll).toBeGreaterThanOrEqual(0);
        },
      ),
      {numRuns: 300},
    );
  });

  it('fills 80×24 with everything but the last row', () => {
    const drawn = textOf(drawScreen(sceneOf(after(healthyEvents()), NOW), FULL));
    expect(drawn.split('\n')).toHaveLength(23);
    expect(drawn).toMatchInlineSnapshot(`
      "aos 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266  devnet  node-1  up 10m  12:10:50
      ✓ OK      HEALTHY · probed 9s ago · 7 accepted · next risk: none
      1 HEARTBEAT  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ 60/60
                   probed 9s ago by http · allowance 01:00:00 · 1 outage, last 5m20s
      2 CLOCK      own 1:10234 · ahead 54 · dispatcher {1:10180, 2:55} · merged 2s ago
      3 SAMPLING   0–300000 of 600000 · 50.00 % · selected 5 · unselected 3
      4 SIGNER     ✓ OK      p50 4 ms p95 9 ms · error budget 100 % · 1s ago
        CHAIN      ✓ OK      block 1234, 12 ms · 1s ago
        DISPATCHER ✓ OK      connected for 10m · ws://127.0.0.1:3000/ws
        WORKER     ✓ OK      opml: 1 of 1 well, 1 of 1 busy, last answer took 880 ms
      5 ON CHAIN   registered (bls) · quorum 0 stake 1 · no challenge open · 1 stETH
        LAST       1 h 4/5 answered 7/8 accepted p95 960 ms · 24 h 4/5 7/8 960 ms
      6>JOBS 8         KIND  MODEL      TAG       STATE                AGE RESULT
        0008a67…0f0008 opml  llama-7b             … WAIT  asked         2s
        0007a67…0f0007 opml  llama-7b             ✓ OK    accepted     15s answered
        0006a67…0f0006 opml  llama-7b   opml      ✓ OK    accepted     20s unselected
        0005a67…0f0005 opml  llama-7b             ✓ OK    accepted     25s answered
        0004a67…0f0004 opml  llama-7b             ✓ OK    accepted     30s unselected
      7 LOG        following
        12:10:25 INFO  job 0005a67f…1e0f0005 answered, accepted after 960 ms: opml ll…
        12:10:30 INFO  job 0006a67f…1e0f0006 [opml] not selected, accepted after 960 …
        12:10:35 INFO  job 0007a67f…1e0f0007 answered, accepted after 960 ms: opml ll…
      ? help · q quit · / filter · Enter detail · Tab pane · p freeze · l log · y copy"
    `);
  });

  it('adds columns on wider screens', () => {
    const scene = sceneOf(after(healthyEvents()), NOW);
    expect(textOf(drawScreen(scene, {columns: 120, rows: 24}))).toMatchInlineSnapshot(`
      "aos 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266  devnet  node-1                                          up 10m  12:10:50
      ✓ OK      HEALTHY · probed 9s ago · 7 accepted · next risk: none
      1 HEARTBEAT  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ 60/60   RUN  aos 0.1.0, pid 4242
                   probed 9s ago by http · allowance 01:00:00 · 1 outage, last 5m20s    received 8, 2s ago · duplicates 0
      2 CLOCK      own 1:10234 · ahead 54 · dispatcher {1:10180, 2:55} · merged 2s ago  accepted 7, 14s ago · resent 0
      3 SAMPLING   0–300000 of 600000 · 50.00 % · selected 5 · unselected 3             failed 0 · rejected frames 0
      4 SIGNER     ✓ OK      p50 4 ms p95 9 ms · error budget 100 % · 1s ago            in progress 1, waiting 1 · 2s ago
        CHAIN      ✓ OK      block 1234, 12 ms · 1s ago                                 oldest open 2s · one every 5s
        DISPATCHER ✓ OK      connected for 10m · ws://127.0.0.1:3000/ws
        WORKER     ✓ OK      opml: 1 of 1 well, 1 of 1 busy, last answer took 880 ms
      5 ON CHAIN   registered (bls) · quorum 0 stake 1 · no challenge open · 1 stETH
        LAST       1 h 4/5 answered 7/8 accepted p95 960 ms · 24 h 4/5 7/8 960 ms
      6>JOBS 8                               KIND  MODEL      TAG       STATE                AGE   LAST RESULT
        0008a67f0c1d2e3b4a…95a4b3c2d1e0f0008 opml  llama-7b             … WAIT  asked         2s     1s
        0007a67f0c1d2e3b4a…95a4b3c2d1e0f0007 opml  llama-7b             ✓ OK    accepted     15s    14s answered
        0006a67f0c1d2e3b4a…95a4b3c2d1e0f0006 opml  llama-7b   opml      ✓ OK    accepted     20s    19s unselected
        0005a67f0c1d2e3b4a…95a4b3c2d1e0f0005 opml  llama-7b             ✓ OK    accepted     25s    24s answered
        0004a67f0c1d2e3b4a…95a4b3c2d1e0f0004 opml  llama-7b             ✓ OK    accepted     30s    29s unselected
      7 LOG        following
        12:10:25 INFO  job 0005a67f…1e0f0005 answered, accepted after 960 ms: opml llama-7b
        12:10:30 INFO  job 0006a67f…1e0f0006 [opml] not selected, accepted after 960 ms: opml llama-7b
        12:10:35 INFO  job 0007a67f…1e0f0007 answered, accepted after 960 ms: opml llama-7b
      ? help · q quit · / filter · Enter detail · Tab pane · p freeze · l log · y copy"
    `);
    expect(textOf(drawScreen(scene, {columns: 170, rows: 24}))).toMatchInlineSnapshot(`
      "aos 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266  devnet  node-1                                                                                            up 10m  12:10:50
      ✓ OK      HEALTHY · probed 9s ago · 7 accepted · next risk: none
      1 HEARTBEAT  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ 60/60   RUN  aos 0.1.0, pid 4242                OUTAGES
                   probed 9s ago by http · allowance 01:00:00 · 1 outage, last 5m20s    received 8, 2s ago · duplicates 0       11-24 06:00  5m20s no connection to the dispatc…
      2 CLOCK      own 1:10234 · ahead 54 · dispatcher {1:10180, 2:55} · merged 2s ago  accepted 7, 14s ago · resent 0
      3 SAMPLING   0–300000 of 600000 · 50.00 % · selected 5 · unselected 3             failed 0 · rejected frames 0
      4 SIGNER     ✓ OK      p50 4 ms p95 9 ms · error budget 100 % · 1s ago            in progress 1, waiting 1 · 2s ago
        CHAIN      ✓ OK      block 1234, 12 ms · 1s ago                                 oldest open 2s · one every 5s
        DISPATCHER ✓ OK      connected for 10m · ws://127.0.0.1:3000/ws
        WORKER     ✓ OK      opml: 1 of 1 well, 1 of 1 busy, last answer took 880 ms
      5 ON CHAIN   registered (bls) · quorum 0 stake 1 · no challenge open · 1 stETH
        LAST       1 h 4/5 answered 7/8 accepted p95 960 ms · 24 h 4/5 7/8 960 ms
      6>JOBS 8                               KIND  MODEL                TAG       POS   STATE                AGE   LAST RESULT
        0008a67f0c1d2e3b4a…95a4b3c2d1e0f0008 opml  llama-7b                             … WAIT  asked         2s     1s
        0007a67f0c1d2e3b4a…95a4b3c2d1e0f0007 opml  llama-7b                             ✓ OK    accepted     15s    14s answered
        0006a67f0c1d2e3b4a…95a4b3c2d1e0f0006 opml  llama-7b             opml            ✓ OK    accepted     20s    19s unselected
        0005a67f0c1d2e3b4a…95a4b3c2d1e0f0005 opml  llama-7b                             ✓ OK    accepted     25s    24s answered
        0004a67f0c1d2e3b4a…95a4b3c2d1e0f0004 opml  llama-7b                             ✓ OK    accepted     30s    29s unselected
      7 LOG        following
        12:10:25 INFO  job 0005a67f…1e0f0005 answered, accepted after 960 ms: opml llama-7b
        12:10:30 INFO  job 0006a67f…1e0f0006 [opml] not selected, accepted after 960 ms: opml llama-7b
        12:10:35 INFO  job 0007a67f…1e0f0007 answered, accepted after 960 ms: opml llama-7b
      ? help · q quit · / filter · Enter detail · Tab pane · p freeze · l log · y copy"
    `);
  });

  it('reduces down to 40×10, and says so below that', () => {
    const scene = sceneOf(after(healthyEvents()), NOW);
    expect(textOf(drawScreen(scene, {columns: 60, rows: 16}))).toMatchInlineSnapshot(`
      "aos 0xf39Fd6e51…9cffFb92266  devnet  node-1 up 10m  12:10:50
      ✓ OK      HEALTHY · probed 9s ago · 7 accepted · next risk:…
      1 HEARTBEAT  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      2 CLOCK      own 1:10234 · ahead 54 · merged 2s ago
      3 SAMPLING   0–300000 of 600000 · 50.00 % · read 10m49s ago
      4 SIGNER     ✓ OK      p50 4 ms p95 9 ms · 1s ago
        CHAIN      ✓ OK      block 1234, 12 ms · 1s ago
        DISPATCHER ✓ OK      connected for 10m
        WORKER     ✓ OK      opml: 1 of 1 well, 1 of 1 busy, last…
      5 ON CHAIN   registered (bls) · quorum 0 stake 1 · 1 stETH
        LAST       1 h 4/5 answered 7/8 accepted p95 960 ms
      6>JOBS 8         KIND  STATE                AGE RESULT
        0008a67…0f0008 opml  … WAIT  asked         2s
        0007a67…0f0007 opml  ✓ OK    accepted     15s answered
      ? help · q quit · / filter · Enter detail · Tab pane · l log"
    `);
    expect(textOf(drawScreen(scene, {columns: 40, rows: 10}))).toMatchInlineSnapshot(`
      "aos 0xf39…92266  devnet  node-1 12:10:50
      ✓ OK      HEALTHY · probed 9s ago · 7 a…
      1 HEARTBEAT  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      2 CLOCK      own 1:10234 · ahead 54
      4 SIGNER     ✓ OK      p50 4 ms p95 9 ms
      6>JOBS 8
        0008a6…f0008 … WAIT  asked         2s
        0007a6…f0007 ✓ OK    accepted     15s
      ? help · q quit · / filter · Tab pane"
    `);
    expect(textOf(drawScreen(scene, {columns: 39, rows: 10}))).toMatchInlineSnapshot(`
      "39×10: too small
      needs 40×10
      HEALTHY · probed 9s ago · 7 accepted ·…
      q quit"
    `);
    expect(textOf(drawScreen(scene, {columns: 1, rows: 1}))).toBe('');
    expect(textOf(drawScreen(scene, {columns: 1, rows: 2}))).toMatchInlineSnapshot(`"…"`);
  });

  it('keeps the selected job in sight', () => {
    const many = more(
      healthyEvents(),
      ...Array.from({length: 40}, (_, index): [number, OperatorEventBody] => [
        649_000 + index,
        {type: 'job_received', job: job(100 + index), signer: null},
      ]),
    );
    const drawn = textOf(drawScreen(sceneOf(after(many), NOW, {job: 130}), FULL));
    expect(drawn).toContain(`> ${job(130).jobId.slice(0, 7)}`);
  });
});

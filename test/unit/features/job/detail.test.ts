import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {nextReading} from '../../../../src/lib/protocol/clock/readings.ts';
import {jobCsv, jobTable} from '../../../../src/lib/features/job/list-text.ts';
import {jobDetailText} from '../../../../src/lib/features/job/detail-text.ts';
import {jobExportText, JOB_EXPORT_HEAD} from '../../../../src/lib/features/job/export.ts';
import {jobRowJson} from '../../../../src/lib/features/job/row.ts';
import {jobDetail, type DetailFacts} from '../../../../src/lib/features/job/detail.ts';
import {VRF} from '../../../support/journal.ts';
import {codePoint} from '../../../support/any-text.ts';
import type {JobDetailRecord} from '../../../../src/lib/node/journal/job-query-types.ts';

const AT = Date.UTC(2030, 0, 1);
const FACTS: DetailFacts = {
  nodeId: null,
  dispatcher: null,
  formerDispatchers: [],
  lastRange: null,
  precision: null,
  now: AT + 60_000,
};
const reading = nextReading(null, {event: 'job_received', ref: 'one', merge: null}, AT, 1n);

const WORKER = {url: 'http://worker:1234', nodeId: null};
const LOST = {worker: WORKER, takenAt: AT + 20, ended: 'lost', endedAt: AT + 490} as const;
const TAKEN = {worker: WORKER, takenAt: AT + 510, ended: null, endedAt: null} as const;

function record(over: Partial<JobDetailRecord> = {}): JobDetailRecord {
  return {
    seq: 7,
    key: {jobId: 'one', tag: '', position: ''},
    state: 'received',
    outcome: null,
    kind: 'opml',
    model: 'tiny',
    signer: null,
    vrf: null,
    receivedAt: AT,
    concludedAt: null,
    delivery: null,
    closedAt: null,
    isPacked: false,
    isHeld: false,
    frame: '{}',
    element: '{}',
    index: 0,
    packed: null,
    range: null,
    reply: null,
    proof: null,
    content: null,
    requests: [],
    evidence: [],
    checks: [],
    why: null,
    readings: [],
    ...over,
  };
}

const show = (over: Partial<JobDetailRecord>, width = 80, full = false): string =>
  jobDetailText(jobDetail(record(over), FACTS), {width, full});

/** A tee worker's callback, as the journal keeps it. */
const attested = (attestation: string): string =>
  JSON.stringify({request_id: 'r', prompt: 'p', answer: 'an answer', attestation});

it('the attestation of a tee job is kept: its size and hash are shown, itself is exported', () => {
  const attestation = Buffer.from('an enclave says so').toString('base64');
  const asked = {attempt: 1, requestId: 'r', kind: 'tee', askedAt: AT, ...TAKEN};
  const answered = {...asked, answer: attested(attestation), answeredAt: AT + 900};
  const late = {...asked, attempt: 2, ...LOST, answer: null, answeredAt: null};
  const tee = {kind: 'tee', requests: [answered, late]};
  const text = show(tee, 200);
  expect(text).toMatch(/attested +kept, 18 bytes, sha256 [0-9a-f]{64}/);
  expect(text).not.toContain(attestation);
  expect(show(tee, 200, true)).not.toContain(attestation);
  expect(jobDetail(record(tee), FACTS).requests[0]).toMatchObject({attestation, attestationBytes: 18});
  expect(JSON.parse(jobExportText(record(tee), 'ndjson'))).toMatchObject({attestation});
  expect(jobExportText(record(tee), 'csv')).toContain(attestation);
  expect(JSON.parse(jobExportText(record(), 'ndjson'))).toMatchObject({attestation: null});
});

describe('the detail of a job', () => {
  it('is told also where little is known of it', () => {
    const text = show({});
    for (const part of ['is unreadable', 'not sampled yet', 'none yet', 'not signed yet'])
      expect(text).toContain(part);
  });

  it('says of a packed job what is left, and what is gone', () => {
    const packed = {cut: {sha256: 'cd', bytes: 9_000}, attempts: 2};
    const delivery = {envelopeId: 'e', signature: 'ff', at: AT + 50};
    const over = {state: 'accepted', frame: null, element: null, isPacked: true, packed, delivery} as const;
    const large = jobDetail(record(over), FACTS);
    expect(large).toMatchObject({
      packed: true,
      prompt: null,
      dispatch: {frameBytes: null, signature: {state: 'packed'}},
      answer: {sha256: 'cd', bytes: 9_000, content: null},
      delivery: {signature: 'ff', signatureValid: null},
    });
    const text = show(over);
    for (const part of ['the evidence period is over', 'too large to be packed', 'cd'])
      expect(text).toContain(part);
    expect(jobExportText(record({...over, content: '{"result":"r"}'}), 'ndjson')).toContain('"result":"r"');
  });

  it('says how each request ended, why there is no answer, and which callbacks are kept', () => {
    const asked = {attempt: 1, kind: 'opml', askedAt: AT + 10, answer: null, answeredAt: null};
    const text = show(
      {
        state: 'unanswered',
        why: 'no opml worker answered within 1 h 50 min',
        closedAt: AT + 60_000,
        requests: [
          {...asked, ...LOST},
          {...asked, attempt: 2, ...TAKEN},
          {...asked, attempt: 3, worker: null, takenAt: null, ended: null, endedAt: null},
        ],
        evidence: [
          {
            attempt: 1,
            at: AT + 70_000,
            why: 'the answer is empty',
            body: '{"req_id":"q","answer":""}',
            bytes: 26,
          },
        ],
      },
      200,
    );
    for (const part of [
      'no opml worker answered within 1 h 50 min',
      'at http://worker:1234',
      'lost with its worker',
      'no answer yet',
      'not taken by a worker',
      'OTHER CALLBACKS',
      '26 bytes: the answer is empty',
    ])
      expect(text).toContain(part);
  });

  it('says of a held answer what a worker said and what the check found, each in its column', () => {
    const asked = {attempt: 1, kind: 'tee', askedAt: AT + 10, answer: null, answeredAt: null, ...TAKEN};
    const check: JobDetailRecord['checks'][number] = {
      attempt: 1,
      state: 'held',
      at: AT + 40_000,
      judgedAt: AT + 41_000,
      then: 'wait',
      code: 'ATTESTATION_WRONG_IMAGE',
      message: 'PCR0 is another one',
      body: '{}',
      results: [
        {
          check: 'attestation',
          verdict: 'held',
          code: null,
          message: 'PCR0 is another one',
          facts: {registers: 'failed', revocation: 'not_checked', vkSha256: 'ab'},
        },
      ],
    };
    const text = show({state: 'selected', kind: 'tee', requests: [asked], checks: [check]}, 200);
    expect(text).toContain('selected, its answer is held by a check, 1 min since it was received');
    expect(text).toContain('answered 2030-01-01T00:00:40.000Z; see CHECKS');
    expect(text).not.toContain('no answer yet');
    expect(text).toContain('  none yet: what a worker answered is under CHECKS');
    const lines = text.split('\n');
    for (const [label, value] of [
      ['    attestation', 'held: PCR0 is another one'],
      ['      registers', 'failed'],
      ['      revocation', 'not checked'],
      ['      vk sha256', 'ab'],
    ])
      expect(lines[lines.indexOf(label ?? '') + 1]).toBe(' '.repeat(14) + (value ?? ''));
    const over = show({state: 'accepted', kind: 'tee', requests: [asked], checks: [check]}, 200);
    expect(over).not.toContain('held by a check');
  });

  it('has its moments in order, with the time between', () => {
    const {timeline} = jobDetail(
      record({
        state: 'accepted',
        vrf: VRF,
        requests: [
          {attempt: 1, kind: 'opml', askedAt: AT + 10, answer: null, answeredAt: null, ...LOST},
          {attempt: 2, kind: 'opml', askedAt: AT + 500, answer: '{}', answeredAt: AT + 900, ...TAKEN},
        ],
        concludedAt: AT + 910,
        content: '{"result":"x"}',
        delivery: {envelopeId: 'e', signature: 'ff', at: AT + 920},
        closedAt: AT + 1_000,
      }),
      FACTS,
    );
    expect(timeline.map(({what, sincePreviousMs: step}) => [what, step])).toEqual([
      ['received', 0],
      ['asked (attempt 1)', 10],
      ['lost (attempt 1)', 480],
      ['asked (attempt 2)', 10],
      ['answered (attempt 2)', 400],
      ['concluded', 10],
      ['signed', 10],
      ['accepted', 80],
    ]);
  });

  it('knows how far below the threshold the number was, by the range it was sampled with, else by the last one', () => {
    const vrf = {...VRF, vrf_random_value: 'ff0010'};
    const range = {start: 0n, end: 300n, max: 1_000n, block: 5n};
    const facts = {...FACTS, lastRange: {start: 0n, end: 200n, max: 1_000n, block: 9n}, precision: 4};
    const own = jobDetail(record({vrf, range}), facts);
    expect(own.sampling).toMatchObject({
      number: 16,
      threshold: 300,
      range: {end: '300', block: '5', source: 'sampled_with'},
    });
    expect(jobDetailText(own, {width: 200, full: false})).toContain('(range 0–300 of 1000, at block 5)');
    const old = jobDetail(record({vrf}), facts);
    expect(old.sampling).toMatchObject({threshold: 200, range: {end: '200', source: 'last_read'}});
    expect(jobDetailText(old, {width: 200, full: false})).toContain('(range 0–200 of 1000, as last read)');
  });

  it('says when a reading does not hold', () => {
    expect(jobDetail(record({readings: [reading]}), FACTS).readings.chainValid).toBe(true);
    const bent = {...reading, event: 'other'};
    expect(jobDetail(record({readings: [bent]}), FACTS).readings.chainValid).toBe(false);
    expect(show({readings: [bent]})).toContain('a hash is wrong');
  });

  it('clips long texts unless all is wanted', () => {
    const content = JSON.stringify({result: 'y'.repeat(5_000), reason: ''});
    const count = (text: string): number => text.split('y').length;
    expect(count(show({content}))).toBeLessThan(600);
    expect(count(show({content}, 80, true))).toBeGreaterThan(5_000);
  });
});

const outside = fc.string({unit: codePoint, maxLength: 200});
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u200b]/;

describe('texts from outside', () => {
  it('never reach the terminal as they are, and widths hold', () => {
    fc.assert(
      fc.property(outside, outside, outside, fc.integer({min: 50, max: 140}), (id, model, result, width) => {
        const row = jobRowJson(record({key: {jobId: id, tag: model, position: id}, model, kind: model}));
        const style = {total: 2, width, now: AT, full: false};
        const texts = [
          jobTable([row], style),
          jobTable([row], {...style, full: true}),
          show(
            {
              key: {jobId: id, tag: model, position: ''},
              model,
              content: JSON.stringify({result, reason: id}),
            },
            width,
          ),
        ];
        return texts.every((text) => !UNSAFE.test(text));
      }),
    );
  });

  it('of ordinary length leave the table within its width', () => {
    const rows = Array.from({length: 3}, (_, index) =>
      jobRowJson(
        record({
          seq: 10 ** index,
          key: {jobId: 'ab'.repeat(32), tag: 'suspicion', position: 'before'},
          closedAt: AT + 5,
          state: 'accepted',
          outcome: 'answered',
        }),
      ),
    );
    for (const width of [60, 80, 100, 160])
      for (const line of jobTable(rows, {total: 3, width, now: AT, full: false}).split('\n'))
        expect(line.length).toBeLessThanOrEqual(width);
    expect(jobTable(rows, {total: 9, width: 100, now: AT, full: false})).toContain('3 jobs of 9');
  });

  it('are one line each in CSV and NDJSON, and read back', () => {
    fc.assert(
      fc.property(outside, (text) => {
        const one = record({
          key: {jobId: text, tag: '', position: ''},
          content: JSON.stringify({result: text}),
        });
        const line = jobExportText(one, 'ndjson');
        expect(line).not.toMatch(/[\u0000-\u001f]/);
        expect(JSON.parse(line)).toMatchObject({type: 'job', seq: 7, jobId: text, result: text});
        expect(jobExportText(one, 'csv')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
    expect(JOB_EXPORT_HEAD.split(',')).toHaveLength(jobExportText(record(), 'csv').split(',').length);
    expect(jobCsv([jobRowJson(record({model: '=1+1'}))]).split('\n')[1]).toContain("'=1+1");
  });
});

import {describe, expect, it} from 'vitest';
import {createCheck, withKind} from '../../../../src/lib/protocol/receipt/check/check.ts';
import {
  firstBroken,
  overallOf,
  type LinkName,
  type Verdict,
} from '../../../../src/lib/protocol/receipt/links.ts';
import type {JobEvidence, Parties, Receipt} from '../../../../src/lib/protocol/receipt/receipt.ts';
import {loadVrf} from '../../../../src/lib/protocol/vrf/ecvrf.ts';
import {draftEnvelope} from '../../../../src/lib/protocol/wire/envelope.ts';
import {tryChanges} from '../../../support/receipt-changes.ts';
import {signText, TEST_KEY} from '../../../support/envelope-signing.ts';
import {
  bodyOf,
  DISPATCHER,
  messageOf,
  OPERATOR,
  PARTIES,
  receiptFor,
  withHighS,
} from '../../../support/receipts.ts';

const vrf = await loadVrf();
const whole = receiptFor(vrf);
const check = createCheck(vrf);
const asEvidence = (receipt: Receipt): JobEvidence => ({...receipt, content: null});

function verdicts(over: Partial<JobEvidence> = {}, parties: Partial<Parties> = {}) {
  const {links} = check({...asEvidence(whole), ...over}, {...PARTIES, ...parties});
  const of: Partial<Record<LinkName, Verdict>> = {};
  for (const {link, verdict} of links) of[link] = verdict;
  return {overall: overallOf(links), broken: firstBroken(links)?.link ?? null, of};
}

describe('the check of a receipt', () => {
  it('finds every link of an answered opml job valid, and the reply not signed', () => {
    expect(verdicts()).toEqual({
      overall: 'valid',
      broken: null,
      of: {
        dispatcher: 'valid',
        job: 'valid',
        vrf: 'valid',
        range: 'valid',
        clock: 'valid',
        answer: 'valid',
        operator: 'valid',
        chain: 'valid',
        reply: 'not_signed',
      },
    });
  });

  it('shows what signatures bind, and nothing else', () => {
    const {facts} = check(asEvidence(whole), PARTIES);
    expect(facts).toMatchObject({
      result: {
        operator: OPERATOR,
        jobId: 'job-1',
        result: '42, of course',
        selected: true,
        clock: {'1': '42'},
      },
      prompt: 'What is AI?',
      job: {dispatcher: DISPATCHER, kind: 'opml', model: 'tiny', position: '', clock: {'1': '41'}},
    });
    const unsigned = receiptFor(vrf, {isSigned: false});
    expect(check(asEvidence(unsigned), PARTIES).facts).toMatchObject({job: null, prompt: 'What is AI?'});
    expect(check(asEvidence(whole), {...PARTIES, operator: DISPATCHER}).facts).toMatchObject({
      result: null,
      prompt: null,
    });
  });

  it('finds a job that is not selected valid without an answer', () => {
    const receipt = receiptFor(vrf, {isSelected: false});
    const parties = {...PARTIES, ranges: [{start: 0n, end: 0n, max: 600_000n}]};
    expect(overallOf(check(asEvidence(receipt), parties).links)).toBe('valid');
  });

  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  const changed = (bytes: Uint8Array, from: string, to: string): Buffer => {
    expect(text(bytes)).toContain(from);
    return Buffer.from(text(bytes).replace(from, to));
  };
  const frame = (bytes: Uint8Array): Partial<JobEvidence> => ({frame: {bytes, index: 0}});
  const original = whole.frame?.bytes ?? Buffer.alloc(0);

  it.each<[LinkName, string, () => Partial<JobEvidence>]>([
    ['dispatcher', 'a changed prompt', () => frame(changed(original, 'What is AI', 'What is BI'))],
    ['dispatcher', 'the high s of its signature', () => frame(withHighS(original))],
    ['dispatcher', 'a message that is none', () => frame(Buffer.from('{"id":"1"}'))],
    ['dispatcher', 'bytes that are no text', () => frame(Buffer.from([0xff, 0xfe]))],
    ['job', 'the message of another job', () => ({frame: receiptFor(vrf, {jobId: 'job-2'}).frame})],
    ['job', 'a place without a job', () => ({frame: {bytes: original, index: 4}})],
    ['vrf', 'a proof of another prompt', () => ({frame: receiptFor(vrf, {prompt: 'Another?'}).frame})],
    ['vrf', 'a VRF beside that of the result', () => ({vrf: {...whole.vrf, selected: false}})],
    [
      'range',
      'a range beside the given one',
      () => ({range: {start: 0n, end: 5n, max: 600_000n, precision: 6}}),
    ],
    [
      'clock',
      'a clock beside that of the result',
      () => ({clock: {...whole.clock, after: new Map([[1n, 50]])}}),
    ],
    [
      'clock',
      'a clock beside that of the job',
      () => ({clock: {...whole.clock, before: new Map([[1n, 7]])}}),
    ],
    [
      'answer',
      'another text of the worker',
      () => ({
        worker: whole.worker === null ? null : {...whole.worker, body: Buffer.from(bodyOf({answer: '43'}))},
      }),
    ],
    ['operator', 'a changed result', () => ({result: changed(whole.result, '"reason":""', '"reason":"x"')})],
    ['operator', 'the high s of its signature', () => ({result: withHighS(whole.result)})],
    ['operator', 'another operator in the receipt', () => ({operator: DISPATCHER})],
    ['operator', 'a result that is none', () => ({result: Buffer.from('{}'), worker: null})],
    [
      'chain',
      'another time of a reading',
      () => ({readings: whole.readings.map((one) => ({...one, at: 7}))}),
    ],
    ['chain', 'a reading that is missing', () => ({readings: whole.readings.slice(1)})],
    [
      'reply',
      'a reply to another message',
      () => ({reply: changed(whole.reply ?? Buffer.of(), 'result-', 'other-')}),
    ],
    ['reply', 'a refusal', () => ({reply: changed(whole.reply ?? Buffer.of(), '200', '500')})],
  ])('names %s as broken for %s', (link, _what, change) => {
    const {overall, broken} = verdicts(change());
    expect({overall, broken}).toEqual({overall: 'broken', broken: link});
  });

  it.each<[LinkName, Partial<Parties>]>([
    ['dispatcher', {dispatcher: OPERATOR}],
    ['operator', {operator: DISPATCHER}],
    ['range', {ranges: [{start: 0n, end: 1n, max: 600_000n}]}],
    ['range', {precision: 5}],
  ])('names %s as broken for another party', (link, parties) => {
    expect(verdicts({}, parties)).toMatchObject({overall: 'broken', broken: link});
  });

  it('takes a message of a former dispatcher that the one who checks names, and shows who signed it', () => {
    const parties = {...PARTIES, dispatcher: OPERATOR, formerDispatchers: [DISPATCHER.toLowerCase()]};
    const {links, facts, stranger} = check(asEvidence(whole), parties);
    expect(links[0]).toEqual({
      link: 'dispatcher',
      verdict: 'valid',
      why: `signed by ${DISPATCHER}, a former dispatcher`,
    });
    expect({overall: overallOf(links), dispatcher: facts.job?.dispatcher, stranger}).toEqual({
      overall: 'valid',
      dispatcher: DISPATCHER,
      stranger: null,
    });
    const former = {dispatcher: null, formerDispatchers: [OPERATOR]};
    expect(verdicts({}, former)).toMatchObject({broken: 'dispatcher'});
  });

  it('names who signed the message in place of a dispatcher that is known', () => {
    expect(check(asEvidence(whole), {...PARTIES, dispatcher: OPERATOR}).stranger).toBe(DISPATCHER);
    expect(check(asEvidence(whole), {...PARTIES, dispatcher: null}).stranger).toBeNull();
    const forged = frame(changed(original, 'What is AI', 'What is BI'));
    expect(check({...asEvidence(whole), ...forged}, PARTIES).stranger).toBeNull();
  });

  it('shows no position of a job that the message has at several places', () => {
    const {element} = messageOf();
    const positions = (others: string[]): Buffer => {
      const params = `[${[element, ...others].join(',')}]`;
      const draft = draftEnvelope({
        id: 'm',
        method: 'dispatch_job',
        params,
        result: 'null',
        address: DISPATCHER,
      });
      return Buffer.from(draft.seal(signText(draft.message, TEST_KEY)));
    };
    const again = element.replace('"position":""', '"position":"after"');
    const other = element.replace('"job_id":"job-1"', '"job_id":"job-2"');
    const shown = (bytes: Buffer) => check({...asEvidence(whole), ...frame(bytes)}, PARTIES).facts.job;
    expect(shown(positions([other, other]))).toMatchObject({position: ''});
    expect(shown(positions([again, '7']))).toMatchObject({position: null, dispatcher: DISPATCHER});
  });

  it('takes one of several ranges of the operator, and says by which', () => {
    const other = {start: 0n, end: 5n, max: 600_000n};
    const link = (ranges: Parties['ranges']) =>
      check(asEvidence(whole), {...PARTIES, ranges}).links.find(({link: name}) => name === 'range');
    expect(link([other, ...PARTIES.ranges])).toMatchObject({
      verdict: 'valid',
      why: 'by 0,600000/600000, one of the ranges that are given',
    });
    expect(link([other, other])).toMatchObject({verdict: 'broken'});
  });

  it.each<[LinkName, Verdict, Partial<JobEvidence>, Partial<Parties>]>([
    ['dispatcher', 'not_checked', {}, {dispatcher: null}],
    ['range', 'not_checked', {}, {ranges: []}],
    ['dispatcher', 'not_here', {frame: null}, {}],
    ['range', 'not_here', {range: null}, {}],
    ['answer', 'not_here', {worker: null}, {}],
    ['chain', 'not_here', {readings: []}, {}],
    ['operator', 'not_here', {result: null, reply: null}, {}],
  ])('says of %s that it is %s, and that is not valid', (link, verdict, over, parties) => {
    const found = verdicts(over, parties);
    expect(found.of[link]).toBe(verdict);
    expect(found).toMatchObject({overall: 'incomplete', broken: null});
  });

  it('says of a message without a signature that it is not signed, and binds the prompt by the VRF', () => {
    const unsigned = receiptFor(vrf, {isSigned: false});
    expect(verdicts({...asEvidence(unsigned)})).toMatchObject({
      overall: 'incomplete',
      of: {dispatcher: 'not_signed', job: 'valid', vrf: 'valid'},
    });
    const other = receiptFor(vrf, {isSigned: false, prompt: 'Another?'});
    expect(verdicts({...asEvidence(unsigned), frame: other.frame})).toMatchObject({broken: 'vrf'});
  });

  it('says of a stored result that was not sent that it is not signed', () => {
    const content = /"params":\[(\{.*\})\],"result":null/.exec(text(whole.result))?.[1] ?? '';
    expect(verdicts({result: null, content, reply: null})).toMatchObject({
      overall: 'incomplete',
      of: {operator: 'not_signed', answer: 'valid', clock: 'valid'},
    });
  });

  it('asks the checker of a kind, and takes its verdict', () => {
    for (const [kind, name] of [
      ['zkml', 'proof'],
      ['tee', 'attestation'],
    ] as const) {
      const receipt = receiptFor(vrf, {kind, answer: 'true'});
      const checked = check(asEvidence(receipt), PARTIES);
      expect(checked.ask).toMatchObject({kind, jobId: 'job-1', model: 'tiny', result: 'true'});
      expect(overallOf(checked.links)).toBe('incomplete');
      expect(overallOf(withKind(checked, {verdict: 'valid', why: null}))).toBe('valid');
      const links = withKind(checked, {verdict: 'broken', why: 'no'});
      expect(firstBroken(links)).toEqual({link: name, verdict: 'broken', why: 'no'});
    }
  });

  it('accepts no changed receipt with another content', () => {
    for (const [seed, story] of [{}, {isSigned: false}, {kind: 'tee'} as const].entries()) {
      const {wrong, unchanged, ...rest} = tryChanges(vrf, {count: 60, seed, story});
      expect(wrong).toEqual([]);
      expect(rest.refused + rest.broken).toBeGreaterThan(unchanged);
    }
  });
});

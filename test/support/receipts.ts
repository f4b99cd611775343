import {nextReading, type Reading} from '../../src/lib/protocol/clock/readings.ts';
import type {Parties, Receipt, ReceiptProof} from '../../src/lib/protocol/receipt/receipt.ts';
import type {Vrf} from '../../src/lib/protocol/vrf/ecvrf.ts';
import {sample} from '../../src/lib/protocol/vrf/sampling.ts';
import {draftEnvelope} from '../../src/lib/protocol/wire/envelope.ts';
import {parseJson} from '../../src/lib/protocol/wire/json.ts';
import {readDispatchElement, type WorkerKind} from '../../src/lib/protocol/wire/messages.ts';
import {answerContent} from '../../src/lib/node/operator/job/answer.ts';
import {addressOf, OTHER_KEY, signText, TEST_KEY} from './envelope-signing.ts';

/** The dispatcher has {@link TEST_KEY}, the operator {@link OTHER_KEY}. */
export const DISPATCHER = addressOf(TEST_KEY);
export const OPERATOR = addressOf(OTHER_KEY);
const SEED = Buffer.alloc(32, 7);
const RANGE = {start: 0n, end: 600_000n, max: 600_000n};
const PRECISION = 6;

export const PARTIES: Parties = {
  operator: OPERATOR,
  dispatcher: DISPATCHER,
  formerDispatchers: [],
  ranges: [RANGE],
  precision: PRECISION,
};

/** How a job differs from an answered opml job of a dispatcher that signs. */
export type Story = {
  jobId?: string;
  prompt?: string;
  answer?: string;
  kind?: WorkerKind;
  tag?: string;
  position?: string;
  isSigned?: boolean;
  isSelected?: boolean;
  model?: string;
  /** Of a zkml job; null: it is not kept. */
  proof?: ReceiptProof | null;
};

/** A message with one job. */
export function messageOf(story: Story = {}): {frame: Buffer; element: string} {
  const {jobId = 'job-1', prompt = 'What is AI?', kind = 'opml', tag = '', position = ''} = story;
  const {model = 'tiny'} = story;
  const element = JSON.stringify({
    user: '0x00000000000000000000000000000000000000aa',
    seed: 's',
    tag,
    position,
    signature: '',
    clock: {'1': '41'},
    job_id: jobId,
    job: {model, prompt, tag: kind, params: {}},
  });
  const draft = draftEnvelope({
    id: `frame-${jobId}`,
    method: 'dispatch_job',
    params: `[${element}]`,
    result: 'null',
    address: story.isSigned === false ? '' : DISPATCHER,
  });
  if (story.isSigned === false) return {frame: Buffer.from(Buffer.from(draft.message).toString()), element};
  return {frame: Buffer.from(draft.seal(signText(draft.message, TEST_KEY))), element};
}

/** What a worker sends back. */
export function bodyOf({
  kind = 'opml',
  answer = '42, of course',
  prompt = 'What is AI?',
}: Story = {}): string {
  const ids = {req_id: 'q-1', request_id: 'q-1'};
  if (kind === 'zkml') return JSON.stringify({...ids, code: 200, result: answer});
  if (kind === 'tee') return JSON.stringify({...ids, model: 'tiny', prompt, answer, attestation: 'AAAA'});
  return JSON.stringify({...ids, node_id: '', model: 'tiny', prompt, answer, state_root: '0xroot'});
}

/** The receipt of a job that went well. */
export function receiptFor(vrf: Vrf, story: Story = {}): Receipt {
  const {jobId = 'job-1', answer = '42, of course', kind = 'opml', isSelected = true} = story;
  const {frame, element} = messageOf(story);
  const job = readDispatchElement(parseJson(Buffer.from(element)).value, 'params[0]');
  const range = isSelected ? RANGE : {...RANGE, end: 0n};
  const {vrf: fields} = sample(
    vrf.prover(SEED),
    {prompt: job.prompt, tag: job.key.tag, position: job.key.position},
    {...range, block: null},
    PRECISION,
  );
  const content = answerContent(
    job,
    isSelected
      ? {outcome: 'answered', result: answer, reason: '', vrf: fields}
      : {outcome: 'unselected', result: '', reason: 'unselected worker by vrf', vrf: fields},
    {nodeId: OPERATOR, clockId: null},
  );
  const envelopeId = `result-${jobId}`;
  const draft = draftEnvelope({
    id: envelopeId,
    method: 'job_result',
    params: `[${content}]`,
    result: 'null',
    address: OPERATOR,
  });
  return {
    operator: OPERATOR,
    frame: {bytes: frame, index: 0},
    vrf: fields,
    range: {...range, precision: PRECISION},
    clock: {before: job.clock, after: new Map([[1n, 42]])},
    result: Buffer.from(draft.seal(signText(draft.message, OTHER_KEY))),
    worker: isSelected
      ? {
          kind,
          body: Buffer.from(bodyOf(story)),
          proof: story.proof ?? null,
          askedAt: 1_000,
          answeredAt: 2_000,
        }
      : null,
    readings: readingsOf(jobId),
    reply: Buffer.from(
      `{"id":${JSON.stringify(envelopeId)},"result":{"code":200,"message":"success"},"address":"","hash":"","signature":""}`,
    ),
  };
}

function readingsOf(jobId: string): Reading[] {
  const first = nextReading(null, {event: 'probe_answered', ref: '', merge: null}, 500, 9n);
  const events: [string, Map<bigint, number> | null][] = [
    ['job_received', new Map([[1n, 41]])],
    ['answer_taken', null],
    ['result_concluded', null],
    ['result_accepted', null],
  ];
  const readings: Reading[] = [];
  for (const [index, [event, merge]] of events.entries())
    readings.push(nextReading(readings.at(-1) ?? first, {event, ref: jobId, merge}, 1_000 + index, 9n));
  return readings;
}

const ORDER = BigInt('0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');

/** The other spelling of an ECDSA signature, with the high s: 65 bytes in hex. */
export function highS(signature: string): string {
  const s = ORDER - BigInt(`0x${signature.slice(64, 128)}`);
  return `${signature.slice(0, 64)}${s.toString(16).padStart(64, '0')}${signature.endsWith('1b') ? '1c' : '1b'}`;
}

/** A message with the last signature in it spelled with the high s. */
export function withHighS(message: Uint8Array): Buffer {
  const text = Buffer.from(message).toString();
  const found = /"signature":"([0-9a-f]{130})"\}$/.exec(text)?.[1];
  if (found === undefined) throw new Error('no signature at the end');
  return Buffer.from(text.replace(found, highS(found)));
}

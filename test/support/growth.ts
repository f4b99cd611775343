import {createHash} from 'node:crypto';
import {statSync} from 'node:fs';
import {join} from 'node:path';
import {JOURNAL_FILE, type NodeJournal} from '../../src/lib/node/journal/sqlite.ts';
import {draftEnvelope} from '../../src/lib/protocol/wire/envelope.ts';
import {jobResultContent, type VrfFields} from '../../src/lib/protocol/wire/messages.ts';

/** Hex digits that no compression shortens. */
const hex = (what: string, digits: number): string => {
  let text = '';
  for (let n = 0; text.length < digits; n += 1)
    text += createHash('sha512').update(`${what} ${n}`).digest('hex');
  return text.slice(0, digits);
};

const ADDRESS = `0x${hex('operator', 40)}`;

/** Stores job number n as a run does: received and selected, asked, answered, signed and accepted. */
export async function liveJob(journal: NodeJournal, n: number, at: number): Promise<void> {
  const jobId = `0x${hex(`job ${n}`, 64)}`;
  const vrf: VrfFields = {
    selected: true,
    vrf_prompt_hash: hex(`prompt ${n}`, 64),
    vrf_random_value: hex(`random ${n}`, 128),
    vrf_verify_pubkey: hex('key', 64),
    vrf_proof: hex(`proof ${n}`, 160),
  };
  const prompt = `Question ${n}: what is ${hex(`question ${n}`, 40)}?`;
  const element = {
    user: `0x${hex(`user ${n % 1_000}`, 40)}`,
    seed: hex(`seed ${n}`, 64),
    signature: '',
    clock: {'1': String(n)},
    job_id: jobId,
    tag: 'suspicion',
    position: 'after',
    job: {
      tag: 'opml',
      model: 'llama-7b-chat',
      prompt,
      params: {temperature: 1, top_p: 0.5, max_tokens: 1024},
    },
  };
  const draft = draftEnvelope({
    id: uuid(`frame ${n}`),
    method: 'dispatch_job',
    params: JSON.stringify([element]),
    result: 'null',
    address: ADDRESS,
  });
  const text = draft.seal(`${hex(`frame signature ${n}`, 128)}1b`);
  const frame = Buffer.from(text);
  const start = frame.indexOf('[{"user"') + 1;
  const span = {start, end: start + Buffer.byteLength(JSON.stringify(element))};
  const requestId = hex(`request ${n}`, 32);
  const {record} = await journal.receive(
    {
      key: {jobId, tag: 'suspicion', position: 'after'},
      receivedAt: at,
      frame,
      span,
      index: 0,
      kind: 'opml',
      model: 'llama-7b-chat',
      signer: ADDRESS,
      clock: new Map([[1n, n]]),
    },
    (seq) => ({
      state: 'selected',
      vrf,
      range: {start: 0n, end: 300_000n, max: 600_000n, block: 1_234_567n},
      first: {requestId, seq, kind: 'opml', attempt: 1, askedAt: at},
    }),
  );
  const result = `The answer to question ${n} is ${hex(`answer ${n}`, 40)}.`;
  const body = JSON.stringify({
    req_id: requestId,
    node_id: uuid('worker'),
    model: 'llama-7b-chat',
    prompt,
    answer: result,
    state_root: `0x${hex(`root ${n}`, 64)}`,
  });
  const content = jobResultContent({
    user: element.user,
    jobId,
    result,
    reason: '',
    vrf,
    tag: 'suspicion',
    clock: new Map([[1n, n + 1]]),
    operator: ADDRESS,
  });
  await journal.taken(requestId, {url: 'http://127.0.0.1:1234', nodeId: uuid('worker')}, at);
  await journal.answer(requestId, body, at, () => ({outcome: 'answered', vrf, content, at}));
  const delivery = {envelopeId: uuid(`envelope ${n}`), signature: `${hex(`signature ${n}`, 128)}1b`, at};
  await journal.accepted(record.seq, at, delivery);
}

function uuid(what: string): string {
  const digits = hex(what, 32);
  return [8, 12, 16, 20, 32].map((end, n) => digits.slice([0, 8, 12, 16, 20][n], end)).join('-');
}

/** Bytes of the journal's file with its log. */
export function fileBytes(dir: string): number {
  return ['', '-wal'].reduce((sum, end) => {
    const stat = statSync(join(dir, `${JOURNAL_FILE}${end}`), {throwIfNoEntry: false});
    return sum + (stat?.size ?? 0);
  }, 0);
}

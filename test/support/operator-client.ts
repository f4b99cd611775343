import {createHash, randomUUID} from 'node:crypto';
import {WebSocket} from 'ws';
import {answerClock} from '../../src/lib/protocol/clock/vlc.ts';
import {devKey, signatureText, type DevKey} from '../../src/devnet/signer/keys.ts';
import {draftEnvelope, parseEnvelope, type Envelope} from '../../src/lib/protocol/wire/envelope.ts';
import {checksumAddress, eip191Digest} from '../../src/lib/protocol/wire/ethereum.ts';
import {
  connectParams,
  jobResultContent,
  readReply,
  type DispatchJob,
  type JobResult,
  type VrfFields,
  type WorkerKind,
} from '../../src/lib/protocol/wire/messages.ts';
import {loadVrf} from '../../src/lib/protocol/vrf/ecvrf.ts';
import {sample, type SamplingRange} from '../../src/lib/protocol/vrf/sampling.ts';
import {readDispatch} from './read-dispatch.ts';

export type Reply = {code: number; message: string};

/** A bare operator: it does what it is told and nothing by itself, so that a test can do everything wrong. */
export type OperatorClient = {
  readonly socket: WebSocket;
  readonly address: string;
  /** Every frame that came and could be parsed. */
  readonly frames: Envelope[];
  /** Resolves with the first frame, past or coming, that is not taken yet and fits; and takes it. */
  next(fits: (envelope: Envelope) => boolean): Promise<Envelope>;
  /** The next dispatched job, with its envelope. */
  nextJob(): Promise<{envelope: Envelope; job: DispatchJob}>;
  /** Sends a signed request; resolves with the answer's code and message. */
  request(method: string, params: string, by?: DevKey): Promise<Reply>;
  connect(workers?: readonly WorkerKind[]): Promise<Reply>;
  acknowledge(envelope: Envelope, code?: number): void;
  /** Sends a job_result; `change` alters what a right answer would hold. */
  answer(job: DispatchJob, change?: Partial<JobResult>): Promise<Reply>;
  /** The text of a signed frame, for sending it changed. */
  sign(draft: {id?: string; method: string | null; params?: string; result?: string}, by?: DevKey): string;
  /** Close code once the socket is closed. */
  readonly closed: Promise<number>;
  close(): void;
};

const FULL: SamplingRange = {start: 0n, end: 600_000n, max: 600_000n, block: null};

/** The VRF part of an answer, as an operator with that seed has to give it. */
export async function vrfOf(
  job: {prompt: string; key: {tag: string; position: string}},
  {seed = Buffer.alloc(32, 7), range = FULL}: {seed?: Uint8Array; range?: SamplingRange} = {},
): Promise<VrfFields> {
  const prover = (await loadVrf()).prover(seed);
  return sample(prover, {prompt: job.prompt, tag: job.key.tag, position: job.key.position}, range, 6).vrf;
}

/** Opens a WebSocket as the operator with `key` (32 bytes of hex); `connect` is the test's to send. */
export async function openOperator(
  url: string,
  key = createHash('sha256').update('operator').digest('hex'),
): Promise<OperatorClient> {
  const own = devKey(key);
  const address = checksumAddress(own.address);
  const socket = new WebSocket(url, {maxPayload: 64 * 1024 * 1024, perMessageDeflate: false});
  const frames: Envelope[] = [];
  const untaken = new Set<Envelope>();
  const waiting = new Set<(envelope: Envelope) => boolean>();
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('message', (data) => {
    let envelope: Envelope;
    try {
      envelope = parseEnvelope(data as Buffer);
    } catch {
      return; // garbage is what some tests send
    }
    frames.push(envelope);
    for (const take of waiting) if (take(envelope)) return;
    untaken.add(envelope);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {}); // shows as `closed`

  const next: OperatorClient['next'] = (fits) => {
    for (const envelope of untaken) {
      if (!fits(envelope)) continue;
      untaken.delete(envelope);
      return Promise.resolve(envelope);
    }
    return new Promise((resolve, reject) => {
      const take = (envelope: Envelope): boolean => {
        if (!fits(envelope)) return false;
        waiting.delete(take);
        resolve(envelope);
        return true;
      };
      waiting.add(take);
      void closed.then((code) => reject(new Error(`closed with ${code} while waiting for a frame`)));
    });
  };

  const sign: OperatorClient['sign'] = (draft, by = own) => {
    const envelope = draftEnvelope({
      id: randomUUID(),
      params: 'null',
      result: 'null',
      address: checksumAddress(by.address),
      ...draft,
    });
    return envelope.seal(signatureText(by.sign(eip191Digest(envelope.message))).slice(2));
  };

  const request: OperatorClient['request'] = async (method, params, by) => {
    const id = randomUUID();
    const answer = next((envelope) => envelope.method === null && envelope.id === id);
    socket.send(sign({id, method, params}, by));
    return readReply((await answer).result);
  };

  return {
    socket,
    address,
    frames,
    next,
    sign,
    request,
    closed,
    nextJob: async () => {
      const envelope = await next(({method}) => method === 'dispatch_job');
      return {envelope, job: readDispatch(envelope.params)[0]!};
    },
    connect: (workers = ['opml']) => request('connect', connectParams(address, workers)),
    acknowledge: ({id}, code = 200) => {
      socket.send(sign({id, method: null, result: `{"code":${code},"message":"success"}`}));
    },
    answer: async (job, change = {}) => {
      const {user, key} = job;
      const vrf = change.vrf ?? (await vrfOf(job));
      const right = {
        user,
        jobId: key.jobId,
        result: '42',
        reason: '',
        vrf,
        tag: key.tag,
        clock: answerClock(job.clock, null),
        operator: address,
      };
      return request('job_result', `[${jobResultContent({...right, ...change})}]`);
    },
    close: () => socket.close(),
  };
}

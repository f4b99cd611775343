import {WebSocket} from 'ws';
import {devKey, signatureText, type DevKey} from '../../src/devnet/signer/keys.ts';
import {
  draftEnvelope,
  parseEnvelope,
  type Draft,
  type Envelope,
} from '../../src/lib/protocol/wire/envelope.ts';
import {checksumAddress, eip191Digest} from '../../src/lib/protocol/wire/ethereum.ts';
import {isJsonNumber, isJsonObject, type JsonValue} from '../../src/lib/protocol/wire/json.ts';
import {jobResultContent, WORKER_KINDS} from '../../src/lib/protocol/wire/messages.ts';
import type {Prover} from '../../src/lib/protocol/vrf/ecvrf.ts';
import {sample, type SamplingRange} from '../../src/lib/protocol/vrf/sampling.ts';
import {loadVrf} from '../../src/lib/protocol/vrf/ecvrf.ts';

/** The `address` of every frame of the published operator, whatever its key. */
export const PUBLISHED_OPERATOR = '0x02a5592a6dE1568F6eFdC536DA3EF887f98414cb';

/** Of the published template: public test keys. */
export const TEMPLATE_KEYS = {
  signer: '8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63',
  vrf: '77f4b2fbf3f32687f03d84d323bd5cb443f53b0fc338b51c24e319a520c87217',
} as const;

const FULL: SamplingRange = {start: 0n, end: 600_000n, max: 600_000n, block: null};
const KNOWN_TAGS: readonly string[] = ['suspicion', 'malicious'];
const MOST_COUNTER = 2 ** 32 - 1;

/** What it does with a dispatched job after it has acknowledged it: an answer, nothing for ever, or its own end. */
export type Reaction = {content: string} | 'silence' | 'end';

/** The published operator without its connection: what it writes, byte for byte. */
export type PublishedMind = {
  /** The text of a signed frame; the address is the same whatever the key. */
  frame(draft: Omit<Draft, 'address'>): string;
  /** The ids of its own requests count from 1 in each process. */
  nextId(): string;
  connect(): string;
  acknowledge(envelope: Envelope): string;
  react(params: JsonValue): Reaction;
};

export async function publishedMind(
  keys: {signer: string; vrf: string} = TEMPLATE_KEYS,
  answer = 'At once.',
): Promise<PublishedMind> {
  const key: DevKey = devKey(keys.signer);
  const prover: Prover = (await loadVrf()).prover(Buffer.from(keys.vrf, 'hex'));
  let last = 0;
  const nextId = (): string => String((last += 1));
  const frame: PublishedMind['frame'] = (draft) => {
    const envelope = draftEnvelope({...draft, address: PUBLISHED_OPERATOR});
    return envelope.seal(signatureText(key.sign(eip191Digest(envelope.message))).slice(2));
  };
  return {
    frame,
    nextId,
    connect: () => {
      const params = `[{"operator":"${key.address}","workers":["opml"],"hash":"","signature":""}]`;
      return frame({id: nextId(), method: 'connect', params, result: 'null'});
    },
    acknowledge: ({id}) =>
      frame({id, method: null, params: 'null', result: '{"code":200,"message":"success"}'}),
    react: (params) => reactTo(params, prover, answer),
  };
}

/** It reads the first job alone, and every member has to be there with its type. */
function reactTo(params: JsonValue, prover: Prover, answer: string): Reaction {
  if (!Array.isArray(params)) return 'silence';
  if (params.length === 0) return 'end';
  const [job] = params;
  if (!isJsonObject(job)) return 'silence';
  const [user, seed, tag, position, signature, jobId] = [
    'user',
    'seed',
    'tag',
    'position',
    'signature',
    'job_id',
  ].map((name) => job.get(name));
  const inner = job.get('job');
  const clock = nextClock(job.get('clock'));
  if (!isText(user) || !isText(seed) || !isText(tag) || !isText(position)) return 'silence';
  if (!isText(signature) || !isText(jobId) || clock === null || !isJsonObject(inner)) return 'silence';
  const [prompt, kind, model] = ['prompt', 'tag', 'model'].map((name) => inner.get(name));
  if (!isText(prompt) || !isText(kind) || !isText(model)) return 'silence';
  if (!isWellTyped(inner.get('params'))) return 'silence';
  if (tag === 'malicious' && position !== 'before' && position !== 'after') return 'silence';

  // A tag that it does not know is read as none.
  const {vrf} = sample(prover, {prompt, tag: KNOWN_TAGS.includes(tag) ? tag : '', position}, FULL, 6);
  const supported = WORKER_KINDS.find((known) => known === kind) === 'opml';
  const reason = supported ? '' : `unsupported worker type, need opml, got ${kind}`;
  const result = supported && vrf.selected ? answer : '';
  return {content: jobResultContent({user, jobId, result, reason, vrf, tag, clock, operator: ''})};
}

const isText = (value: JsonValue | undefined): value is string => typeof value === 'string';

/** Its parameters are numbers where they are there. */
function isWellTyped(params: JsonValue | undefined): boolean {
  if (!isJsonObject(params)) return false;
  return ['temperature', 'top_p', 'max_tokens'].every(
    (name) => !params.has(name) || isJsonNumber(params.get(name)),
  );
}

/** One entry of the clock, advanced; null where it gives up. */
function nextClock(value: JsonValue | undefined): Map<bigint, number> | null {
  if (!isJsonObject(value)) return null;
  const [first] = value;
  if (first === undefined || typeof first[1] !== 'string' || !/^\d+$/.test(first[1])) return null;
  const counter = Number(first[1]);
  return counter < MOST_COUNTER ? new Map([[BigInt(first[0]), counter + 1]]) : null;
}

/** A running stand-in of the published operator. */
export type PublishedOperator = {
  /** Connections that it dropped because a job was unsigned: it panics. */
  panics(): number;
  /** True after a job without parameters, which ends it for good. */
  hasEnded(): boolean;
  /** Resolves when its connect is answered. */
  connected: Promise<void>;
  close(): void;
};

/** Runs it against a dispatcher: one result at a time, the next when the one before is answered. */
export function runPublishedOperator(url: string, mind: PublishedMind): PublishedOperator {
  let panics = 0;
  let ended = false;
  let socket: WebSocket;
  let waiting: string | null = null;
  const results: string[] = [];
  let isConnected = (): void => {};
  const connected = new Promise<void>((resolve) => {
    isConnected = resolve;
  });

  const sendNext = (): void => {
    const content = results[0];
    if (waiting !== null || content === undefined) return;
    waiting = mind.nextId();
    socket.send(mind.frame({id: waiting, method: 'job_result', params: `[${content}]`, result: 'null'}));
  };

  const onFrame = (data: Buffer): void => {
    const envelope = parseEnvelope(data);
    if (envelope.method === null) {
      isConnected();
      if (envelope.id !== waiting) return;
      waiting = null;
      results.shift();
      sendNext();
      return;
    }
    if (envelope.signature === '') {
      panics += 1;
      socket.terminate();
      return;
    }
    socket.send(mind.acknowledge(envelope));
    const reaction = mind.react(envelope.params);
    if (reaction === 'end') {
      ended = true;
      socket.terminate();
    } else if (reaction !== 'silence') {
      results.push(reaction.content);
      sendNext();
    }
  };

  const open = (): void => {
    socket = new WebSocket(url, {perMessageDeflate: false});
    socket.on('open', () => socket.send(mind.connect()));
    socket.on('message', onFrame);
    socket.on('error', () => {}); // its close follows
    socket.on('close', () => {
      waiting = null;
      if (!ended) open();
    });
  };
  open();

  return {
    panics: () => panics,
    hasEnded: () => ended,
    connected,
    close: () => {
      ended = true;
      socket.terminate();
    },
  };
}

/** The address that its configuration has. */
export const TEMPLATE_OPERATOR = checksumAddress(devKey(TEMPLATE_KEYS.signer).address);

import type {DispatcherFaults} from './dispatcher/faults.ts';
import type {SignerFaults} from './signer/faults.ts';
import {WORKER_KINDS, type WorkerKind} from '../lib/protocol/wire/messages.ts';
import {TEE_FAULTS, type TeeFaults} from './tee/faults.ts';
import {WORKER_FAULTS, type OpmlFaults} from './worker/faults.ts';
import {ZKML_FAULTS, type ZkmlFaults} from './zkml/faults.ts';

/** What a devnet does wrong on purpose, part by part. */
export type DevnetFaults = {
  readonly dispatcher?: DispatcherFaults;
  readonly signer?: SignerFaults;
  /** Of the opml worker. */
  readonly worker?: OpmlFaults;
  readonly tee?: TeeFaults;
  readonly zkml?: ZkmlFaults;
  /** The dispatcher gives each newcomer one of ten ranges of 0.1 %, as the published one does. */
  readonly slots?: true;
};

/** A named fault: what it does, in words, and its parts. */
type Fault = DevnetFaults & {
  readonly means: string;
  /** A friendly dispatcher knows nothing of it. */
  readonly ofPublished?: true;
};

/** Address of the example key, which a devnet's first operator has. */
const FIRST_OPERATOR = '0xfe3b557e8fb62b89f4916b721be55ceb828dbd73';
const HALT_EVERY = 5;
const HALT_MS = 45_000;
const MOST_COUNTER = String(2 ** 32 - 1);

/** One job of another shape: raw JSON of `dispatch_job`'s params. */
const oddJob = (jobId: string, clock: string, job: string): string =>
  `[{"user":"","seed":"","tag":"","position":"","signature":"","clock":${clock},"job_id":"${jobId}","job":${job}}]`;
const plainJob = (prompt: string): string =>
  `{"tag":"opml","prompt":"${prompt}","model":"tiny-llm","params":{}}`;

/** The faults of `aos devnet up --fault NAME`. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'dispatcher-silent': {
    means: 'the dispatcher never answers connect',
    dispatcher: {connect: () => 'ignore'},
  },
  'dispatcher-refuses': {
    means: 'the dispatcher answers connect with code 500',
    dispatcher: {connect: () => 'refuse'},
  },
  'dispatcher-closes': {
    means: 'the dispatcher closes each connection with 4003 and words',
    dispatcher: {
      connect: ({operator}) => ({
        code: 4003,
        reason: `operator ${operator.slice(0, 42)} is not on the allow-list`,
      }),
    },
  },
  'dispatcher-plain-text': {
    means: 'the dispatcher answers every request with 503 in plain text',
    ofPublished: true,
    dispatcher: {
      upgrade: () => ({status: 503, text: 'Service Unavailable'}),
      api: () => ({status: 503, text: 'Service Unavailable'}),
    },
  },
  'dispatcher-mute': {
    means: 'the dispatcher takes results and never answers them',
    dispatcher: {result: () => 'mute'},
  },
  'dispatcher-halts': {
    means: `the dispatcher does nothing for ${HALT_MS / 1000} s before every fifth job`,
    ofPublished: true,
    dispatcher: {halt: ({n}) => (n % HALT_EVERY === 0 ? HALT_MS : 0)},
  },
  'dispatcher-drops': {
    means: 'the dispatcher hangs up after every fifth result in place of an answer',
    dispatcher: {result: ({n}) => (n % HALT_EVERY === 0 ? 'close' : 'judge')},
  },
  'dispatcher-poor': {
    means: "the dispatcher's chain account fails: it hangs up on a registration",
    ofPublished: true,
    dispatcher: {api: ({path}) => (path === '/api/operator/register' ? 'panic' : 'answer')},
  },
  'database-away': {
    means: "the dispatcher's database is away: each request takes 30 s and fails",
    ofPublished: true,
    dispatcher: {database: 'away'},
  },
  'twin-jobs': {
    means: 'each job is followed by a different one with the same id',
    dispatcher: {
      dispatch: ({key}) => ['good', {params: oddJob(key.jobId, '{"1":"1"}', plainJob('a twin'))}],
    },
  },
  'odd-jobs': {
    means: 'each job is followed by one that is no object, no job at all, and clocks of {} and 2^32-1',
    dispatcher: {
      dispatch: ({key}) => [
        'good',
        {params: oddJob(`${key.jobId}-text`, '{"1":"1"}', '"hello"')},
        {params: '[]'},
        {params: oddJob(`${key.jobId}-no-clock`, '{}', plainJob('no clock'))},
        {params: oddJob(`${key.jobId}-full-clock`, `{"1":"${MOST_COUNTER}"}`, plainJob('a full clock'))},
      ],
    },
  },
  'unsigned-jobs': {
    means: 'jobs come unsigned',
    dispatcher: {dispatch: () => ['unsigned']},
  },
  'range-slots': {
    means: 'a newcomer gets one of ten ranges of 0.1 % of all jobs, as published',
    ofPublished: true,
    slots: true,
  },
  ...workerFaults(),
  'signer-slow': {means: 'the signer takes 3 s for each signature', signer: {backendMs: 3_000}},
  'signer-down': {means: "the signer's key store is down: every signature fails", signer: {kmsDown: 'all'}},
  'signer-no-keys': {means: 'the signer has no keys', signer: {noKeys: true}},
  'signer-key-failed': {
    means: 'the signer could not load the key file of the first operator, and says that it is healthy',
    signer: {failedKeys: [FIRST_OPERATOR]},
  },
  'signer-wedged': {
    means: 'the signer answers no JSON-RPC, while its upcheck and healthcheck are well',
    signer: {wedged: true},
  },
  'signer-cut-off': {
    means: 'the signer needs 4 s for a signature and drops a connection that waits for 2 s',
    signer: {backendMs: 4_000, idleMs: 2_000},
  },
  'signer-other-host': {
    means: 'a proxy on the way to the signer rewrites the Host header, which the signer refuses',
    signer: {host: 'signer.internal'},
  },
  'signer-wrong-chain': {means: 'the signer signs transactions for chain 1', signer: {wrongChainId: 1}},
};

/** Of several kinds with a fault of one name, each has its own, and the words are those of the first. */
const OF_SIGNER = 'signer-';

/** The faults of the signer without its name: `slow`, `down` … */
export const SIGNER_FAULTS: readonly string[] = Object.keys(FAULTS)
  .filter((name) => name.startsWith(OF_SIGNER))
  .map((name) => name.slice(OF_SIGNER.length));

/** One of {@link SIGNER_FAULTS}; undefined: there is none of that name. */
export function signerFault(name: string): {means: string; faults: SignerFaults} | undefined {
  const fault = FAULTS[`${OF_SIGNER}${name}`];
  return fault?.signer === undefined ? undefined : {means: fault.means, faults: fault.signer};
}

function workerFaults(): Record<string, Fault> {
  const all = [
    ...Object.entries(WORKER_FAULTS),
    ...Object.entries(TEE_FAULTS),
    ...Object.entries(ZKML_FAULTS),
  ];
  const named: Record<string, Fault> = {};
  for (const [name, fault] of all) named[`worker-${name}`] = {...fault, ...named[`worker-${name}`]};
  return named;
}

const PART_OF_KIND: Readonly<Record<WorkerKind, 'worker' | 'tee' | 'zkml'>> = {
  opml: 'worker',
  tee: 'tee',
  zkml: 'zkml',
};

/** The kinds of worker that a fault is one of; none for a fault of another part. */
export function kindsOfFault(name: string): WorkerKind[] {
  const fault = FAULTS[name];
  return WORKER_KINDS.filter((kind) => fault?.[PART_OF_KIND[kind]] !== undefined);
}

/** The named faults together; of two that concern the same thing the later one counts. */
export function faultsOf(names: readonly string[]): DevnetFaults {
  const chosen = names.flatMap((name) => FAULTS[name] ?? []);
  return {
    dispatcher: chosen.reduce<DispatcherFaults>((all, {dispatcher}) => ({...all, ...dispatcher}), {}),
    signer: chosen.reduce<SignerFaults>((all, {signer}) => ({...all, ...signer}), {}),
    worker: chosen.reduce<OpmlFaults>((all, {worker}) => ({...all, ...worker}), {}),
    tee: chosen.reduce<TeeFaults>((all, {tee}) => ({...all, ...tee}), {}),
    zkml: chosen.reduce<ZkmlFaults>((all, {zkml}) => ({...all, ...zkml}), {}),
    ...(chosen.some(({slots}) => slots === true) ? {slots: true} : {}),
  };
}

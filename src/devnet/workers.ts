import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {usualEngineDir} from '../lib/config/proof-checks.ts';
import {systemTime} from '../lib/foundation/system/system-time.ts';
import {engineDirs} from '../lib/peers/zk/engine-dirs.ts';
import {proofThreadUrl} from '../lib/peers/zk/proof-thread.ts';
import type {WorkerKind} from '../lib/protocol/wire/messages.ts';
import type {DevnetFaults} from './faults.ts';
import {startEngineServer, type EngineServer} from './engine/engine-server.ts';
import type {EngineApi} from './engine/stand-in.ts';
import {startLlm, type LlmPaths} from './llm/host.ts';
import {openPart, portOf, type Part} from './part.ts';
import {openSecondZkml, type SecondManner} from './second.ts';
import type {Attestor} from './tee/attestation.ts';
import {faultsOfRestart} from './tee/faults.ts';
import {startTeeWorker, type TeeWorker} from './tee/tee-worker.ts';
import {startOpmlWorker, type OpmlWorker} from './worker/opml-worker.ts';
import {startProofServer} from './zkml/proof-server.ts';
import {KNOWN_GOOD, readProofs} from './zkml/proofs.ts';
import {openVerifier, type PinnedModel} from './zkml/verifier.ts';
import {startZkmlWorker, type ZkmlWorker} from './zkml/zkml-worker.ts';

/** Which workers a devnet has. */
export type WorkersOptions = {
  /** At least one; the first is the one of `ports.worker`. */
  kinds: readonly WorkerKind[];
  /** A worker of the only kind elsewhere; null: the devnet's own. */
  workerUrl: string | null;
  /** Each zkml answer is compared with that of a second worker, which answers so; null: there is none. */
  second: SecondManner | null;
  /** The opml worker is an OpenAI-compatible engine: that at `workerUrl`, else a stand-in; null: it is as `worker` says. */
  engine: DevnetEngine | null;
  /** How the devnet's own opml worker behaves; the others are as published. */
  worker: 'friendly' | 'published';
  operators: number;
  ports: {readonly worker?: number | undefined; readonly teeCallback?: number | undefined};
  faults: Pick<DevnetFaults, 'worker' | 'tee' | 'zkml'>;
};

/** How an engine is asked, and the model of it that answers the jobs of the devnet. */
export type DevnetEngine = {readonly api: EngineApi; readonly model: string};

/** A worker as the configuration of an operator names it. */
export type WorkerSection =
  | {readonly kind: 'opml'; readonly url: string; readonly engine: DevnetEngine | null}
  | {
      readonly kind: 'tee';
      readonly url: string;
      /** The port that its answers go to; null: that of the operator itself. */
      readonly callbackPort: number | null;
      /** What its attestations are judged by; null: nothing is known of them. */
      readonly attested: Pick<Attestor, 'rootPem' | 'registers'> | null;
    }
  | {
      readonly kind: 'zkml';
      readonly url: string;
      /** A proof that the worker says "true" to; null: none is known. */
      readonly knownGood: {readonly model: string; readonly proofPath: string} | null;
      /** What the operator checks its words by; none: there is no engine. */
      readonly models: readonly PinnedModel[];
      /** URL of a second worker, which answers are compared with; null: there is none. */
      readonly second: string | null;
    };

/** A part that can be stopped and started, whatever it consists of. */
export type Controlled = Pick<Part<unknown>, 'start' | 'stop' | 'isRunning'>;

export type Workers = {
  /** The workers of one operator, the first kind first. */
  sections(operator: number): readonly WorkerSection[];
  /** All of the devnet's own as one part; null: there are none. */
  readonly part: Controlled | null;
  /** Base URL of the zkml proofs; null: there are none. */
  readonly proofsUrl: string | null;
};

/** What is known of the operators only later: their ports, by index; null: not known yet. */
type OperatorPort = (operator: number) => number | null;

/** The workers of one kind. */
type OfKind = {
  section(operator: number): WorkerSection;
  readonly part: Controlled | null;
  readonly proofsUrl?: string;
};

const HOST = '127.0.0.1';

/** What the workers are part of. */
type Place = {
  /** Ends what was started, the last first. */
  readonly closers: (() => unknown)[];
  readonly operatorPort: OperatorPort;
  /** The files of the devnet. */
  readonly paths: LlmPaths;
};

/**
 * Starts the workers of a devnet.
 * @throws AosError DEVNET_FAILED | PORT_IN_USE
 */
export async function openWorkers(options: WorkersOptions, place: Place): Promise<Workers> {
  const opened: OfKind[] = [];
  for (const kind of options.kinds) opened.push(await OPEN[kind](options, place));
  const parts = opened.flatMap(({part}) => part ?? []);
  return {
    sections: (operator) => opened.map(({section}) => section(operator)),
    part: parts.length === 0 ? null : together(parts),
    proofsUrl: opened.find(({proofsUrl}) => proofsUrl !== undefined)?.proofsUrl ?? null,
  };
}

type OpenKind = (options: WorkersOptions, place: Place) => Promise<OfKind>;

const OPEN: Readonly<Record<WorkerKind, OpenKind>> = {
  opml: async (options, {closers, operatorPort, paths}) => {
    const {worker: manner, operators, faults, workerUrl, engine} = options;
    if (workerUrl !== null) return {part: null, section: () => ({kind: 'opml', url: workerUrl, engine})};
    if (engine !== null) return openEngine(options, engine, {closers, paths});
    const part = await openPart<OpmlWorker>((before) =>
      startOpmlWorker({
        host: HOST,
        port: before === null ? firstPort(options, 'opml') : portOf(before.url),
        manner,
        heartbeatTo: () => {
          const port = operatorPort(0);
          return port === null ? null : `http://${HOST}:${port}`;
        },
        // Operators that share a worker would lock it with their first job.
        canLock: operators === 1,
        ...(faults.worker === undefined ? {} : {faults: faults.worker}),
        ...paths,
      }),
    );
    closers.push(() => part.stop());
    return {part, section: () => ({kind: 'opml', url: part.current().url, engine: null})};
  },

  // It calls one operator alone, so that each operator has one of its own.
  tee: async (options, {closers, operatorPort, paths}) => {
    const {operators, ports, faults, workerUrl} = options;
    const callbackPort = (operator: number): number | null =>
      operator === 0 ? (ports.teeCallback ?? null) : null;
    if (workerUrl !== null) {
      const section = (operator: number): WorkerSection => ({
        kind: 'tee',
        url: workerUrl,
        callbackPort: callbackPort(operator),
        attested: null,
      });
      return {part: null, section};
    }
    // The certificates take a package that no other devnet needs.
    const {createAttestor} = await import('./tee/attestation.ts');
    const attestor = await createAttestor(systemTime.now());
    const llm = await startLlm(paths);
    closers.push(() => llm.close());
    const part = await openPart<TeeWorkers>((before) =>
      startAll(operators, (operator) =>
        startTeeWorker({
          host: HOST,
          port: teePort(options, before, operator),
          llm,
          attestor,
          callbackPort: () => callbackPort(operator) ?? operatorPort(operator) ?? 0,
          faults: before === null ? (faults.tee ?? {}) : faultsOfRestart(faults.tee ?? {}),
        }),
      ),
    );
    closers.push(() => part.stop());
    return {
      part,
      section: (operator) => ({
        kind: 'tee',
        url: part.current().list[operator]?.url ?? '',
        callbackPort: callbackPort(operator),
        attested: attestor,
      }),
    };
  },

  zkml: async (options, {closers, paths}) => {
    const {workerUrl, faults, second: manner} = options;
    const {zkml = {}} = faults;
    const proofs = readProofs(paths.assetsDir);
    const server = await startProofServer({host: HOST, port: 0, proofs, faults: zkml, time: systemTime});
    closers.push(() => server.close());
    const proofsUrl = server.url;
    const second = manner === null ? null : await openSecondZkml(manner, {host: HOST, proofs});
    closers.push(() => second?.stop());
    const secondUrl = (): string | null => second?.current().url ?? null;
    if (workerUrl !== null)
      return {
        part: second,
        proofsUrl,
        section: () => ({kind: 'zkml', url: workerUrl, knownGood: null, models: [], second: secondUrl()}),
      };
    const verifier = openVerifier({
      ...{proofs, assetsDir: paths.assetsDir, threadUrl: proofThreadUrl(), time: systemTime},
      engineDirs: engineDirs(usualEngineDir(process.env)),
    });
    closers.push(() => verifier.close());
    const {models} = verifier;
    const part = await openPart<ZkmlWorker>((before) =>
      startZkmlWorker({
        host: HOST,
        port: before === null ? firstPort(options, 'zkml') : portOf(before.url),
        proofs,
        verifier,
        faults: zkml,
      }),
    );
    closers.push(() => part.stop());
    const knownGood = {model: KNOWN_GOOD.model, proofPath: `${proofsUrl}/${KNOWN_GOOD.name}.json`};
    return {
      part: second === null ? part : together([part, second]),
      proofsUrl,
      section: () => ({kind: 'zkml', url: part.current().url, knownGood, models, second: secondUrl()}),
    };
  },
};

/** All operators share it, as a cluster behind one URL. */
async function openEngine(
  options: WorkersOptions,
  engine: DevnetEngine,
  {closers, paths}: Pick<Place, 'closers' | 'paths'>,
): Promise<OfKind> {
  const root = `sha256:${createHash('sha256')
    .update(readFileSync(new URL('tiny.bin', paths.assetsDir)))
    .digest('hex')}`;
  const llm = await startLlm(paths);
  closers.push(() => llm.close());
  const part = await openPart<EngineServer>((before) =>
    startEngineServer({
      host: HOST,
      port: before === null ? firstPort(options, 'opml') : portOf(before.url),
      llm,
      root,
    }),
  );
  closers.push(() => part.stop());
  return {part, section: () => ({kind: 'opml', url: part.current().url, engine})};
}

/** 0: a free one. */
function firstPort({kinds, ports}: WorkersOptions, kind: WorkerKind): number {
  return kinds[0] === kind ? (ports.worker ?? 0) : 0;
}

type TeeWorkers = {readonly list: readonly TeeWorker[]; close(): Promise<void>};

function teePort(options: WorkersOptions, before: TeeWorkers | null, operator: number): number {
  const last = before?.list[operator];
  if (last !== undefined) return portOf(last.url);
  return operator === 0 ? firstPort(options, 'tee') : 0;
}

/** @throws what `start` throws; those that were started have ended then */
async function startAll(count: number, start: (index: number) => Promise<TeeWorker>): Promise<TeeWorkers> {
  const list: TeeWorker[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(list.map((worker) => worker.close()));
  };
  try {
    for (let index = 0; index < count; index += 1) list.push(await start(index));
  } catch (error) {
    await close();
    throw error;
  }
  return {list, close};
}

/** Several parts as one; it changes when one of them does. */
function together(parts: readonly Controlled[]): Controlled {
  const all = async (change: (part: Controlled) => Promise<boolean>): Promise<boolean> =>
    (await Promise.all(parts.map(change))).includes(true);
  return {
    isRunning: () => parts.some((part) => part.isRunning()),
    stop: () => all((part) => part.stop()),
    start: () => all((part) => part.start()),
  };
}

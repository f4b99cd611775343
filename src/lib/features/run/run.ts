import {randomBytes, randomUUID} from 'node:crypto';
import {setFlagsFromString} from 'node:v8';
import {logCopier, logThreadUrl} from '../../node/log-thread/client.ts';
import {cryptoThreadUrl, createCryptoWorker} from '../../node/crypto-worker/client.ts';
import type {Config, ConfigWarning} from '../../config/config.ts';
import {readVrfKey} from '../../config/vrf-key.ts';
import {dispatcherHttpUrl} from '../../config/dispatcher-http-url.ts';
import {createDispatcherRest} from '../../peers/dispatcher/rest.ts';
import {createConnection} from '../../peers/dispatcher/connection.ts';
import {openJournal} from '../../node/journal/sqlite.ts';
import type {Emit, OperatorEvent, Summary} from '../../node/events/events.ts';
import {createOperator, type Operator} from '../../node/operator/operator.ts';
import {reportListening, startHttp} from './http-server.ts';
import {operatorOptions} from './operator-options.ts';
import {openRunSigners, watchedWhile} from './signers.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {createSteadyTime} from '../../foundation/time/steady-time.ts';
import {loadVrf} from '../../protocol/vrf/ecvrf.ts';
import {journalParts} from './journal-parts.ts';
import {createLiveParts} from './live-parts.ts';
import {startObservers} from './observers.ts';
import {createEarlyEvents} from './early-events.ts';
import {createRelay, type Relay} from './relay.ts';
import {openChecks} from './open-checks.ts';
import {claimForRun} from './claim.ts';
import {commandsOf, type ProcessCommands} from './commands.ts';
import {answersPing} from '../backup/old-host.ts';
import {applyRestored, type RestoredWish} from './restored.ts';
import {damageEvents} from './damage-events.ts';
import type {CarryOut} from '../../node/control/reader.ts';

export type RunOptions = {
  config: Config;
  warnings: readonly ConfigWarning[];
  version: string;
  /** The absolute path of the configuration file; null: none. */
  configFile: string | null;
  /** Stop after so many jobs that were accepted, or left unanswered; null: never. */
  maxAccepted: number | null;
  /** The id of damage to the journal that is accepted. */
  acceptDamage?: string | undefined;
  /** What is to be done where the journal was restored from a backup. */
  restored: RestoredWish;
  /** Its reason is a StopReason. */
  stop: AbortSignal;
  /** What clients of the control socket may ask of the process. */
  commands: ProcessCommands;
  onEvent: (event: OperatorEvent) => void;
  /** All components are up and the work begins: the event stream, and the control socket's path if there is one. */
  onReady: (ready: {emit: Emit; socket: string | null; takeOver: (config: Config) => void}) => void;
};

/** What ends the parts, the last one first. */
type Closers = (() => Promise<void> | void)[];

/**
 * V8 collects its old generation when garbage is 40 % of what is alive. Left to itself it lets a backlog pile up four times
 * as much before it does, so that the peak is a matter of luck (docs/performance.md).
 */
const KEEP_HEAP_SMALL = '--heap-growing-percent=40';

/**
 * Builds the operator from its configuration, runs it and closes everything again, in reverse order: the one place
 * where the parts meet.
 * @throws AosError NODE_LOCKED | NODE_STOPPING | JOURNAL_LOCKED | JOURNAL_* | VRF_KEY_* | PORT_IN_USE | LISTEN_FAILED | SIGNER_URL_INVALID
 */
export async function runOperator(options: RunOptions): Promise<Summary> {
  setFlagsFromString(KEEP_HEAP_SMALL);
  const {config} = options;
  const closers: Closers = [];
  try {
    return await compose(options, config, closers);
  } finally {
    for (const closer of closers.reverse()) await closer();
  }
}

async function compose(options: RunOptions, config: Config, closers: Closers): Promise<Summary> {
  const {node, net, store} = config;
  // What is recorded and judged by the time of day is not moved by a clock that jumps.
  const time = createSteadyTime(systemTime);
  const vrf = await loadVrf();
  const seed = readVrfKey(node.vrfKey);
  let emit: Operator['emit'] = () => {};
  const bug = (what: string) => (reason: string) =>
    emit({type: 'warning', code: 'BUG', message: `${what}: ${reason}`});
  let onDisk: Operator['onDisk'] = () => {};
  let carryOut: CarryOut = () => null;
  const cryptoWorker = createCryptoWorker({
    inline: vrf.prover(seed),
    seed,
    threadUrl: cryptoThreadUrl(),
    onFailure: bug('the crypto worker thread ended; proofs and signatures are computed without it'),
  });
  seed.fill(0);
  closers.push(() => cryptoWorker.close());
  const early = createEarlyEvents(options.onEvent);
  const claim = await claimForRun(config, {
    version: options.version,
    stop: options.stop,
    onWait: (warning) => early.emit({type: 'warning', ...warning}),
    open: () =>
      openJournal({
        dir: store.dir,
        clockId: node.clockId ?? 1n,
        onClockProblem: (error) =>
          emit({type: 'problem', part: 'clock', code: error.code, message: error.message, next: error.next}),
        onDisk: (error) => onDisk(error),
        time,
        acceptDamage: options.acceptDamage,
        openLogCopier: logCopier(
          logThreadUrl(),
          bug('the thread beside the journal ended; the event loop copies its log without it'),
        ),
      }),
  });
  // The lock goes last: until then the journal and the signer may still be in use.
  closers.push(claim.release);
  const journal = claim.opened;
  closers.push(() => journal.close());
  const restored = await applyRestored(journal, options.restored, {
    retentionMs: store.retentionMs,
    time,
    ping: () => answersPing(net.outerUrl, options.stop),
  });
  const observers = await startObservers(config, {
    journal,
    version: options.version,
    configFile: options.configFile,
    time,
    emit: (event) => emit(event),
    carryOut: (...command) => carryOut(...command),
  });
  closers.push(() => observers.close());

  const signer = openRunSigners(config, {
    time,
    emit: (event) => emit(event),
    recover: cryptoWorker.recover,
  });
  closers.push(() => signer.close());
  const checks = await openChecks(config, {
    journal,
    time: systemTime,
    onOpen: (close) => closers.push(close),
  });
  const live = createLiveParts(config, time, {
    watch: observers.rpcWatch,
    proofEngine: checks.proofEngine,
  });
  closers.push(() => live.close());

  const events = relayOfRun(closers, (event) => {
    if (event.type === 'stopping') claim.stopping(event.graceMs);
    options.onEvent(event);
    observers.onEvent(event);
  });
  const operator = createOperator(operatorOptions(config, options), {
    time,
    random: Math.random, // jitter only; ids come from node:crypto
    newId: randomUUID,
    newSecretId: () => randomBytes(16).toString('hex'),
    signer,
    connection: createConnection({
      url: net.dispatcherUrl,
      pingIntervalMs: node.heartbeatIntervalMs,
      time: systemTime,
      random: Math.random,
    }),
    ...live.readers,
    isRestored: restored.isRestored,
    resultReader: {
      kept: (jobId, signal) =>
        createDispatcherRest(dispatcherHttpUrl(null, net.dispatcherUrl)).jobResults(jobId, signal),
    },
    workers: live.workers,
    checks: checks.list,
    ...journalParts(config, journal),
    prover: cryptoWorker.prover,
    onEvent: (event) => events.push(early.after(event)),
  });
  ({emit, onDisk} = operator);
  carryOut = commandsOf(operator, options.commands);

  const server = await startHttp(config, operator);
  closers.push(() => server.close());
  const said = [...options.warnings, ...claim.warnings].map(({code, message}) => ({code, message}));
  for (const warning of [...said, ...observers.warnings]) emit({type: 'warning', ...warning});
  for (const event of [...damageEvents(journal), ...restored.events]) emit(event);
  reportListening({server, metricsUrl: observers.metricsUrl}, config, emit);
  const takeOver = (next: Config): void => {
    // The checks first: they may refuse it, and then nothing has changed.
    for (const part of [checks, live, observers]) part.takeOver(next);
  };
  options.onReady({emit, socket: observers.socket, takeOver});
  return watchedWhile(signer, options.stop, () => operator.run(options.stop));
}

/** Hands events on in a turn of their own, and what is left of them when the process ends. */
function relayOfRun(closers: Closers, onEvent: (event: OperatorEvent) => void): Relay<OperatorEvent> {
  // At a stop the summary has what the observers say at this point.
  const events = createRelay(onEvent, ({type}) => type === 'stopping');
  // Before the sinks, which are flushed then too.
  process.prependOnceListener('exit', events.flush);
  closers.push(() => {
    process.off('exit', events.flush);
    events.flush();
  });
  return events;
}

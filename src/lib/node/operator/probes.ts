import type {Time} from '../../foundation/time/time.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {duration} from '../../foundation/time/duration.ts';
import {createBucket} from '../../foundation/async/token-bucket.ts';
import type {Emit} from '../events/events.ts';
import type {Health} from './health.ts';
import type {ClockJournal} from '../journal/journal.ts';
import type {Caller} from './http/caller.ts';
import type {PortWatch} from './port-watch.ts';
import {createProbePace} from './probe-pace.ts';
import {createRegularProbers} from './regular-probers.ts';

/** Pings of the dispatcher that are recorded in a second. */
const PINGS_PER_SECOND = 2;

/** Records that the network asked whether we are alive, and was answered. */
export type Probes = {
  /** Over HTTP: recorded with the address that asked. This machine itself is not the network. */
  http(caller: Caller): void;
  /** By the dispatcher, over its WebSocket. */
  websocket(): void;
};

/** What the problem of silent addresses is about, beside the other problems with the port. */
const OTHERS = 'others';

/** @param deps.countsLocal the network is on this machine: a devnet */
export function createProbes(deps: {
  journal: Pick<ClockJournal, 'read'>;
  time: Time;
  emit: Emit;
  health: Health;
  port: Pick<PortWatch, 'unclear'>;
  countsLocal: boolean;
  /** The interval of the online detection, ms. */
  intervalMs: number;
}): Probes {
  const {journal, time, emit, health, port, countsLocal} = deps;
  const mayPing = createBucket(PINGS_PER_SECOND, time);
  const mayRecord = createProbePace(time);
  const regular = createRegularProbers(time, deps.intervalMs);

  function read(ref: string): void {
    journal
      .read({event: 'probe_answered', ref, merge: null}, time.now())
      .catch((error: unknown) => health.failed('journal', error));
  }

  /** The network may not reach this node although others do. */
  function judge(address: string): void {
    const who = regular.asked(address);
    if (who === 'regular') health.worked('port', OTHERS);
    const silent = who === 'others' ? regular.silent() : null;
    if (silent === null) return;
    const text = `${silent.address}, which asked /ping regularly, is silent for ${duration(silent.ms)}; only others ask, ${address} last`;
    health.failed('port', new AosError('PROBES_FROM_OTHERS', text), OTHERS);
  }

  return {
    http({address, isLocal, isForwarded}) {
      const isNetwork = address !== null && (countsLocal || !isLocal);
      if (!isNetwork) {
        if (isForwarded) port.unclear();
        return;
      }
      judge(address);
      if (!mayRecord(address)) return;
      emit({type: 'probe_answered', via: 'http', from: address});
      read(`http ${address}`);
    },
    websocket() {
      if (!mayPing()) return;
      emit({type: 'probe_answered', via: 'websocket'});
      read('websocket');
    },
  };
}

import {onAbort} from '../../foundation/async/abort.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import {networkOf} from '../../foundation/system/ip-address.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {count} from '../../foundation/text/words.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit} from '../events/events.ts';
import type {Health} from './health.ts';
import type {PortRefusal} from './http/options.ts';

/** What is wrong with the port that the network asks; counts each kind of refusal, and reports it while it lasts. */
export type PortWatch = {
  refused(refusal: PortRefusal): void;
  /** A probe does not count, because a proxy does not say whose it was. */
  unclear(): void;
};

/** So long refusals are counted before the first report. */
const GATHER_MS = 5_000;
/** So long without one ends the problem; while there are more, each such time has its report. */
const QUIET_MS = 60_000;
/** Of so many networks the refusals are counted by themselves. */
const MOST_NETWORKS = 1_000;

const CODE_OF: Readonly<Record<PortRefusal['why'], ErrorCode>> = {
  crowded: 'PORT_CROWDED',
  'too-often': 'PORT_CROWDED',
  'not-accepted': 'PORT_NOT_ACCEPTING',
  outside: 'CALLBACK_FROM_OUTSIDE',
};

type Counted = {count: number; words: string; networks: Map<string, number>};

export function createPortWatch(deps: {
  time: Time;
  emit: Emit;
  health: Pick<Health, 'failed' | 'worked'>;
  /** Ends the reports. */
  signal: AbortSignal;
}): PortWatch {
  const {time, emit, health, signal} = deps;
  const counted = new Map<ErrorCode, Counted>();

  function reportAfter(ms: number, code: ErrorCode): void {
    const cancel = time.after(ms, () => {
      forget();
      report(code, ms);
    });
    const forget = onAbort(signal, cancel);
  }

  function note(code: ErrorCode, from: string | null, words: string): void {
    let here = counted.get(code);
    if (here === undefined) {
      here = {count: 0, words: '', networks: new Map()};
      counted.set(code, here);
      reportAfter(GATHER_MS, code);
    }
    here.count += 1;
    here.words = words;
    if (from === null) return;
    const network = networkOf(from);
    const before = here.networks.get(network);
    if (before !== undefined || here.networks.size < MOST_NETWORKS)
      here.networks.set(network, (before ?? 0) + 1);
  }

  function report(code: ErrorCode, windowMs: number): void {
    const here = counted.get(code);
    if (here === undefined || here.count === 0) {
      counted.delete(code);
      health.worked('port', code);
      return;
    }
    const [from, fromCount] = mostOf(here.networks);
    emit({type: 'connections_refused', code, count: here.count, from, fromCount});
    health.failed('port', new AosError(code, textOf(code, {...here, from, fromCount, windowMs})), code);
    counted.set(code, {count: 0, words: '', networks: new Map()});
    reportAfter(QUIET_MS, code);
  }

  return {
    refused: ({why, from, words}) => note(CODE_OF[why], from, words),
    unclear: () => note('PROXY_NOT_TRUSTED', null, ''),
  };
}

function mostOf(networks: ReadonlyMap<string, number>): [string | null, number] {
  let most: [string | null, number] = [null, 0];
  for (const [network, number] of networks) if (number > most[1]) most = [network, number];
  return most;
}

type Report = Pick<Counted, 'count' | 'words'> & {from: string | null; fromCount: number; windowMs: number};

function textOf(code: ErrorCode, report: Report): string {
  const {from, fromCount, windowMs} = report;
  const time = `in ${duration(windowMs)}`;
  const most = from === null ? '' : `, ${fromCount} of them from ${from}`;
  if (code === 'PORT_CROWDED')
    return `${count(report.count, 'connection was', 'connections were')} refused or closed for newer ones ${time}${most}`;
  if (code === 'PORT_NOT_ACCEPTING')
    return `the system gave no connection ${count(report.count, 'time')} ${time}: ${safeText(report.words, 200)}`;
  if (code === 'CALLBACK_FROM_OUTSIDE')
    return `${count(report.count, 'request')} for the routes of workers refused ${time}${most}: ${report.words}`;
  return `${count(report.count, 'probe')} came through a proxy that does not say who asked ${time}`;
}

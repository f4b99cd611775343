import {linkedAbort} from '../../foundation/async/abort.ts';
import {middle} from '../../foundation/text/cells.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {ProgressLine} from '../../cli/progress-line.ts';
import type {ChainLook} from './range.ts';

/** What a wait for the dispatcher shows. */
type WaitView = {
  host: string;
  limitMs: number;
  /** False: it is only asked for its row. */
  isRegistering: boolean;
  look: (signal: AbortSignal) => Promise<ChainLook>;
  time: Time;
  /** A line on stderr that stays. */
  note: (line: string) => void;
  progress: ProgressLine;
  signal: AbortSignal;
};

/** A dispatcher of a quick chain needs no words. */
const QUIET_MS = 2_000;
const DRAW_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 4_000;
const STAY = 'leave this running, because it drops a registration whose caller has gone';
/** Of the host in a line that has to fit a terminal. */
const HOST_CELLS = 30;

/** Waits for `work`, and shows meanwhile how long that takes and the last block seen. */
export async function whileWaiting<T>(view: WaitView, work: Promise<T>): Promise<T> {
  const {controller, unlink} = linkedAbort(view.signal);
  // What is shown decides nothing, so a failure of it is dropped.
  const shown = showWait(view, controller.signal).catch(() => undefined);
  try {
    return await work;
  } finally {
    unlink();
    controller.abort();
    await shown;
    view.progress.clear();
  }
}

async function showWait(view: WaitView, signal: AbortSignal): Promise<void> {
  const {host, limitMs, isRegistering, time, note, progress} = view;
  const started = time.monotonic();
  let block: bigint | null = null;
  await time.sleep(QUIET_MS, signal);
  if (isRegistering)
    note(`${host} answers when its transaction is in a block, up to ${duration(limitMs)}; ${STAY}`);
  const look = async (): Promise<never> => {
    for (;;) {
      block = (await view.look(signal)).block ?? block;
      await time.sleep(LOOK_EVERY_MS, signal);
    }
  };
  const draw = async (): Promise<never> => {
    for (;;) {
      progress.show(() => waitText(host, time.monotonic() - started, block));
      await time.sleep(DRAW_EVERY_MS, signal);
    }
  };
  await Promise.all([look(), draw()]);
}

/** e.g. `waiting for dispatcher.example.org: 23 s, block 1234` */
function waitText(host: string, ms: number, block: bigint | null): string {
  const seen = block === null ? '' : `, block ${block}`;
  return `waiting for ${middle(host, HOST_CELLS)}: ${Math.round(ms / 1000)} s${seen}`;
}

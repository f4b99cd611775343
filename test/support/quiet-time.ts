import {performance} from 'node:perf_hooks';
import {virtualTime, type VirtualTime} from './virtual-time.ts';

/**
 * Virtual time for parts that talk over real sockets. It passes only while a test waits, from one timer to the next, and
 * only when this process has nothing else to do: no slow machine makes a time limit expire.
 */
export type QuietTime = VirtualTime & {
  /**
   * Waits for `promise`; time passes meanwhile. Rejects when no timer is left that could change anything, or when the next
   * one is more than `limitMs` of this time after the call.
   * @param what is waited for, in the words of the failure
   */
  during<T>(promise: Promise<T>, what: string, limitMs?: number): Promise<T>;
  /** {@link QuietTime.during}, until `check`, which is called when all is quiet, throws no more; its last error is the failure. */
  until(check: () => void, limitMs?: number): Promise<void>;
};

export type QuietTimeOptions = {
  /** Asked before each step: null waits for quiet; a number fires the next timer after that many turns of the event loop. */
  haste?: () => number | null;
  /** True while another thread works, which the event loop does not show. */
  isBusy?: () => boolean;
};

/** How long a test waits for one thing, in virtual time. */
const LIMIT_MS = 1_500_000;
/** So many turns of the event loop without an event, one after the other, are quiet. */
const QUIET_TURNS = 4;
/** Kinds of active resources that end by themselves and then call back. */
const UNDER_WAY = /(?:Req|Immediate|ReqCallback|ReqPromise|ConnectWrap|WriteWrap|ReqWrap|ShutdownWrap)$/;

type Wait = {until: number; fail: (why: string) => void};

export function quietTime({haste = () => null, isBusy = () => false}: QuietTimeOptions = {}): QuietTime {
  const time = virtualTime();
  const waits = new Set<Wait>();
  const checks = new Set<() => void>();
  let flowing = false;

  async function flow(): Promise<void> {
    if (flowing) return;
    flowing = true;
    while (waits.size > 0) {
      const turns = haste();
      if (turns === null) await quiet();
      else for (let n = 0; n < turns; n += 1) await turn(false);
      const next = time.untilNext();
      for (const wait of waits) {
        if (next === null) wait.fail('nothing more can happen');
        else if (time.monotonic() + next > wait.until) wait.fail('it did not happen in time');
      }
      if (next !== null && waits.size > 0) await time.advance(next);
    }
    flowing = false;
  }

  function during<T>(promise: Promise<T>, what: string, limitMs = LIMIT_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const wait: Wait = {
        until: time.monotonic() + limitMs,
        fail: (why) => {
          waits.delete(wait);
          reject(new Error(`waited for ${what}: ${why} (${time.monotonic()} ms of virtual time)`));
        },
      };
      waits.add(wait);
      promise.finally(() => waits.delete(wait)).then(resolve, reject);
      void flow();
    });
  }

  async function until(check: () => void, limitMs?: number): Promise<void> {
    let last: unknown;
    let look = (): void => {};
    const passed = new Promise<void>((resolve) => {
      look = () => {
        try {
          check();
          resolve();
        } catch (error) {
          last = error;
        }
      };
    });
    checks.add(look);
    look();
    try {
      await during(passed, 'a condition', limitMs);
    } catch (error) {
      throw last instanceof Error ? new Error(last.message, {cause: error}) : error;
    } finally {
      checks.delete(look);
    }
  }

  async function turn(sleep: boolean): Promise<void> {
    // A timer lets the event loop sleep for a moment, in which the kernel hands over what is on its way.
    await new Promise((resolve) => (sleep ? setTimeout(resolve, 1) : setImmediate(resolve)));
    if (sleep) for (const look of checks) look();
  }

  const isUnderWay = (): boolean =>
    isBusy() || process.getActiveResourcesInfo().some((kind) => UNDER_WAY.test(kind));

  /** Resolves when no socket, file, immediate or thread of this process has anything to say, or no test waits any more. */
  async function quiet(): Promise<void> {
    for (let still = 0, seen = events(); still < QUIET_TURNS && waits.size > 0;) {
      await turn(still === QUIET_TURNS - 1);
      const now = events();
      still = now === seen && !isUnderWay() ? still + 1 : 0;
      seen = now;
    }
  }

  return {...time, during, until};
}

/** Events that the event loop has taken from the kernel so far. */
const events = (): number => performance.nodeTiming.uvMetricsInfo.events;

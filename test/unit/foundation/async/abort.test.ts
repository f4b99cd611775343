import {getEventListeners} from 'node:events';
import {describe, expect, it} from 'vitest';
import {
  abortable,
  allowManyListeners,
  linkedAbort,
  onAbort,
  untilAbort,
} from '../../../../src/lib/foundation/async/abort.ts';
import {settled} from '../../../support/virtual-time.ts';

const REASON = new Error('the reason');
const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('linkedAbort', () => {
  it.each([0, 1])('aborts with outer signal %i and its reason, and lets go of both', (index) => {
    const outers = [new AbortController(), new AbortController()];
    const {controller, unlink} = linkedAbort(outers[0]?.signal, undefined, outers[1]?.signal);
    outers[index]?.abort(REASON);
    expect(controller.signal.reason).toBe(REASON);
    unlink();
    expect(outers.map(({signal}) => listeners(signal))).toEqual([0, 0]);
  });

  it('has aborted when an outer signal has', () => {
    expect(linkedAbort(AbortSignal.abort(REASON)).controller.signal.reason).toBe(REASON);
  });

  it('aborts alone without its outer signal, and with none at all', () => {
    const outer = new AbortController();
    for (const {controller} of [linkedAbort(outer.signal), linkedAbort(undefined), linkedAbort()])
      controller.abort(REASON);
    expect(outer.signal.aborted).toBe(false);
  });

  it('no longer follows once unlinked, and leaves no listener', () => {
    const outer = new AbortController();
    const {controller, unlink} = linkedAbort(outer.signal);
    expect(listeners(outer.signal)).toBe(1);
    unlink();
    unlink();
    expect(listeners(outer.signal)).toBe(0);
    outer.abort();
    expect(controller.signal.aborted).toBe(false);
  });

  it('takes any number of listeners', async () => {
    const warnings: string[] = [];
    const onWarning = ({name}: Error): void => void warnings.push(name);
    process.on('warning', onWarning);
    const plain = new AbortController().signal;
    allowManyListeners(plain);
    const signals = [linkedAbort(undefined).controller.signal, plain];
    for (const signal of signals) for (let n = 0; n < 20; n += 1) onAbort(signal, () => {});
    await settled();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('onAbort', () => {
  it('calls once, with the reason', () => {
    const end = new AbortController();
    const heard: unknown[] = [];
    onAbort(end.signal, (reason) => heard.push(reason));
    end.abort(REASON);
    end.abort(new Error('another'));
    expect(heard).toEqual([REASON]);
    expect(listeners(end.signal)).toBe(0);
  });

  it('calls at once when it has aborted', () => {
    const heard: unknown[] = [];
    onAbort(AbortSignal.abort(REASON), (reason) => heard.push(reason))();
    expect(heard).toEqual([REASON]);
  });

  it('calls nothing once it is taken away, or without a signal', () => {
    const end = new AbortController();
    const heard: unknown[] = [];
    const forget = onAbort(end.signal, (reason) => heard.push(reason));
    forget();
    forget();
    onAbort(undefined, (reason) => heard.push(reason))();
    end.abort();
    expect(heard).toEqual([]);
  });
});

describe('abortable', () => {
  /** A wait, and how often it was cleaned up: `true` for an abort. */
  function stage(signal: AbortSignal | undefined) {
    const cleaned: boolean[] = [];
    const settle = {resolve: (_value: number): void => {}, reject: (_error: unknown): void => {}};
    const wait = abortable<number>(signal, (resolve, reject) => {
      Object.assign(settle, {resolve, reject});
      return (isAborted) => cleaned.push(isAborted);
    });
    wait.catch(() => undefined); // looked at below
    return {wait, settle, cleaned};
  }

  it.each(['resolve', 'reject', 'abort'] as const)(
    'ends by the first of its ends, is cleaned up once, and leaves no listener: %s',
    async (first) => {
      const end = new AbortController();
      const {wait, settle, cleaned} = stage(end.signal);
      expect(listeners(end.signal)).toBe(1);
      const acts = {
        resolve: () => settle.resolve(1),
        reject: () => settle.reject(new Error('failed')),
        abort: () => end.abort(REASON),
      };
      acts[first]();
      for (const act of Object.values(acts)) act();
      const outcome = await wait.then(String, (error: unknown) => (error as Error).message);
      expect(outcome).toBe({resolve: '1', reject: 'failed', abort: 'the reason'}[first]);
      expect(cleaned).toEqual([first === 'abort']);
      expect(listeners(end.signal)).toBe(0);
    },
  );

  it('does not begin after an abort', async () => {
    const {wait, cleaned} = stage(AbortSignal.abort(REASON));
    await expect(wait).rejects.toBe(REASON);
    expect(cleaned).toEqual([]);
  });

  it('cleans up what settles while it begins', async () => {
    const end = new AbortController();
    const cleaned: boolean[] = [];
    const wait = abortable<number>(end.signal, (resolve) => {
      resolve(7);
      return (isAborted) => cleaned.push(isAborted);
    });
    expect(await wait).toBe(7);
    expect(cleaned).toEqual([false]);
    expect(listeners(end.signal)).toBe(0);
  });

  it('works without a signal, and rejects when it cannot begin', async () => {
    const {wait, settle} = stage(undefined);
    settle.resolve(3);
    expect(await wait).toBe(3);
    const end = new AbortController();
    const broken = abortable(end.signal, () => {
      throw REASON;
    });
    await expect(broken).rejects.toBe(REASON);
    expect(listeners(end.signal)).toBe(0);
  });
});

describe('untilAbort', () => {
  it('resolves with the abort, also with an earlier one', async () => {
    const end = new AbortController();
    let isOver = false;
    const wait = untilAbort(end.signal).then(() => (isOver = true));
    await settled();
    expect(isOver).toBe(false);
    end.abort();
    await wait;
    await untilAbort(end.signal);
  });
});

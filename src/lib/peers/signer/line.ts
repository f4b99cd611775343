import {slept} from '../../foundation/async/every.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createActiveSigner, type LineReport} from './active.ts';
import {requireAccount} from './account-search.ts';
import type {Web3Signer} from './web3signer.ts';
import {within, type SignerInLine} from './within.ts';

export type LineOptions = {
  time: Time;
  report: LineReport;
  /** How long one that does not sign is waited for before the next is asked, ms [5 s]; the last one has the whole limit. */
  standInMs?: number;
};

/** Several signers that sign as one. */
export type SignerLine = Omit<Web3Signer, 'accounts'> & {
  /**
   * Looks for an account at each signer until one has it.
   * @throws AosError SIGNER_UNKNOWN_ACCOUNT when every signer answered and none has it; where one that may have it did not
   *   answer, its failure
   */
  requireAccount(address: string, signal: AbortSignal): Promise<void>;
  /** Watches the signers that do not sign now, and returns to the first when it is well. Until the signal aborts. */
  watch(signal: AbortSignal): Promise<void>;
};

const STAND_IN_MS = 5_000;
/** Between two looks at the first signer while another signs for it. */
const LOOK_MS = 10_000;
/** So long the first has to sign without a failure before it signs again. */
const WELL_MS = 60_000;
/** Every how many looks those that stand by are asked for their accounts. */
const LOOKS_A_ROUND = 6;
const CANARY = Buffer.from('AOS signer check, not a transaction');

/** Failures after which another signer may be asked for the same bytes: a second signature of them is as good as one. */
const isPassed = (error: unknown): error is AosError =>
  isAosError(
    error,
    'SIGNER_UNREACHABLE',
    'SIGNER_REFUSED',
    'SIGNER_UNKNOWN_ACCOUNT',
    'SIGNER_WRONG_SIGNATURE',
    'SIGNER_PROTOCOL',
    'SIGNER_TLS_INVALID',
    'KEY_UNSAFE',
  );

/**
 * Makes one signer of several with the same key, in order. One signs; when it does not, the next is asked for the same
 * bytes, never two at once, and signs from then on. Each signature is checked against node_id, so that one with another key
 * signs nothing that is used; it is left out as long as it does not hold the key.
 */
export function createSignerLine(
  line: readonly [SignerInLine, ...SignerInLine[]],
  {time, report, standInMs = STAND_IN_MS}: LineOptions,
): SignerLine {
  const [first] = line;
  const active = createActiveSigner(line, report);
  const unfit = new Set<SignerInLine>();
  /** Those of which it was reported that they could not stand in. */
  const reported = new Set<SignerInLine>();

  async function ask<T>(
    work: (signer: Web3Signer, signal: AbortSignal | undefined) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const current = active.current();
    const fit = line.filter((one) => one !== current && !unfit.has(one));
    const order = [current, ...fit];
    const failures = new Map<SignerInLine, AosError>();
    for (const [index, one] of order.entries()) {
      try {
        const isLast = index === order.length - 1;
        const value = await (isLast
          ? work(one.signer, signal)
          : within(one, work, {outer: signal, ms: standInMs}));
        active.signed(one, failures);
        // It signs: that it could not stand in is no longer so.
        canStandIn(one);
        return value;
      } catch (error) {
        signal?.throwIfAborted();
        if (!isPassed(error)) throw error;
        failures.set(one, error);
      }
    }
    throw active.none(failures);
  }

  function canStandIn(one: SignerInLine): void {
    if (reported.delete(one)) report.worked(one.name);
  }

  function cannotStandIn(one: SignerInLine, why: AosError): void {
    reported.add(one);
    report.failed(one.name, why);
  }

  /** Whether the first signer signs; the text is worthless to others. */
  async function isFirstWell(signal: AbortSignal): Promise<boolean> {
    try {
      await within(first, (signer, end) => signer.sign(CANARY, end), {outer: signal, ms: standInMs});
      return true;
    } catch {
      return false; // what is wrong with it was said when the other began to sign
    }
  }

  /** Asks one that stands by whether it is there and holds the key. */
  async function look(one: SignerInLine, signal: AbortSignal): Promise<void> {
    try {
      const accounts = await within(one, (signer, end) => signer.accounts(end), {
        outer: signal,
        ms: standInMs,
      });
      if (accounts.includes(one.signer.address)) {
        unfit.delete(one);
        canStandIn(one);
        return;
      }
      if (one === active.current()) return;
      unfit.add(one);
      cannotStandIn(one, unfitError(one, first));
    } catch (error) {
      // It may have begun to sign meanwhile.
      if (signal.aborted || one === active.current()) return;
      cannotStandIn(one, downError(one, error));
    }
  }

  async function watch(signal: AbortSignal): Promise<void> {
    let wellSince: number | null = null;
    for (let round = 0; !signal.aborted; round += 1) {
      if (round % LOOKS_A_ROUND === 0)
        for (const one of line) if (one !== active.current() && one !== first) await look(one, signal);
      if (active.current() === first) wellSince = null;
      else {
        wellSince = (await isFirstWell(signal)) ? (wellSince ?? time.monotonic()) : null;
        if (wellSince !== null && time.monotonic() - wellSince >= WELL_MS) active.returned();
      }
      if (!(await slept(LOOK_MS, {time, signal}))) return;
    }
  }

  return {
    address: first.signer.address,
    sign: (message, signal) => ask((signer, end) => signer.sign(message, end), signal),
    signTypedData: (typedData, digest, signal) =>
      ask((signer, end) => signer.signTypedData(typedData, digest, end), signal),
    signTransaction: (fields, verify, signal) =>
      ask((signer, end) => signer.signTransaction(fields, verify, end), signal),
    requireAccount: (address, signal) => requireAccount(line, address, {signal, ms: standInMs}),
    async close() {
      await Promise.all(line.map(({signer}) => signer.close()));
    },
    watch,
  };
}

function unfitError({name, signer: {address}}: SignerInLine, first: SignerInLine): AosError {
  const message = `the signer ${name} does not hold the key of ${address}: it cannot stand in for ${first.name}`;
  const next = say(`Load the key into the Web3Signer at ${name}, or take it out of node.signer_urls.`);
  return new AosError('SIGNER_STANDBY_UNFIT', message, {next});
}

function downError({name}: SignerInLine, error: unknown): AosError {
  const message = `the signer ${name} cannot stand in: ${errorText(error)}`;
  return new AosError('SIGNER_STANDBY_DOWN', message, {
    next: isAosError(error) ? error.next : run('signer check'),
  });
}

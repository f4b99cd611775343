import {linkedAbort} from '../../foundation/async/abort.ts';
import type {OutputWarning} from '../../cli/envelope.ts';
import {withNextText} from '../../cli/next-step.ts';
import type {RenderNext} from '../../foundation/next-step/next-step.ts';
import {jsonLine} from '../../foundation/text/safe-text.ts';
import type {StatusFacts} from './facts.ts';
import {statusResult, type StatusResult} from './result.ts';
import {judgeLinks, statusExitCode} from './verdict.ts';
import {count} from '../../foundation/text/words.ts';
import {LOW_REGISTRATIONS} from '../../node/standing/costs.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {createSink} from '../../cli/sinks.ts';

export type StatusAnswer = {exitCode: number; result: StatusResult; warnings: readonly OutputWarning[]};

/** Facts as the answer of the command. */
export function statusAnswer(facts: StatusFacts): StatusAnswer {
  const result = statusResult(facts);
  const {gas} = result;
  const paid = gas.state === 'known' ? gas.transactions : null;
  const isPoor = paid !== null && paid < BigInt(LOW_REGISTRATIONS);
  return {
    result,
    exitCode: statusExitCode(judgeLinks(facts)),
    warnings: isPoor
      ? [
          {
            code: 'GAS_LOW',
            message: `the ETH of ${result.nodeId} pays for ${count(Number(paid), 'registration')}`,
          },
        ]
      : [],
  };
}

/**
 * Reads the status again and again until the signal aborts or no reader is left: lines of JSON of type `status`, or the text
 * below one another, on a terminal in place.
 */
export async function watchStatus(options: {
  everyMs: number;
  json: boolean;
  signal: AbortSignal;
  gather: (signal: AbortSignal) => Promise<StatusFacts>;
  text: (answer: StatusAnswer) => string;
  /** A next step as text, for the lines of JSON. */
  next: RenderNext;
}): Promise<void> {
  const {everyMs, json, gather, text, next} = options;
  const {controller: gone, unlink} = linkedAbort(options.signal);
  const {signal} = gone;
  const out = createSink(process.stdout, {
    onGone: () => gone.abort(),
    gapLine: (dropped) => (json ? jsonLine({type: 'gap', dropped}) : ''),
  });
  const clear = process.stdout.isTTY ? '\x1b[H\x1b[2J' : '';
  const stopped = (): boolean => signal.aborted;
  for (let seq = 1; !stopped(); seq += 1) {
    try {
      const started = systemTime.monotonic();
      const facts = await gather(signal);
      const answer = statusAnswer(facts);
      out.write(
        json
          ? jsonLine({
              type: 'status',
              seq,
              at: isoTime(facts.now),
              ...answer,
              result: withNextText(answer.result, next),
            })
          : `${clear}${isoTime(facts.now).slice(0, 19)}Z\n${text(answer)}`,
      );
      await systemTime.sleep(Math.max(0, everyMs - (systemTime.monotonic() - started)), signal);
    } catch (error) {
      if (!stopped()) throw error;
    }
  }
  unlink();
}

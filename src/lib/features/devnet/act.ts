import * as v from 'valibot';
import type {ActReport} from '../../../devnet/act/report.ts';
import type {ActRequest} from '../../../devnet/act/request.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {isCode, isErrorCode} from '../../foundation/errors/table.ts';
import {type NextStep, type RenderNext, run, say, toNextStep} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {postToDevnet} from './socket.ts';

/** What an act did, and where an operator sees it. */
export type ActResult = ActReport & {look: readonly NextStep[]};

const ACTS = ['slash', 'penalty', 'challenge', 'answer', 'eject', 'pending-stake'] as const;
const decimal = v.pipe(v.string(), v.regex(/^\d+$/));

/** The report of a devnet, which may be of another version. */
const reportSchema: v.GenericSchema<ActReport> = v.object({
  act: v.picklist(ACTS),
  operator: v.nullable(v.string()),
  config: v.string(),
  steps: v.array(v.object({what: v.string(), txHash: v.nullable(v.string()), block: decimal})),
  block: decimal,
  challenge: v.nullable(
    v.object({index: v.number(), clockNumber: decimal, deadlineBlock: decimal, isAnswered: v.boolean()}),
  ),
  pending: v.nullable(
    v.object({
      deposited: decimal,
      strategy: v.string(),
      magnitude: decimal,
      newMagnitude: decimal,
      effectBlock: decimal,
    }),
  ),
});
const refusalSchema = v.object({
  message: v.string(),
  code: v.string(),
  next: v.object({
    say: v.string(),
    run: v.optional(v.object({command: v.string(), args: v.optional(v.array(v.string()), [])})),
  }),
});

/** Several transactions, each in a block of its own. */
const TIMEOUT_MS = 60_000;
/** The devnet is there, and cannot do it. */
const CANNOT = 409;
/** It failed in a way that it does not know. */
const FAILED = 500;

/**
 * Has the running devnet do the network's part.
 * @param socket of `devnet.json`
 * @throws AosError DEVNET_NOT_RUNNING | DEVNET_REFUSED | DEVNET_FAILED; USAGE for what this devnet does not have
 */
export async function actOnDevnet(
  socket: string,
  content: ActRequest,
  timeoutMs = TIMEOUT_MS,
): Promise<ActResult> {
  const {status, body} = await postToDevnet(socket, '/act', {content, timeoutMs});
  const report = v.safeParse(reportSchema, body);
  if (status === 200 && report.success) return {...report.output, look: lookOf(report.output)};
  const refusal = v.safeParse(refusalSchema, body);
  const said = v.safeParse(v.object({message: v.string()}), body);
  if (status === CANNOT && refusal.success) {
    const {message, code, next} = refusal.output;
    const known = isCode(code) && isErrorCode(code) ? code : 'DEVNET_FAILED';
    throw new AosError(known, safeText(message, 400), {next: toNextStep(next)});
  }
  if (status === FAILED && said.success)
    throw new AosError('DEVNET_FAILED', safeText(said.output.message, 400));
  throw new AosError('DEVNET_REFUSED', `what answered HTTP ${status} is no devnet of this version`, {
    next: say('End it, and start it with this version: aos devnet up.'),
  });
}

/** Where an operator sees what happened. */
function lookOf({act, challenge, config}: ActReport): NextStep[] {
  const of = ['-c', config];
  const status = run('status', of);
  if (challenge !== null)
    return [
      run('challenge show', [String(challenge.index), ...of]),
      run('challenge evidence', [challenge.clockNumber, ...of]),
      status,
    ];
  return act === 'pending-stake' ? [status] : [status, run('slashing-history', of)];
}

/** A line for each step, then what to look at. */
export function renderAct({steps, challenge, pending, look}: ActResult, next: RenderNext): string {
  const lines = steps.map(
    ({what, txHash, block}) =>
      `${safeText(what, 200)}  block ${block}${txHash === null ? '' : `  ${txHash}`}`,
  );
  if (challenge !== null)
    lines.push(
      challenge.isAnswered
        ? `challenge ${challenge.index} is answered`
        : `challenge ${challenge.index} is open; block ${challenge.deadlineBlock} is the last that takes an answer`,
    );
  if (pending !== null) lines.push(`the allocation changes in block ${pending.effectBlock}`);
  return [...lines, '', ...look.map((step) => `next: ${next(step)}`)].join('\n');
}

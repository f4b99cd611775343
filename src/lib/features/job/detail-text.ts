import {wrap} from '../../foundation/text/cells.ts';
import {duration} from '../../foundation/time/duration.ts';
import {checkRows} from './checks.ts';
import type {JobDetail} from './detail.ts';
import {engineText} from '../../protocol/wire/engine-body.ts';
import {safeText} from '../../foundation/text/safe-text.ts';

const LABEL = 14;
const LEAST_WIDTH = 50;
/** Of a prompt or an answer, unless all is wanted. */
const CLIPPED = 400;
const ALL = 100 * 1024 * 1024;

export type DetailStyle = {
  width: number;
  /** Whole prompts, answers and proofs. */
  full: boolean;
};

const RECEIPT_KEPT = 'the whole evidence is kept in the evidence directory: aos job receipt, aos job verify';
const PACKED =
  'the evidence period is over: the answer and its signature are kept until the retention, the message, the requests and the readings are gone';

/** One job as text, in the order of events. */
export function jobDetailText(detail: JobDetail, {width, full}: DetailStyle): string {
  const room = Math.max(LEAST_WIDTH, width) - LABEL;
  const most = full ? ALL : CLIPPED;
  /** A label that is longer than its column has a line of its own, so that the values stay in theirs. */
  const row = (label: string, text: string | null): string[] => {
    if (text === null || text === '') return [];
    const lines = wrap(safeText(text, most), room);
    const [first, rest] = label.length < LABEL ? [label, lines.slice(1)] : [null, lines];
    const under = rest.map((line) => ' '.repeat(LABEL) + line);
    return first === null ? [label, ...under] : [label.padEnd(LABEL) + (lines[0] ?? ''), ...under];
  };
  const {dispatch, sampling, answer, delivery, readings} = detail;
  const held = isWaiting(detail.state) && detail.checks.some(({state}) => state === 'held');
  const outcome = detail.outcome === null ? '' : `, ${detail.outcome}`;
  return [
    ...row('job', detail.jobId),
    ...row('number', `#${detail.seq}`),
    ...row(
      'tag',
      detail.tag === ''
        ? null
        : detail.position === ''
          ? detail.tag
          : `${detail.tag}, position ${detail.position}`,
    ),
    ...row(
      'state',
      `${detail.state}${outcome}${held ? ', its answer is held by a check' : ''}, ${duration(detail.ageMs)} ${detail.state === 'accepted' ? 'from arrival to acceptance' : 'since it was received'}`,
    ),
    ...row('unanswered', detail.whyUnanswered),
    ...row('packed', detail.packed ? PACKED : null),
    ...row('receipt', detail.receiptKept ? RECEIPT_KEPT : null),
    ...row('kind', `${detail.kind}, model ${detail.model}`),
    ...row('user', detail.user),
    ...row('prompt', detail.prompt),
    '',
    'DISPATCH',
    ...row('  received', dispatch.receivedAt),
    ...row('  signature', signatureText(detail)),
    ...row('  frame', frameText(detail)),
    ...row('  clock', clockText(dispatch.clock)),
    '',
    'SAMPLING',
    ...(sampling === null
      ? ['  not sampled yet']
      : [
          ...row('  selected', selectedText(sampling)),
          ...row('  vrf key', sampling.vrfPublicKey),
          ...row('  prompt hash', sampling.vrfPromptHash),
          ...row('  vrf value', sampling.vrfRandomValue),
          ...row('  proof', sampling.vrfProof),
        ]),
    ...(detail.requests.length === 0 ? [] : ['', 'REQUESTS']),
    ...detail.requests.flatMap((request) => [
      ...row(`  attempt ${request.attempt}`, requestText(request, detail.checks)),
      ...row('    answer', request.answer),
      ...row('    root', request.stateRoot),
      ...row('    attested', attestedText(request)),
      ...row('    engine', request.engine === null ? null : engineText(request.engine)),
    ]),
    ...(detail.checks.length === 0 ? [] : ['', 'CHECKS']),
    ...checkRows(detail.checks).flatMap(([label, value]) => row(label, value)),
    ...(detail.evidence.length === 0 ? [] : ['', 'OTHER CALLBACKS (kept, not sent)']),
    ...detail.evidence.flatMap(({attempt, at, why, answer, body, bytes}) => [
      ...row(`  ${attempt === null ? 'callback' : `attempt ${attempt}`}`, `${at}, ${bytes} bytes: ${why}`),
      ...row('    answer', answer ?? body),
    ]),
    '',
    'ANSWER',
    ...(answer === null
      ? [held ? '  none yet: what a worker answered is under CHECKS' : '  none yet']
      : [
          ...row('  concluded', answer.concludedAt),
          ...row('  result', answer.result),
          ...row('  reason', answer.reason),
          ...row('  clock', clockText(answer.clock)),
          ...row(
            '  size',
            `${answer.bytes} bytes${answer.content === null ? ', too large to be packed' : ''}`,
          ),
          ...(full || answer.content === null ? row('  sha256', answer.sha256) : []),
          ...(full ? row('  content', answer.content) : []),
        ]),
    '',
    'DELIVERY',
    ...(delivery === null
      ? ['  not signed yet']
      : [
          ...row('  signed', `${delivery.signedAt}, ${validText(delivery)}`),
          ...row('  signature', delivery.signature),
          ...row('  envelope', delivery.envelopeId),
          ...row('  accepted', delivery.acceptedAt ?? (delivery.expiredAt === null ? 'not yet' : null)),
          ...row('  given up', delivery.expiredAt),
        ]),
    '',
    `CLOCK READINGS${readings.chainValid === false ? ' (a hash is wrong)' : ''}`,
    ...(readings.list.length === 0 ? ['  none'] : []),
    ...readings.list.flatMap((reading) =>
      row(
        `  ${reading.n}`,
        `${reading.at} ${reading.event} ${clockText(reading.clock) ?? ''} ${full ? reading.hash : reading.hash.slice(0, 16)}`,
      ),
    ),
    '',
    'TIMELINE',
    ...detail.timeline.map(
      ({what, at, sincePreviousMs: step}) => `  ${at}  ${what}${step > 0 ? `  +${stepText(step)}` : ''}`,
    ),
  ].join('\n');
}

function signatureText({
  dispatch: {signature, isKnownDispatcher: known, isFormerDispatcher: former, hashMatches: hash},
}: JobDetail): string {
  switch (signature.state) {
    case 'packed':
      return `the message is gone since its evidence period is over${signature.signer === null ? '' : `; it was signed by ${signature.signer}`}`;
    case 'unreadable':
      return 'the stored message is unreadable';
    case 'unsigned':
      return 'the dispatcher did not sign it';
    case 'invalid':
      return `invalid: ${signature.reason ?? ''}`;
    case 'verified': {
      const ours = known === true ? ', the configured dispatcher' : ', NOT the configured dispatcher';
      const whose = former ? ', a former dispatcher' : known === null ? '' : ours;
      return `valid (${signature.signer ?? ''}${whose})${hash === false ? '; its hash field is wrong' : ''}`;
    }
  }
}

function frameText({dispatch}: JobDetail): string {
  const jobs = dispatch.frameJobs === null ? '' : `, job ${dispatch.frameIndex + 1} of ${dispatch.frameJobs}`;
  const id = dispatch.envelopeId === null ? '' : `, envelope ${dispatch.envelopeId}`;
  return dispatch.frameBytes === null ? '' : `${dispatch.frameBytes} bytes${jobs}${id}`;
}

function selectedText(sampling: NonNullable<JobDetail['sampling']>): string {
  const {selected, number, threshold, range} = sampling;
  const by = number === null || threshold === null ? '' : `: number ${number}, selected below ${threshold}`;
  if (range === null) return `${selected ? 'yes' : 'no'}${by}`;
  const {start, end, max, block, source} = range;
  const when = source === 'last_read' ? ', as last read' : block === null ? '' : `, at block ${block}`;
  return `${selected ? 'yes' : 'no'}${by} (range ${start}–${end} of ${max}${when})`;
}

/** That it is kept: the document itself is in `--json` and in the export. */
function attestedText({
  attestationBytes: bytes,
  attestationSha256: hash,
}: JobDetail['requests'][number]): string | null {
  return bytes === null || hash === null ? null : `kept, ${bytes} bytes, sha256 ${hash}`;
}

/** Whether an answer that is held can still be delivered. */
function isWaiting(state: JobDetail['state']): boolean {
  return state === 'selected' || state === 'unanswered';
}

function requestText(request: JobDetail['requests'][number], checks: JobDetail['checks']): string {
  const {attempt, kind, askedAt: asked, durationMs: took, worker, takenAt, ended, endedAt} = request;
  const where = worker === null ? '' : ` at ${worker}`;
  if (took !== null) return `${kind}${where}, asked ${asked}, answered after ${stepText(took)}`;
  if (ended !== null) return `${kind}${where}, asked ${asked}, ${ENDS[ended]} ${endedAt ?? ''}`;
  const check = checks.find((row) => row.attempt === attempt);
  if (check !== undefined) return `${kind}${where}, asked ${asked}, answered ${check.receivedAt}; see CHECKS`;
  return `${kind}${where}, asked ${asked}, ${takenAt === null ? 'not taken by a worker' : 'no answer yet'}`;
}

const ENDS: Readonly<Record<NonNullable<JobDetail['requests'][number]['ended']>, string>> = {
  timeout: 'no answer in time, until',
  lost: 'lost with its worker',
  invalid: 'answered with what is no answer',
};

function validText({signatureValid: valid, signer}: NonNullable<JobDetail['delivery']>): string {
  if (valid === null) return 'not verified: node_id or the content is not known';
  return valid ? `signature valid (${signer ?? ''})` : 'signature INVALID for node_id';
}

function clockText(clock: Readonly<Record<string, string>> | null): string | null {
  if (clock === null) return null;
  const entries = Object.entries(clock);
  return entries.length === 0 ? '{}' : `{${entries.map(([id, counter]) => `${id}: ${counter}`).join(', ')}}`;
}

function stepText(ms: number): string {
  return ms < 10_000 ? `${ms} ms` : duration(ms);
}

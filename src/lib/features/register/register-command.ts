import type {FlowName} from '../../peers/chain/flows/list.ts';
import {readiness, type Readiness} from '../../peers/chain/precondition.ts';
import {nextLines, type ListStyle} from '../../cli/check-list.ts';
import {readHolding} from '../../node/journal/holding.ts';
import type {Answer} from '../../cli/answer.ts';
import type {OutputWarning} from '../../cli/envelope.ts';
import {noProgress, type ProgressLine} from '../../cli/progress-line.ts';
import type {Config} from '../../config/config.ts';
import {EXIT} from '../../foundation/errors/table.ts';
import {checkRegistration, register} from './register.ts';
import {nextOfCheck} from './what-next.ts';
import type {RegisterOptions} from './options.ts';
import type {Mode} from './act.ts';
import {namedKeys, parseMetadataUrl, parseQuorums, type KeyFlagValues} from './flags.ts';
import {metadataWarning} from './metadata.ts';
import {preconditionLines, registerText, stepsExitCode} from './report.ts';
import {confirmDispatcherWith} from './confirm-dispatcher.ts';
import {confirmSigningWith, confirmWith} from '../tx/confirm.ts';
import {txLimits, type TxFlagValues} from '../tx/flags.ts';
import {dispatcherHttpUrl} from '../../config/dispatcher-http-url.ts';
import {httpUrl} from '../../cli/flags.ts';

/** The parsed flags of `aos register`. */
export type RegisterFlagValues = TxFlagValues &
  KeyFlagValues & {
    flow?: FlowName | undefined;
    'dry-run': boolean;
    calldata: boolean;
    'metadata-url'?: string | undefined;
    'update-metadata-url'?: string | undefined;
    quorums?: string | undefined;
    socket?: string | undefined;
    expiry: number;
    dispatcher?: string | undefined;
    yes: boolean;
  };

/** Where questions, notes and what is asked about go. */
export type Talk = {
  canAsk: boolean;
  signal: AbortSignal;
  note: (line: string) => void;
  show: (line: string) => void;
  /** Shows how long the dispatcher takes; without it nothing is shown. */
  progress?: ProgressLine;
};

/** Flags and configuration as what {@link register} takes. @throws AosError USAGE | KEY_* */
export function registerOptions(config: Config, flags: RegisterFlagValues, talk: Talk): RegisterOptions {
  const {canAsk, signal, note, show, progress = noProgress} = talk;
  const given = <T>(text: string | undefined, parse: (text: string) => T): T | null =>
    text === undefined ? null : parse(text);
  const flagged = given(flags.dispatcher, (text) => httpUrl(text, 'dispatcher'));
  return {
    mode: modeOf(flags),
    metadataUrl: given(flags['metadata-url'], (text) => parseMetadataUrl(text, 'metadata-url')),
    newMetadataUrl: given(flags['update-metadata-url'], (text) =>
      parseMetadataUrl(text, 'update-metadata-url'),
    ),
    flow: flags.flow ?? null,
    quorums: given(flags.quorums, parseQuorums) ?? config.chain.quorums,
    socket: notBlank(flags.socket ?? config.chain.socket ?? config.net.outerUrl),
    ...namedKeys(config, flags, {canAsk, signal, note}),
    expiryMs: flags.expiry,
    dispatcherUrl: dispatcherHttpUrl(flagged, config.net.dispatcherUrl),
    limits: txLimits(flags, signal),
    confirm: confirmWith({command: 'register', yes: flags.yes, canAsk, signal, note: show}),
    confirmSigning: confirmSigningWith({yes: flags.yes, canAsk, signal, note: show}),
    confirmDispatcher: confirmDispatcherWith({yes: flags.yes, canAsk, signal, note: show}),
    note,
    warn: (message) => show(`warning: ${message}`),
    progress,
  };
}

/** A blank socket names no place, and so is none. */
function notBlank(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text;
}

export function modeOf(flags: {'dry-run': boolean; calldata: boolean}): Mode {
  if (flags['dry-run']) return 'dry-run';
  return flags.calldata ? 'calldata' : 'apply';
}

type Answered = Pick<Answer<unknown>, 'schema' | 'exitCode' | 'result' | 'text'> & {
  /** What the answer warns of, beside the warnings of the configuration. */
  notices: readonly OutputWarning[];
};

const READINESS: Readonly<Record<Readiness, string>> = {
  ready: 'ready',
  registered: 'registered',
  pending: 'not ready: a waiting period is left',
  fail: 'not ready',
  unknown: 'not known whether it is ready',
};

/** `aos register --check`. */
export async function answerCheck(
  config: Config,
  options: RegisterOptions,
  style: ListStyle,
): Promise<Answered> {
  const {avs, preconditions} = await checkRegistration(config, options);
  const state = readiness(preconditions);
  const exitCode = {
    ready: EXIT.ok,
    registered: EXIT.ok,
    pending: EXIT.pending,
    fail: EXIT.negative,
    unknown: EXIT.negative,
  }[state];
  const flow = avs.flow.name;
  const next = nextOfCheck(state, readHolding(config.store.dir));
  return {
    schema: 'register-check',
    exitCode,
    result: {state, flow, preconditions, next},
    text: [
      ...preconditionLines(preconditions, style),
      '',
      `flow ${flow}: ${READINESS[state]}`,
      ...(next === null ? [] : nextLines(next, style)),
    ].join('\n'),
    notices: [],
  };
}

/** `aos register`, in all three modes. */
export async function answerRegister(
  config: Config,
  options: RegisterOptions,
  style: ListStyle,
): Promise<Answered> {
  const report = await register(config, options);
  const {preconditions} = report;
  const onlyCooldown = preconditions.length > 0 && readiness(preconditions) === 'pending';
  const exitCode = stepsExitCode(report.steps, onlyCooldown);
  const warning = metadataWarning(report.metadata);
  return {
    schema: 'register',
    exitCode,
    result: report,
    text: registerText(report, style),
    notices: warning === null ? [] : [{code: 'METADATA_NOT_SHOWN', message: warning}],
  };
}

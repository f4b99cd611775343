import {renderNext} from '../../cli/next-step.ts';
import type {AlertChannel, ChannelName, Config} from '../../config/config.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {EXIT, type Code} from '../../foundation/errors/table.ts';
import type {NextStep, RenderNext} from '../../foundation/next-step/next-step.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {alertPayload} from '../../node/alerts/payload.ts';
import {openChannel, wantedChannels} from './channels.ts';
import {senderOf} from './alerting.ts';

/** What came of the test on one channel. */
export type ChannelTest = {
  channel: ChannelName;
  /** Scheme and host of the service; the rest of its URL is a secret. Null: it did not take the alert. */
  place: string | null;
  /** HTTP status, or the SMTP code; null: it did not take the alert. */
  status: number | null;
  /** What the service said beside; null: nothing. */
  note: string | null;
  tookMs: number;
  /** Why no one was alerted this way; null: the service took it. */
  problem: {code: Code; message: string; next: NextStep} | null;
};

export type AlertTest = {channels: ChannelTest[]};

type AlertConfig = Pick<Config, 'alerts' | 'network' | 'node'>;

/**
 * Sends one alert as `aos run` would, on one channel or on all of them at once.
 * @throws AosError ALERT_NOT_SET; of a single channel also what it failed with
 */
export async function sendTestAlert(
  config: AlertConfig,
  {version, channel, signal}: {version: string; channel: ChannelName | null; signal: AbortSignal},
): Promise<AlertTest> {
  const wanted = wantedChannels(config.alerts, channel);
  const tests = await Promise.all(wanted.map((one) => testOne(one, {config, version, signal})));
  const [first] = tests;
  if (tests.length === 1 && first !== undefined && first.problem !== null) {
    const {code, message, next} = first.problem;
    if (isErrorOfTest(code)) throw new AosError(code, message, {next});
  }
  return {channels: tests};
}

const ERRORS = [
  'ALERT_UNREACHABLE',
  'ALERT_REFUSED',
  'ALERT_SECRET_MISSING',
  'ALERT_SECRET_INVALID',
  'KEY_UNSAFE',
] as const;
function isErrorOfTest(code: Code): code is (typeof ERRORS)[number] {
  return ERRORS.some((one) => one === code);
}

async function testOne(
  configured: AlertChannel,
  {config, version, signal}: {config: AlertConfig; version: string; signal: AbortSignal},
): Promise<ChannelTest> {
  const begun = systemTime.monotonic();
  const tookMs = (): number => Math.round(systemTime.monotonic() - begun);
  const at = systemTime.now();
  const alert = {
    key: 'test',
    state: 'test',
    subject: 'test',
    severity: 'info',
    code: 'TEST',
    message: 'a test; alerts of this operator arrive here',
    next: null,
    since: at,
    at,
    afterMs: null,
  } as const;
  const channel = openChannel(configured);
  try {
    const receipt = await channel.send(alertPayload(alert, senderOf(config, version), renderNext), signal);
    return {channel: configured.name, ...receipt, tookMs: tookMs(), problem: null};
  } catch (error) {
    if (!isAosError(error) || !isErrorOfTest(error.code)) throw error;
    const problem = {code: error.code, message: errorText(error), next: error.next};
    return {channel: configured.name, place: null, status: null, note: null, tookMs: tookMs(), problem};
  } finally {
    await channel.close();
  }
}

/** 0 when every channel took it, else 69. */
export function testExit({channels}: AlertTest): number {
  return channels.every(({problem}) => problem === null) ? EXIT.ok : EXIT.unavailable;
}

/** One line a channel. */
export function testText({channels}: AlertTest, next: RenderNext): string {
  const lines = channels.flatMap(({channel, place, status, note, tookMs, problem}) =>
    problem === null
      ? [`${channel}: sent: ${place} took it (${status}, ${tookMs} ms)${note === null ? '' : `; ${note}`}`]
      : [`${channel}: NOT SENT: ${problem.message} (${problem.code})`, `  → ${next(problem.next)}`],
  );
  const isAny = channels.some(({problem}) => problem === null);
  return [...lines, ...(isAny ? ['See that it arrived.'] : [])].join('\n');
}

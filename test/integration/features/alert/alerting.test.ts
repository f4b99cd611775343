import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {AlertChannel, Config} from '../../../../src/lib/config/config.ts';
import {startAlerts} from '../../../../src/lib/features/alert/alerting.ts';
import {muteAlerts, muteText} from '../../../../src/lib/features/alert/mute.ts';
import {sendTestAlert, testExit, testText} from '../../../../src/lib/features/alert/test-alert.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {pagerdutyService, slackService} from '../../../support/alert-services.ts';
import {NODE_ID} from '../../../support/doctor.ts';
import {tcpServer} from '../../../support/signer.ts';

const SECRET = 'B0Dsecret0path1';
const ROUTING = '0123456789abcdef0123456789SECRET';
const never = new AbortController().signal;

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'aos-alerting-'));
  onTestFinished(() => rmSync(dir, {recursive: true}));
  return dir;
}

function secretFile(dir: string, name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, `${text}\n`, {mode: 0o600});
  return path;
}

type Alerts = Config['alerts'];
function configOf(dir: string, alerts: Partial<Alerts>) {
  return {
    network: 'devnet',
    node: {id: NODE_ID} as Config['node'],
    store: {dir, retentionMs: 1},
    alerts: {webhook: null, channels: [], watchdog: null, delayMs: 0, noJobAfterMs: null, ...alerts},
  };
}

/** Slack and PagerDuty, with their secrets in files. */
async function twoServices(dir: string) {
  const slack = await slackService(`/services/T0/${SECRET}`);
  const pager = await pagerdutyService(ROUTING);
  const urlFile = secretFile(dir, 'slack.url', `${slack.url}/services/T0/${SECRET}`);
  const keyFile = secretFile(dir, 'pager.key', ROUTING);
  const channels: AlertChannel[] = [
    {name: 'slack', urlFile, minSeverity: 'warning'},
    {name: 'pagerduty', keyFile, url: `${pager.url}/v2/enqueue`, minSeverity: 'critical'},
  ];
  return {slack, pager, urlFile, keyFile, channels};
}

describe('a test alert', () => {
  const test = (config: ReturnType<typeof configOf>, channel: 'slack' | 'email' | null = null) =>
    sendTestAlert(config, {version: '1.2.3', channel, signal: never});

  it('goes out on every channel, and one that fails hides none that works', async () => {
    const dir = tempDir();
    const {slack, pager, urlFile, channels} = await twoServices(dir);
    const good = await test(configOf(dir, {channels}));
    expect(good.channels).toMatchObject([
      {channel: 'slack', place: slack.url, status: 200, problem: null},
      {channel: 'pagerduty', place: pager.url, status: 202, note: 'triggered and resolved', problem: null},
    ]);
    expect(testExit(good)).toBe(0);

    writeFileSync(urlFile, `${slack.url}/services/T0/${SECRET}gone`);
    const half = await test(configOf(dir, {channels}));
    expect(testExit(half)).toBe(69);
    const text = testText(half, renderNext);
    expect(text).toContain(
      `slack: NOT SENT: Slack at ${slack.url} answered HTTP 404 (no_service) (ALERT_REFUSED)`,
    );
    expect(text).toContain('aos alert test --channel slack');
    expect(text).toContain('pagerduty: sent');
    for (const secret of [SECRET, ROUTING])
      expect(`${text}${JSON.stringify([good, half])}`).not.toContain(secret);
  });

  it('on one channel fails with its own code', async () => {
    const dir = tempDir();
    const {urlFile, channels, pager} = await twoServices(dir);
    chmodSync(urlFile, 0o644);
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => null,
        (error: unknown) => (isAosError(error) ? [error.code, error.exitCode] : error),
      );
    expect(await codeOf(test(configOf(dir, {channels}), 'slack'))).toEqual(['KEY_UNSAFE', 77]);
    expect(await codeOf(test(configOf(dir, {channels}), 'email'))).toEqual(['ALERT_NOT_SET', 78]);
    expect(await codeOf(test(configOf(dir, {})))).toEqual(['ALERT_NOT_SET', 78]);
    expect(pager.taken).toEqual([]);
  });
});

const PROBLEM: OperatorEventBody = {
  type: 'problem',
  part: 'signer',
  code: 'SIGNER_UNREACHABLE',
  message: 'nothing listens',
  next: say('Start it.'),
};

function running(config: ReturnType<typeof configOf>) {
  const emitted: OperatorEventBody[] = [];
  const notes = new Map<string, string>();
  const alerts = startAlerts(config, {
    version: '1.2.3',
    emit: (event) => emitted.push(event),
    // The wait for what hangs at the end is the only pause.
    time: {...systemTime, sleep: () => Promise.resolve()},
    journal: {
      recall: (name) => notes.get(name) ?? null,
      remember: (name, text) => Promise.resolve(void notes.set(name, text)),
    },
  });
  let seq = 0;
  const see = (body: OperatorEventBody): void => alerts.onEvent({seq: (seq += 1), at: Date.now(), ...body});
  return {alerts, see, emitted, notes};
}

describe('the alerts of a running operator', () => {
  it('reach each channel by its severity, past one that hangs', async () => {
    const dir = tempDir();
    const {slack, pager, channels} = await twoServices(dir);
    const port = await tcpServer(() => undefined);
    const hanging: AlertChannel = {
      name: 'webhook',
      url: () => `http://127.0.0.1:${port}/${SECRET}`,
      minSeverity: 'warning',
    };
    const {alerts, see, notes} = running(configOf(dir, {channels: [hanging, ...channels]}));
    see(PROBLEM);
    see({...PROBLEM, part: 'jobs', code: 'NO_JOBS'});
    await vi.waitFor(() => expect([slack.taken.length, pager.taken.length]).toEqual([2, 1]), 10_000);
    see({type: 'recovered', part: 'signer', afterMs: 1});
    await vi.waitFor(() => expect([slack.taken.length, pager.open.size]).toEqual([3, 0]), 10_000);
    await vi.waitFor(() => expect([...notes.keys()]).toContain('chain-alerts:slack'));
    await alerts.close();
  });

  it('begin with a warning for a secret that cannot be read, and take the corrected file without a restart', async () => {
    const dir = tempDir();
    const {slack, urlFile, channels} = await twoServices(dir);
    chmodSync(urlFile, 0o640);
    const {alerts, see} = running(configOf(dir, {channels}));
    expect(alerts.warnings).toMatchObject([{code: 'KEY_UNSAFE'}]);
    chmodSync(urlFile, 0o600);
    see(PROBLEM);
    await vi.waitFor(() => expect(slack.taken).toHaveLength(1), 10_000);
    await alerts.close();
  });

  it('follow a reload: a channel that comes, one that changes, one that goes, and a secret that is wrong', async () => {
    const dir = tempDir();
    const {slack, pager, urlFile, channels} = await twoServices(dir);
    const [toSlack, toPager] = channels;
    const only = (...some: (AlertChannel | undefined)[]) =>
      configOf(dir, {channels: some.filter((one) => one !== undefined)});
    const {alerts, see, emitted} = running(only());
    see(PROBLEM);
    alerts.takeOver(only(toSlack));
    see({...PROBLEM, part: 'chain'});
    await vi.waitFor(() => expect(slack.taken).toHaveLength(1), 10_000);
    alerts.takeOver(only(toPager));
    see({...PROBLEM, part: 'dispatcher'});
    await vi.waitFor(() => expect(pager.open.size).toBe(1), 10_000);
    expect(slack.taken).toHaveLength(1);
    expect(emitted).toEqual([]);
    chmodSync(urlFile, 0o644);
    alerts.takeOver(only(toSlack, toPager));
    expect(emitted).toMatchObject([{type: 'warning', code: 'KEY_UNSAFE'}]);
    await alerts.close();
  });

  it('need no channel: without one nothing is sent, and nothing is warned of', async () => {
    const {alerts, see, emitted} = running(configOf(tempDir(), {}));
    see(PROBLEM);
    await alerts.close();
    expect([alerts.warnings, emitted]).toEqual([[], []]);
  });

  it('begin with a warning for a watchdog without its file', async () => {
    const dir = tempDir();
    const urlFile = join(dir, 'watchdog.url');
    const {alerts} = running(configOf(dir, {watchdog: {urlFile, intervalMs: 60_000}}));
    expect(alerts.warnings).toMatchObject([{code: 'ALERT_SECRET_MISSING'}]);
    await alerts.close();
  });
});

describe('aos alert mute', () => {
  const NOW = Date.UTC(2030, 0, 1);

  it('says until when, and what it replaced or ended', () => {
    const dir = tempDir();
    const first = muteAlerts(dir, 3_600_000, NOW);
    expect(first).toEqual({mutedUntil: '2030-01-01T01:00:00.000Z', before: null});
    expect(muteText(first, 3_600_000)).toContain('muted for 1 h, until 2030-01-01T01:00:00.000Z');
    expect(readFileSync(join(dir, 'alert-mute.json'), 'utf8')).toContain('aos.mute/v1');
    const ended = muteAlerts(dir, null, NOW + 1);
    expect(ended).toEqual({mutedUntil: null, before: '2030-01-01T01:00:00.000Z'});
    expect(muteText(ended, null)).toBe(
      'Alerts go out again; they were muted until 2030-01-01T01:00:00.000Z.',
    );
    expect(muteText(muteAlerts(dir, null, NOW + 2), null)).toBe('Alerts were not muted.');
  });

  it('says what is in the way of its file', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'state'), 'a file');
    expect(() => muteAlerts(join(dir, 'state'), 1_000, NOW)).toThrow(/state takes no file/);
  });
});

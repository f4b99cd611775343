import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import type {News} from '../../../../src/lib/features/dashboard/model/data.ts';
import {openReplay} from '../../../../src/lib/features/dashboard/replay.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {dashRig} from '../../../support/dash-rig.ts';

const RECORDING = path.join(import.meta.dirname, '../../../fixtures/recording.ndjson');
const FAST = {speed: 100_000, time: systemTime};

/** Plays a file to its end; resolves with what came and the clock that stands still then. */
async function played(file: string): Promise<{news: News[]; now: number}> {
  const replay = await openReplay(file, FAST);
  const news: News[] = [];
  await replay.play((one) => news.push(one), new AbortController().signal);
  return {news, now: replay.now()};
}

function fileOf(text: string): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-replay-'));
  onTestFinished(() => rmSync(dir, {recursive: true}));
  const file = path.join(dir, 'run.ndjson');
  writeFileSync(file, text);
  return file;
}

const EVENT = '{"type":"probe_answered","seq":1,"at":"2026-01-01T00:00:00.000Z","via":"http"}';

it('the recording of a devnet ends in this picture', async () => {
  const {news, now} = await played(RECORDING);
  await using rig = dashRig(news, {at: now, now: () => now, replay: 'recording.ndjson'});
  await rig.later(1_000);
  await expect(`${await rig.screen.text()}\n`).toMatchFileSnapshot('snapshots/recording.txt');
});

it('counts what cannot be read, and continues', async () => {
  const second = EVENT.replace('"seq":1', '"seq":2').replace('00.000Z', '01.000Z');
  const {news, now} = await played(
    fileOf(`${EVENT}\nwhat?\n\n{"type":"later-thing"}\n${second}\n{"type":"torn`),
  );
  expect(news.map(({type}) => type)).toEqual(['attached', 'event', 'gap', 'event', 'gap', 'ended']);
  expect(now).toBe(Date.UTC(2026, 0, 1, 0, 0, 1));
});

it.each([
  ['is empty', ''],
  ['is a log', 'time=now level=info msg=hello\n'],
  ['begins with something else', '{"type":"gap","dropped":3}\n'],
])('refuses a file that %s', async (_name, text) => {
  await expect(openReplay(fileOf(text), FAST)).rejects.toMatchObject({code: 'REPLAY_INVALID', exitCode: 65});
});

it('ends when it is told to', async () => {
  const later = EVENT.replace('"seq":1', '"seq":2').replace('00:00:00.000Z', '23:00:00.000Z');
  const replay = await openReplay(fileOf(`${EVENT}\n${later}\n`), {speed: 1, time: systemTime});
  const stop = new AbortController();
  const news: News[] = [];
  const playing = replay.play((one) => {
    news.push(one);
    if (one.type === 'event') stop.abort();
  }, stop.signal);
  await playing;
  expect(news.filter(({type}) => type === 'event')).toHaveLength(1);
});

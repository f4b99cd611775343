import {appendFileSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {followLog, linesOfLogs} from '../../../../src/lib/features/logs/read.ts';
import {olderLog, rotateLog} from '../../../../src/lib/features/logs/rotation.ts';

function logIn(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-follow-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  return path.join(dir, 'operator.log');
}

/** A time in which each pause is one step of a story. */
function story(steps: readonly (() => void)[], stop: AbortController) {
  const left = [...steps];
  return {
    sleep: () => {
      const step = left.shift();
      if (step === undefined) stop.abort();
      else step();
      return Promise.resolve();
    },
  };
}

async function followed(log: string, steps: readonly (() => void)[], fromStart = false): Promise<string[]> {
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const lines of followLog(log, {time: story(steps, stop), signal: stop.signal, fromStart}))
    seen.push(...lines);
  return seen;
}

it('reads older logs first, and half a line at the end', () => {
  const log = logIn();
  writeFileSync(olderLog(log, 2), 'a\n');
  writeFileSync(olderLog(log, 1), 'b\nc\n');
  writeFileSync(log, 'd\né half');
  expect([...linesOfLogs(log)]).toEqual(['a', 'b', 'c', 'd', 'é half']);
});

it('follows over changes of files, and loses and repeats no line', async () => {
  const log = logIn();
  writeFileSync(log, 'before\n');
  const seen = await followed(log, [
    () => appendFileSync(log, '1\n2'),
    () => appendFileSync(log, '!\n'),
    () => {
      appendFileSync(log, '3\n');
      rotateLog(log);
      writeFileSync(log, '4\n');
    },
    () => {
      appendFileSync(log, '5\n');
      rotateLog(log);
      writeFileSync(log, '6\n');
      rotateLog(log);
      writeFileSync(log, '7\n');
    },
    () => appendFileSync(log, '8\n'),
  ]);
  expect(seen).toEqual(['1', '2!', '3', '4', '5', '6', '7', '8']);
});

it('waits for a log that is not there yet, and begins anew in one that was emptied', async () => {
  const log = logIn();
  const seen = await followed(
    log,
    [() => writeFileSync(log, 'first\n'), () => writeFileSync(log, ''), () => writeFileSync(log, 'again\n')],
    true,
  );
  expect(seen).toEqual(['first', 'again']);
});

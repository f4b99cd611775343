import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {logFiles, rotateLog} from '../../../../src/lib/features/logs/rotation.ts';
import {createLogFile} from '../../../../src/lib/features/run/log-file.ts';
import {PATIENT} from '../../../support/patient.ts';

const MB = 1024 * 1024;

function tempDir(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-log-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  return dir;
}

function endOf(file: string, bytes: number): string {
  const fd = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    const read = readSync(fd, buffer, 0, bytes, Math.max(0, fstatSync(fd).size - bytes));
    return buffer.toString('utf8', 0, read);
  } finally {
    closeSync(fd);
  }
}

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

it('keeps five files, and loses no line where one ends', async () => {
  const file = path.join(tempDir(), 'operator.log');
  const log = createLogFile(file, {maxBytes: 64 * 1024});
  const line = (n: number): string => `${'x'.repeat(1_000)} ${n}`;
  const total = 600;
  for (let n = 0; n < total; n += 1) {
    log.write(line(n));
    // A disk that is far behind would lose lines.
    if (n % 50 === 0)
      await vi.waitFor(() => expect(endOf(file, 30)).toBe(`${line(n)}\n`.slice(-30)), PATIENT);
  }
  await log.close();
  expect(logFiles(file)).toEqual([4, 3, 2, 1].map((n) => `${file}.${n}`).concat(file));
  const kept = logFiles(file).flatMap(linesOf);
  expect(kept.length).toBeLessThan(total);
  expect(kept).toEqual(Array.from({length: kept.length}, (_, index) => line(total - kept.length + index)));
  for (const one of logFiles(file)) {
    expect(statSync(one).size).toBeLessThan(200 * 1024);
    expect(statSync(one).mode & 0o777).toBe(0o600);
  }
});

it('loses no line when the process is killed between two renames', () => {
  const file = path.join(tempDir(), 'operator.log');
  for (const [name, text] of [
    [file, 'now'],
    [`${file}.1`, 'one'],
    [`${file}.3`, 'three'],
    [`${file}.4`, 'four'],
  ] as const)
    writeFileSync(name, text);
  rotateLog(file);
  writeFileSync(file, 'new');
  expect(logFiles(file).map((name) => readFileSync(name, 'utf8'))).toEqual([
    'four',
    'three',
    'one',
    'now',
    'new',
  ]);
  rotateLog(file);
  expect(logFiles(file).map((name) => readFileSync(name, 'utf8'))).toEqual(['three', 'one', 'now', 'new']);
});

it('begins a line of its own after half a line of a process that was killed', async () => {
  const file = path.join(tempDir(), 'operator.log');
  writeFileSync(file, 'whole\nhalf of a li');
  const log = createLogFile(file);
  log.write('the next');
  await log.close();
  expect(linesOf(file)).toEqual(['whole', 'half of a li', 'the next']);
});

it('continues where the last process ended, and begins anew where that one was full', async () => {
  const file = path.join(tempDir(), 'operator.log');
  writeFileSync(file, 'old\n');
  const first = createLogFile(file);
  first.write('new');
  await first.close();
  expect(linesOf(file)).toEqual(['old', 'new']);
  writeFileSync(file, `${'y'.repeat(8 * MB)}\n`);
  const second = createLogFile(file);
  second.write('newer');
  await second.close();
  expect(linesOf(file)).toEqual(['newer']);
  expect(statSync(`${file}.1`).size).toBeGreaterThan(8 * MB);
});

it('never fails where it cannot write, and writes as soon as it can', async () => {
  const dir = path.join(tempDir(), 'state');
  writeFileSync(dir, 'a file where the directory should be');
  const log = createLogFile(path.join(dir, 'operator.log'));
  for (let n = 0; n < 50; n += 1) {
    log.write('lost');
    await new Promise((resolve) => setImmediate(resolve));
  }
  rmSync(dir);
  mkdirSync(dir);
  await vi.waitFor(() => {
    log.write('kept');
    expect(linesOf(log.path)).toContain('kept');
  }, PATIENT);
  await log.close();
});

import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createRig, type Asked} from '../support/operator-rig.ts';
import {hostileSize} from '../support/hostile-size.ts';

const JOBS = hostileSize({full: 600, bounded: 100});

/** A file system of 3 MiB; null: this user may not mount one. */
function smallFileSystem(): string | null {
  const dir = mkdtempSync(join(tmpdir(), 'aos-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dir], {stdio: 'ignore'});
  } catch {
    rmSync(dir, {recursive: true});
    return null; // not root, or no mounts in this container
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', dir]);
    rmSync(dir, {recursive: true});
  });
  return dir;
}

/** Takes what is free. */
function fill(path: string): void {
  try {
    for (let n = 0; ; n += 1) writeFileSync(`${path}-${n}`, Buffer.alloc(64 * 1024));
  } catch {
    // that is full
  }
}

describe('a file system of 3 MiB that is full while workers answer', () => {
  it('keeps the answers: with room again each job gets its one answer, and no worker is asked a second time', async ({
    skip,
  }) => {
    const small = smallFileSystem();
    if (small === null) return skip('a tmpfs cannot be mounted here');
    const dir = join(small, 'state');
    mkdirSync(dir);
    const rig = await createRig({dir});
    const held: Asked[] = [];
    const replies: Promise<number>[] = [];
    let isFull = false;
    rig.worker.onQuestion = (question) => {
      if (isFull) replies.push(rig.worker.answer(question));
      else held.push(question);
      return 200;
    };
    const run = await rig.start();
    await run.event('connected');
    rig.submit(4);
    await run.event('job_asked', () => run.of('job_asked').length === 4);
    while (held.length < 4) await new Promise(setImmediate);
    fill(join(small, 'filler'));
    isFull = true;
    for (const question of held) replies.push(rig.worker.answer(question, {answer: 'long '.repeat(4_000)}));
    rig.submit(JOBS - 4, 4);
    await run.event('problem', ({part, code}) => part === 'journal' && code === 'JOURNAL_WRITE_FAILED');
    const before = rig.dispatcher.stats().accepted;
    expect(before).toBeLessThan(JOBS);
    execFileSync('mount', ['-o', 'remount,size=200m', small]);
    await rig.answered(JOBS);
    await run.event('recovered', ({part}) => part === 'journal');
    await run.event('result_accepted', () => run.of('result_accepted').length === JOBS);
    expect(new Set(held.map(({prompt}) => prompt)).size).toBe(4);
    expect(await run.stop()).toMatchObject({accepted: JOBS, pending: 0});
  });
});

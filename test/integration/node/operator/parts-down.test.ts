import {describe, expect, it} from 'vitest';
import type {SignerFaults} from '../../../../src/devnet/signer/faults.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import type {ErrorCode} from '../../../../src/lib/foundation/errors/table.ts';
import {pickDriver, type SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {JOURNAL_FILE} from '../../../../src/lib/node/journal/sqlite.ts';
import {createRig, type Asked, type Run} from '../../../support/operator-rig.ts';
import {OPERATOR} from '../../../support/signer.ts';

const concluded = (run: Run, count: number) =>
  run.event('job_concluded', () => run.of('job_concluded').length === count);

describe('the signer', () => {
  it('down at the start is waited for', async () => {
    const rig = await createRig();
    await rig.signerProxy.refuse(true);
    const run = await rig.start();
    rig.submit(2);
    const {code, next} = await run.event('problem', ({part}) => part === 'signer');
    expect(code).toBe('SIGNER_UNREACHABLE');
    expect(renderNext(next)).toContain('aos signer check');
    expect(rig.dispatcher.stats().connects).toBe(0);
    await rig.signerProxy.refuse(false);
    await rig.answered(2);
    await run.stop();
    expect(run.of('recovered').map(({part}) => part)).toContain('signer');
  });

  it.each(['gone', 'without its KMS'])(
    '%s in between: jobs are journalled and worked, acknowledgements and results wait',
    async (how) => {
      const rig = await createRig();
      const run = await rig.start();
      await run.event('connected');
      if (how === 'gone') {
        await rig.signerProxy.refuse(true);
        rig.signerProxy.cut();
      } else rig.signer.setFaults({kmsDown: 'all'});
      rig.submit(5);
      await concluded(run, 5);
      await run.event('problem', ({part}) => part === 'signer');
      expect(rig.dispatcher.stats()).toMatchObject({acknowledged: 0, accepted: 0});
      expect(run.journal.counts()).toMatchObject({concluded: 5});
      if (how === 'gone') await rig.signerProxy.refuse(false);
      else rig.signer.setFaults({});
      await rig.answered(5);
      await rig.dispatcher.waitFor(({acknowledged}) => acknowledged === 5);
      await run.event('result_accepted', () => run.of('result_accepted').length === 5);
      expect(await run.stop()).toMatchObject({accepted: 5, pending: 0});
      expect(run.of('problem').filter(({part}) => part === 'signer')).toHaveLength(1);
    },
  );

  it('that signs with another key is not used, and nothing is sent', async () => {
    const rig = await createRig();
    rig.signer.setFaults({wrongKey: true});
    const run = await rig.start();
    const {code} = await run.event('problem', ({part}) => part === 'signer');
    expect(code).toBe('SIGNER_WRONG_SIGNATURE');
    expect(rig.dispatcher.stats()).toMatchObject({connects: 0, rejected: {'wrong-signature': 0}});
    await run.stop();
  });

  it.each<[string, SignerFaults, ErrorCode, RegExp, RegExp]>([
    [
      'whose key file could not be loaded',
      {failedKeys: [OPERATOR]},
      'SIGNER_UNKNOWN_ACCOUNT',
      /No unlocked account/,
      /^aos signer check$/,
    ],
    [
      'that answers no JSON-RPC while its upcheck is well',
      {wedged: true},
      'SIGNER_UNREACHABLE',
      /stuck until it is restarted/,
      /^Look at the log of Web3Signer, and restart it\.$/,
    ],
    [
      'that drops a connection at its idle limit while the answer is pending',
      {backendMs: 60_000, idleMs: 1_100},
      'SIGNER_UNREACHABLE',
      /waits for longer than --idle-connection-timeout-seconds/,
      /larger --idle-connection-timeout-seconds before eth1/,
    ],
    [
      'that gets another Host header from a proxy',
      {host: 'signer.internal'},
      'SIGNER_REFUSED',
      /a proxy on the way changes the header/,
      /pass the Host header on unchanged/,
    ],
  ])(
    '%s is a problem with its own text; jobs wait and are delivered afterwards',
    async (_what, faults, ...said) => {
      const [code, message, next] = said;
      const rig = await createRig();
      const run = await rig.start({signerLimitMs: faults.wedged === true ? 500 : 5_000});
      await run.event('connected');
      rig.signer.setFaults(faults);
      rig.submit(3);
      await concluded(run, 3);
      const problem = await run.event('problem', ({part}) => part === 'signer');
      expect(problem.code).toBe(code);
      expect(problem.message).toMatch(message);
      expect(renderNext(problem.next)).toMatch(next);
      expect(rig.dispatcher.stats()).toMatchObject({accepted: 0});
      rig.signer.setFaults({});
      await rig.answered(3);
      await run.event('recovered', ({part}) => part === 'signer');
      await run.event('result_accepted', () => run.of('result_accepted').length === 3);
      expect(await run.stop()).toMatchObject({accepted: 3, pending: 0});
    },
  );
});

describe('the chain', () => {
  it('down at the start of a new journal: jobs are journalled, acknowledged and held', async () => {
    const rig = await createRig();
    const range = rig.range.now;
    rig.range.now = null;
    const run = await rig.start();
    rig.submit(3);
    await rig.dispatcher.waitFor(({acknowledged}) => acknowledged === 3);
    expect(run.journal.counts()).toMatchObject({received: 3, selected: 0, concluded: 0});
    expect(run.of('problem')).toMatchObject([{part: 'chain', code: 'CHAIN_UNREACHABLE'}]);
    rig.range.now = range;
    await rig.answered(3);
    await run.stop();
  });

  it('down at a later start: works on the range of the journal', async () => {
    const rig = await createRig();
    const first = await rig.start();
    await first.event('range');
    rig.submit(1);
    await rig.answered(1);
    await first.stop();
    rig.range.now = null;
    const run = await rig.start();
    rig.submit(1, 1);
    await rig.answered(2);
    await run.event('problem', ({part}) => part === 'chain');
    expect(run.of('range')).toMatchObject([{source: 'journal', start: '0', end: '600000'}]);
    await run.stop();
  });

  it('with a new range is noticed at the next reconnect', async () => {
    const rig = await createRig();
    const run = await rig.start();
    rig.submit(1);
    await rig.answered(1);
    rig.range.now = {start: 0n, end: 0n, max: 600_000n, block: 2n};
    rig.proxy.cut();
    await run.event('range', ({end}) => end === '0');
    rig.submit(1, 1);
    await rig.answered(2);
    expect(rig.dispatcher.results('job-1')).toMatchObject([{reason: 'unselected worker by vrf'}]);
    await run.stop();
  });
});

describe('a full disk', () => {
  it('stops acknowledgements, loses nothing, and is over when there is room again', async () => {
    const disk = smallDisk();
    const rig = await createRig();
    const run = await rig.start({driver: disk.driver});
    await run.event('connected');
    disk.pages(1); // as full as it is now
    for (let n = 0; n < 20; n += 1) rig.dispatcher.submit({jobId: `big-${n}`, prompt: `${n} `.repeat(4_000)});
    const {next} = await run.event(
      'problem',
      ({part, code}) => part === 'journal' && code === 'JOURNAL_WRITE_FAILED',
    );
    expect(next.say).toContain('disk');
    const {received, selected, concluded: done, signed, accepted} = run.journal.counts();
    const stored = received + selected + done + signed + accepted;
    expect(stored).toBeLessThan(20);
    expect(rig.dispatcher.stats().acknowledged).toBeLessThanOrEqual(stored);
    disk.pages(1_000_000);
    await rig.answered(20);
    await rig.dispatcher.waitFor(({acknowledged}) => acknowledged >= 20);
    await run.event('recovered', ({part}) => part === 'journal');
    await run.event('result_accepted', () => run.of('result_accepted').length === 20);
    expect(await run.stop()).toMatchObject({accepted: 20, received: 20, pending: 0});
  });
});

describe('a full disk while workers answer', () => {
  it('keeps their answers: each is stored when there is room, and no worker is asked a second time', async () => {
    const disk = smallDisk();
    const rig = await createRig();
    const held: Asked[] = [];
    rig.worker.onQuestion = (question) => {
      held.push(question);
      return 200;
    };
    const run = await rig.start({driver: disk.driver});
    await run.event('connected');
    rig.submit(4);
    await run.event('job_asked', () => run.of('job_asked').length === 4);
    while (held.length < 4) await new Promise(setImmediate);
    disk.pages(1); // as full as it is now
    // Large enough to need a page of its own.
    const replies = held.map((question) => rig.worker.answer(question, {answer: 'long '.repeat(4_000)}));
    await run.event('problem', ({part, code}) => part === 'journal' && code === 'JOURNAL_WRITE_FAILED');
    expect(run.of('job_answered')).toHaveLength(0);
    disk.pages(1_000_000);
    await rig.answered(4);
    expect(await Promise.all(replies)).toEqual([200, 200, 200, 200]);
    expect(held).toHaveLength(4);
    expect(await run.stop()).toMatchObject({accepted: 4, pending: 0});
  });
});

/** A driver whose journal can be told how many pages it may have. */
function smallDisk(): {driver: SqliteDriver; pages(count: number): void} {
  const real = pickDriver();
  let set = (_count: number): void => {};
  return {
    driver: {
      name: real.name,
      open: (path, options) => {
        const database = real.open(path, options);
        if (path.endsWith(JOURNAL_FILE)) set = (count) => database.exec(`PRAGMA max_page_count = ${count}`);
        return database;
      },
    },
    pages: (count) => set(count),
  };
}

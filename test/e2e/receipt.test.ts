import {mkdirSync, readFileSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {expect, it} from 'vitest';
import {openJournal} from '../../src/lib/node/journal/sqlite.ts';
import {loadVrf} from '../../src/lib/protocol/vrf/ecvrf.ts';
import {jsonOf, openWorld} from '../support/cli.ts';
import {goodFile, NODE_ID} from '../support/config-file.ts';
import {addJob} from '../support/receipt-journal.ts';
import {DISPATCHER, OPERATOR} from '../support/receipts.ts';

const HOSTILE = 'a\u001b]0;pwned\u0007\u202e';

it('writes the receipt of a job, which is checked elsewhere, and says why another has none', async () => {
  await using world = openWorld();
  const dir = path.join(world.home, 'state');
  const config = world.file(
    'config.yaml',
    goodFile({node: `  dispatcher_address: "${DISPATCHER}"\n`})
      .replace(NODE_ID, `"${OPERATOR}"`)
      .concat(`store:\n  dir: ${dir}\n`),
    0o600,
  );
  const journal = await openJournal({dir, clockId: 9n});
  const vrf = await loadVrf();
  await addJob(journal, vrf, {jobId: HOSTILE, answer: 'é\u001b[31m"\\'});
  await addJob(journal, vrf, {jobId: 'open', until: 'received'});
  await addJob(journal, vrf, {jobId: 'left', until: 'unanswered'});
  await addJob(journal, vrf, {jobId: 'passed', isSelected: false});
  // The operator has the journal open and writes it all the while.

  const out = path.join(world.home, 'r.json');
  const asked = await world.ask(['job', 'receipt', '#1', '-c', config]);
  expect(asked.code).toBe(0);
  expect(asked.stdout).not.toMatch(/[^\n -~]/);
  const written = await world.ask(['job', 'receipt', '#1', '-c', config, '--out', out, '--json']);
  expect(jsonOf(written.stdout)).toMatchObject({result: {path: out, jobId: HOSTILE}});
  expect(readFileSync(out, 'utf8')).toBe(asked.stdout);
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(await world.ask(['job', 'receipt', '#1', '-c', config, '--out', out])).toMatchObject({code: 73});
  const shown = jsonOf((await world.ask(['job', 'receipt', '#1', '-c', config, '--json'])).stdout);
  expect(shown).toMatchObject({result: {path: null, receipt: {schema: 'aos.receipt/1'}}});
  for (const id of ['open', 'left']) {
    const none = await world.ask(['job', 'receipt', id, '-c', config]);
    expect(none.code).toBe(3);
    expect(none.stderr).toContain('RECEIPT_NONE');
  }
  expect((await world.ask(['job', 'receipt', 'nothing', '-c', config])).stderr).toContain('JOB_UNKNOWN');
  const one = await world.ask(['job', 'verify', '#1', '-c', config]);
  expect(one.code).toBe(0);
  expect(one.stdout).not.toContain('\u001b');
  const bad = await addJob(journal, vrf, {jobId: 'bad', until: 'concluded'});
  const signature = `${'11'.repeat(64)}1b`;
  await journal.accepted(bad, 3_000, {envelopeId: 'e', signature, at: 2_500});
  const all = await world.ask(['job', 'verify', '--all', '-c', config, '--json']);
  expect(all.code).toBe(3);
  expect(jsonOf(all.stdout)).toMatchObject({
    result: {
      ...{overall: 'broken', checked: 5, valid: 2, incomplete: 2, broken: 1},
      chain: {verdict: 'valid'},
      jobs: [{jobId: 'bad', broken: 'operator'}],
    },
  });
  expect((await world.ask(['job', 'verify', 'left', '-c', config])).code).toBe(4);
  expect((await world.ask(['job', 'verify', '-c', config])).code).toBe(64);
  const passed = path.join(world.home, 'passed.json');
  await world.ask(['job', 'receipt', 'passed', '-c', config, '--out', passed]);
  await journal.close();

  // On another machine: no configuration, no journal.
  const empty = path.join(world.home, 'empty');
  mkdirSync(empty);
  const elsewhere = {cwd: empty, env: {HOME: empty, AOS_HOME: empty}};
  const parties = ['--operator', OPERATOR, '--dispatcher', DISPATCHER];
  const verify = (...args: string[]) => world.ask(['verify', 'receipt', ...args], elsewhere);
  const good = await verify(out, ...parties, '--range', '0,600000');
  expect(good.code).toBe(0);
  expect(good.stdout).toMatch(/^valid/);
  expect(good.stdout).not.toContain('\u001b');
  expect((await verify(out, ...parties)).code).toBe(4);
  expect((await verify(passed, ...parties, '--range', '0,0')).code).toBe(0);
  const wrong = await verify(out, '--operator', DISPATCHER, '--dispatcher', OPERATOR, '--json');
  expect(wrong.code).toBe(3);
  expect(jsonOf(wrong.stdout)).toMatchObject({
    result: {receipts: [{overall: 'broken', broken: 'dispatcher', result: null}]},
  });
  expect((await verify(out)).code).toBe(64);
  expect((await verify(out, '--oprator', OPERATOR)).code).toBe(64);
  expect((await verify(out, ...parties, '-c', config)).code).toBe(4);

  const file = (name: string, text: string): string => {
    const made = path.join(empty, name);
    writeFileSync(made, text);
    return made;
  };
  const large = file('large', '');
  truncateSync(large, 100 * 1024 * 1024);
  for (const one of [file('none', ''), file('cut', asked.stdout.slice(0, 500))]) {
    const refused = await verify(one, ...parties);
    expect(refused).toMatchObject({code: 65, stdout: ''});
    expect(refused.stderr).toContain('RECEIPT_INVALID');
  }
  expect((await verify(out, ...parties, '--range', '5,0')).code).toBe(64);
  for (const one of [large, empty, path.join(empty, 'no such')])
    expect(await verify(one, ...parties, '--json')).toMatchObject({
      code: 74,
      stdout: expect.stringContaining('INPUT_UNREADABLE') as string,
    });
  const several = await verify(out, large, passed, ...parties, '--json');
  expect(several.code).toBe(3);
  expect(jsonOf(several.stdout)).toMatchObject({
    result: {receipts: [{overall: 'incomplete'}, {overall: 'unreadable'}, {overall: 'incomplete'}]},
  });
});

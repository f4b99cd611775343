import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {deflateRawSync} from 'node:zlib';
import {expect, it} from 'vitest';
import {usableConfig} from '../../../src/lib/config/usable.ts';
import {jobReceipt} from '../../../src/lib/features/job/receipt.ts';
import {jobDetailText} from '../../../src/lib/features/job/detail-text.ts';
import {showJob} from '../../../src/lib/features/job/show.ts';
import {verifyJobs} from '../../../src/lib/features/job/verify.ts';
import {evidenceDirectory} from '../../../src/lib/node/evidence/directory.ts';
import {createEvidenceKeeper} from '../../../src/lib/node/evidence/keeper.ts';
import {pickDriver} from '../../../src/lib/node/journal/driver.ts';
import {openJobReader} from '../../../src/lib/node/journal/job-query.ts';
import {JOURNAL_FILE, openJournal} from '../../../src/lib/node/journal/sqlite.ts';
import type {Judgement} from '../../../src/lib/node/journal/verdicts.ts';
import {readReceipt} from '../../../src/lib/protocol/receipt/document.ts';
import {loadVrf} from '../../../src/lib/protocol/vrf/ecvrf.ts';
import {clocks, inTempDir} from '../../support/journal.ts';
import {addJob} from '../../support/receipt-journal.ts';
import {DISPATCHER, OPERATOR} from '../../support/receipts.ts';

const HOUR = 3_600_000;
const signal = new AbortController().signal;

it('keeps receipts of what a worker answered past the evidence period and the retention', () =>
  inTempDir(async (root) => {
    const dir = join(root, 'state');
    const file = join(root, 'config.yaml');
    writeFileSync(
      file,
      `node:\n  node_id: '${OPERATOR}'\n  dispatcher_address: '${DISPATCHER}'\nstore:\n  dir: ${dir}\n`,
    );
    const config = usableConfig({file, env: {HOME: root}, cwd: root});
    const evidence = config.evidence;
    if (evidence === null) throw new Error('no evidence directory');
    expect(evidence.dir).toBe(join(dir, 'evidence'));

    const vrf = await loadVrf();
    const time = clocks();
    const journal = await openJournal({dir, clockId: 9n, time});
    const answered = await addJob(journal, vrf, {jobId: 'answered'});
    const tagged = await addJob(journal, vrf, {jobId: 'answered', tag: 'suspicion', position: 'first'});
    await addJob(journal, vrf, {jobId: 'not-selected', isSelected: false});
    await addJob(journal, vrf, {jobId: 'unanswered', until: 'unanswered'});
    const open = () => ({journal: openJobReader({dir}), config, dir});
    const before = open();
    const whole = await verifyJobs(before, {choice: {id: `#${answered}`}, all: false, signal});
    const made = jobReceipt(before, {id: `#${answered}`});
    before.journal.close();
    expect(whole.jobs[0]?.overall).toBe('valid');

    // The dispatcher got another key: whom to trust is said by the configuration and the flags, never by the journal.
    const changes = {...config, dispatcherAddress: OPERATOR};
    const asked = async (formerDispatchers: string[], id: string | null) => {
      const opened = {...open(), config: changes};
      try {
        const choice = id === null ? null : {id};
        return await verifyJobs(opened, {choice, all: id === null, formerDispatchers, signal});
      } finally {
        opened.journal.close();
      }
    };
    const foreign = await asked([], null);
    expect(foreign).toMatchObject({broken: 4, strangers: [{address: DISPATCHER, jobs: 4}]});
    expect(foreign.next?.run?.args).toEqual(['--all', '--former-dispatcher', DISPATCHER]);
    const single = await asked([], `#${answered}`);
    expect(single.next?.run?.args).toEqual([`#${answered}`, '--former-dispatcher', DISPATCHER]);
    const trusted = await asked([DISPATCHER], `#${answered}`);
    expect(trusted).toMatchObject({overall: 'valid', strangers: [], next: null});
    expect(trusted.jobs[0]?.links[0]?.why).toBe(`signed by ${DISPATCHER}, a former dispatcher`);
    expect(await asked([DISPATCHER], null)).toMatchObject({valid: whole.valid + 2, broken: 0});

    time.pass(2 * HOUR);
    const keeper = createEvidenceKeeper(journal, evidenceDirectory(evidence), {
      nodeId: OPERATOR,
      precision: 6,
    });
    const keep = async (seqs: readonly number[]): Promise<void> => {
      await keeper.keep(seqs);
    };
    const tidied = await journal.tidy({evidenceMs: HOUR, retentionMs: 3 * HOUR, beforePacking: keep});
    expect(tidied.packed).toBe(4);
    expect(readdirSync(evidence.dir)).toHaveLength(2);

    // What is packed is as it was, byte for byte and link for link.
    const packed = open();
    expect(packed.journal.record(answered)?.frame).toBeNull();
    expect(jobReceipt(packed, {id: `#${answered}`}).text).toBe(made.text);
    // Those whose receipt was kept say so.
    const shown = [answered, answered + 2].map((seq) => showJob(packed, {id: `#${seq}`}));
    expect(shown.map(({packed: isPacked, receiptKept}) => [isPacked, receiptKept])).toEqual([
      [true, true],
      [true, false],
    ]);
    const texts = shown.map((detail) => jobDetailText(detail, {width: 80, full: false}));
    expect(texts.map((text) => text.includes('evidence directory'))).toEqual([true, false]);
    const one = await verifyJobs(packed, {choice: {id: `#${tagged}`}, all: false, signal});
    expect(one.jobs[0]).toMatchObject({overall: 'valid', tag: 'suspicion', position: 'first', seq: tagged});
    const all = await verifyJobs(packed, {choice: null, all: true, signal});
    expect(all).toMatchObject({checked: 4, valid: 2, incomplete: 2, broken: 0});
    expect(all.incompleteBy).toEqual([{link: 'dispatcher', verdict: 'not_here', jobs: 2}]);

    // A file that was changed is a broken link of its job.
    const [name = ''] = readdirSync(evidence.dir);
    writeFileSync(join(evidence.dir, name), 'changed');
    const changed = await verifyJobs(packed, {choice: null, all: true, signal});
    expect(changed).toMatchObject({valid: 1, broken: 1});
    expect(changed.jobs[0]).toMatchObject({broken: 'dispatcher', jobId: 'answered'});
    packed.journal.close();

    time.pass(2 * HOUR);
    await journal.tidy({evidenceMs: HOUR, retentionMs: 3 * HOUR});
    const later = open();
    expect(later.journal.find('answered', 9)).toEqual([]);
    expect(() => jobReceipt(later, {id: 'never-there'})).toThrow(
      expect.objectContaining({code: 'JOB_UNKNOWN'}),
    );
    later.journal.close();
    await journal.close();
  }));

it('reads the kept receipt of a job that the journal has forgotten by its whole id', () =>
  inTempDir(async (root) => {
    const dir = join(root, 'state');
    const file = join(root, 'config.yaml');
    const shared = join(root, 'shared');
    writeFileSync(
      file,
      `node:\n  node_id: '${OPERATOR}'\n  dispatcher_address: '${DISPATCHER}'\n  evidence_dir: ./shared\nstore:\n  dir: ${dir}\n`,
    );
    const config = usableConfig({file, env: {HOME: root}, cwd: root});
    // Several nodes may name one directory.
    expect(config.evidence?.dir.startsWith(`${shared}/`)).toBe(true);
    const vrf = await loadVrf();
    const time = clocks();
    const journal = await openJournal({dir, clockId: 9n, time});
    await addJob(journal, vrf, {jobId: 'forgotten', tag: 'suspicion', position: 'first'});
    await addJob(journal, vrf, {jobId: 'large', prompt: 'x'.repeat(300_000)});
    time.pass(2 * HOUR);
    const directory = evidenceDirectory(config.evidence ?? {dir: '', mostBytes: 0, keepMs: 0});
    const keeper = createEvidenceKeeper(journal, directory, {nodeId: OPERATOR, precision: 6});
    const keep = async (seqs: readonly number[]): Promise<void> => {
      await keeper.keep(seqs);
    };
    await journal.tidy({evidenceMs: HOUR, retentionMs: HOUR, beforePacking: keep});
    // A receipt says what its job was sampled with; the network has another number of digits by now.
    const opened = {journal: openJobReader({dir}), config: {...config, vrfSortPrecision: 5}, dir};
    expect(opened.journal.find('forgotten', 9)).toEqual([]);
    expect(jobReceipt(opened, {id: 'forgotten'})).toMatchObject({seq: null, jobId: 'forgotten'});
    const report = await verifyJobs(opened, {choice: {id: 'forgotten'}, all: false, signal});
    expect(report.jobs).toMatchObject([
      {seq: null, jobId: 'forgotten', tag: 'suspicion', position: 'first', overall: 'valid'},
    ]);
    // A large message is left out: each of its jobs would have the whole of it.
    const large = await verifyJobs(opened, {choice: {id: 'large'}, all: false, signal});
    expect(large).toMatchObject({incomplete: 1, broken: 0});
    const links = new Map(large.jobs[0]?.links.map(({link, verdict}) => [link, verdict]));
    expect([links.get('dispatcher'), links.get('answer')]).toEqual(['not_here', 'valid']);
    expect(() => jobReceipt(opened, {id: 'forgotten', tag: 'malicious'})).toThrow(
      expect.objectContaining({code: 'JOB_UNKNOWN'}),
    );
    opened.journal.close();
    await journal.close();
  }));

it('keeps the proof of an answer that was checked, released or not, with the job and its kept receipt', () =>
  inTempDir(async (root) => {
    const dir = join(root, 'state');
    const file = join(root, 'config.yaml');
    writeFileSync(file, `node:\n  node_id: '${OPERATOR}'\nstore:\n  dir: ${dir}\n`);
    const config = usableConfig({file, env: {HOME: root}, cwd: root});
    const bytes = Buffer.from('{"proof":[1,2,3]}');
    const hashes = {vkSha256: 'a'.repeat(64), settingsSha256: 'b'.repeat(64), srsSha256: null};
    const proof = {deflated: deflateRawSync(bytes), ...hashes};
    const said = {code: null, message: 'it is', results: []};
    const ok: Judgement = {verdict: 'ok', ...said, proof};
    const held: Judgement = {verdict: 'held', then: 'wait', ...said, proof};
    const unsure: Judgement = {verdict: 'held', then: 'check_again', ...said};
    const vrf = await loadVrf();
    const time = clocks();
    const journal = await openJournal({dir, clockId: 9n, time});
    const zkml = {kind: 'zkml', answer: 'true'} as const;
    await addJob(journal, vrf, {...zkml, jobId: 'ok', judged: ok});
    await addJob(journal, vrf, {...zkml, jobId: 'released', judged: held});
    await addJob(journal, vrf, {...zkml, jobId: 'unjudged'});
    const refused = await addJob(journal, vrf, {...zkml, jobId: 'refused', until: 'selected'});
    await journal.answer(`q-${refused}`, '{}', 2_000, () => ({toCheck: true}));
    await journal.checks.judge(`q-${refused}`, held, 2_000, () => ({noAnswer: ''}));
    // What is found out later does not forget it, and what is no answer has none.
    await journal.checks.judge(`q-${refused}`, unsure, 2_001, () => ({noAnswer: ''}));
    await journal.checks.judge(`q-${refused}`, {...ok, verdict: 'refused'}, 2_002, () => ({noAnswer: ''}));

    const receipts = () => {
      const opened = {journal: openJobReader({dir}), config, dir};
      try {
        return ['ok', 'released', 'unjudged'].map((id) => jobReceipt(opened, {id}).text);
      } finally {
        opened.journal.close();
      }
    };
    const before = receipts();
    expect(before.map((text) => readReceipt(Buffer.from(text)).worker?.proof)).toEqual([
      {bytes, ...hashes},
      {bytes, ...hashes},
      null,
    ]);
    time.pass(2 * HOUR);
    const directory = evidenceDirectory(config.evidence ?? {dir: '', mostBytes: 0, keepMs: 0});
    const keeper = createEvidenceKeeper(journal, directory, {nodeId: OPERATOR, precision: 6});
    const keep = async (seqs: readonly number[]): Promise<void> => {
      await keeper.keep(seqs);
    };
    await journal.tidy({evidenceMs: HOUR, retentionMs: 9 * HOUR, beforePacking: keep});
    expect(receipts()).toEqual(before);
    const database = pickDriver().open(join(dir, JOURNAL_FILE), {readOnly: true});
    expect(database.prepare('SELECT count(*) AS proofs FROM proofs').get()).toEqual({proofs: 0});
    database.close();
    await journal.close();
  }));

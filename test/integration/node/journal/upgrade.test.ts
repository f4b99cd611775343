import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {pickDriver} from '../../../../src/lib/node/journal/driver.ts';
import {copiesOf} from '../../../../src/lib/node/journal/migration-copy.ts';
import {JOURNAL_FILE, openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {inTempDir} from '../../../support/journal.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/journals');
/** One journal of each schema that there was: a new schema brings one more. */
const SCHEMAS = readdirSync(FIXTURES)
  .map((name) => Number(/^schema-(\d+)\.sql$/.exec(name)?.[1]))
  .sort((one, other) => one - other);

function write(dir: string, sql: string): void {
  const database = pickDriver().open(join(dir, JOURNAL_FILE), {readOnly: false});
  database.exec(sql);
  database.close();
}

function version(dir: string): unknown {
  const database = pickDriver().open(join(dir, JOURNAL_FILE), {readOnly: true});
  try {
    return database.prepare('PRAGMA user_version').get()?.['user_version'];
  } finally {
    database.close();
  }
}

describe('an update', () => {
  it('is tried from every schema: the newest of them is that of a new journal', () =>
    inTempDir(async (dir) => {
      await (await openJournal({dir, clockId: 1n})).close();
      expect(SCHEMAS).toEqual(Array.from({length: SCHEMAS.length}, (_, index) => index + 1));
      expect(version(dir)).toBe(SCHEMAS.length);
    }));

  it.each(SCHEMAS)('from schema %i keeps every job and its one answer, and the way back', (schema) =>
    inTempDir(async (dir) => {
      write(dir, readFileSync(join(FIXTURES, `schema-${schema}.sql`), 'utf8'));
      const journal = await openJournal({dir, clockId: 1n});
      expect(journal.counts()).toMatchObject({received: 1, selected: 1, concluded: 1, accepted: 1});
      for (const [seq, state, content] of [
        [1, 'received', null],
        [2, 'selected', null],
        [3, 'concluded', '{"result":"text of concluded"}'],
        [4, 'accepted', '{"result":"text of accepted"}'],
      ] as const)
        expect(journal.get(seq)).toMatchObject({
          ...{state, content},
          key: {jobId: `job-${state}`, tag: '', position: ''},
          element: expect.stringContaining(`"job":"${state}"`) as string,
        });
      expect(await journal.knowsRequest('00aa')).toBe(true);
      // It works on: no answer is made a second time.
      expect(journal.knows({jobId: 'job-accepted', tag: '', position: ''})).toBe(true);
      await journal.close();
      const before = copiesOf(join(dir, JOURNAL_FILE)).map((copy) => copy.schema);
      expect(before).toEqual(schema === SCHEMAS.length ? [] : [schema]);
      expect(version(dir)).toBe(SCHEMAS.length);

      // A later aos was here, and the older one is put back.
      write(dir, `PRAGMA user_version = ${SCHEMAS.length + 1}`);
      const refused = await openJournal({dir, clockId: 1n}).catch((error: unknown) => error);
      const wayBack = schema === SCHEMAS.length ? 'No copy of the journal' : 'Or go back to the copy of';
      expect(refused).toMatchObject({
        code: 'JOURNAL_UNREADABLE',
        next: {say: expect.stringContaining(wayBack) as string},
      });
    }),
  );
});

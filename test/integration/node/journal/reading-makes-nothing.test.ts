import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {makeDirectory} from '../../../../src/lib/foundation/system/make-directory.ts';
import {createPrivateFile} from '../../../../src/lib/node/journal/files.ts';
import {openTxJournal, readTxJournal} from '../../../../src/lib/node/journal/transactions.ts';
import {writePrivateFile} from '../../../../src/lib/keys/private-file.ts';
import {OTHER_UID} from '../../../support/as-user.ts';

let base: string;
let dir: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'aos-read-'));
  dir = join(base, 'store');
});
afterEach(() => rmSync(base, {recursive: true, force: true}));

describe('reading the transactions', () => {
  it('makes neither a directory nor a file', () => {
    const journal = readTxJournal({dir});
    expect(journal.list(10)).toEqual([]);
    journal.close();
    expect(readdirSync(base)).toEqual([]);
  });

  it('has what was written, and changes no mode and no content', async () => {
    const written = openTxJournal({dir});
    const chain = {id: 31_337, genesis: `0x${'0'.repeat(64)}`};
    const [hash, to] = [`0x${'1'.repeat(64)}`, `0x${'2'.repeat(40)}`] as const;
    await written.add({
      hash,
      chain,
      sender: to,
      nonce: 1,
      intent: 'i',
      kind: 'send',
      title: 't',
      to,
      data: '0x',
      value: 0n,
      gas: 1n,
      maxFeePerGas: 1n,
      maxPriorityFeePerGas: 1n,
      raw: '0x00',
      signedAt: 1,
    });
    written.close();
    chmodSync(dir, 0o750);
    const before = statSync(join(dir, 'tx.db'));
    const reading = readTxJournal({dir});
    await reading.sent(hash);
    expect(reading.list(10)).toMatchObject([{hash, state: 'sent'}]);
    reading.lock().release();
    reading.close();
    expect([statSync(dir).mode & 0o777, statSync(join(dir, 'tx.db')).mtimeMs]).toEqual([
      0o750,
      before.mtimeMs,
    ]);
    const again = openTxJournal({dir});
    expect(again.list(10)).toMatchObject([{hash, state: 'signed'}]);
    again.close();
  });
});

describe.skipIf(process.getuid?.() !== 0)(
  'what root makes in a directory of another user (needs root)',
  () => {
    it('belongs to that user', () => {
      mkdirSync(dir);
      chownSync(dir, OTHER_UID, OTHER_UID);
      makeDirectory(join(dir, 'a/b'), 0o700);
      createPrivateFile(join(dir, 'a/b/c.db'));
      writePrivateFile(join(dir, 'a/key'), 'x', {force: false});
      const owners = ['a', 'a/b', 'a/b/c.db', 'a/key'].map((name) => statSync(join(dir, name)).uid);
      expect(owners).toEqual([OTHER_UID, OTHER_UID, OTHER_UID, OTHER_UID]);
    });

    it('stays as it is, when it was there', () => {
      mkdirSync(dir);
      writeFileSync(join(dir, 'x.db'), '');
      chownSync(dir, OTHER_UID, OTHER_UID);
      createPrivateFile(join(dir, 'x.db'));
      expect(statSync(join(dir, 'x.db')).uid).toBe(0);
    });
  },
);

import {chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {dropDraft, readDraft, writeDraft} from '../../../../src/lib/features/init/draft.ts';
import {draftFile} from '../../../../src/lib/features/init/draft-file.ts';
import {keepDraft} from '../../../../src/lib/features/init/offer-draft.ts';
import {NO_FACTS} from '../../../../src/lib/features/init/question.ts';
import {answer, found, startWizard} from '../../../../src/lib/features/init/wizard.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {NODE_ID, tempDir} from '../../../support/config-file.ts';

const ANSWERS = {network: 'hoodi', 'node-id': NODE_ID, 'rpc-url': 'https://rpc.example.org/v3/key'};

/** Where a configuration would be. */
function place() {
  const dir = tempDir();
  const file = join(dir.path, 'config.yaml');
  return {dir: dir.path, file, draft: draftFile(file), [Symbol.dispose]: () => dir[Symbol.dispose]()};
}

describe('the draft of a wizard', () => {
  it('comes back as it was, from a file that only its owner reads', () => {
    using at = place();
    expect(readDraft(at.file, NO_FACTS)).toBeNull();
    for (const withSigner of [false, true]) {
      writeDraft(at.file, {at: 1, answers: ANSWERS, withSigner});
      expect(readDraft(at.file, NO_FACTS)).toEqual({at: 1, answers: ANSWERS, withSigner});
    }
    expect(readdirSync(at.dir)).toEqual(['config.yaml.draft']);
    expect(statSync(at.draft).mode & 0o777).toBe(0o600);
    dropDraft(at.file);
    dropDraft(at.file);
    expect(readdirSync(at.dir)).toEqual([]);
  });

  it('loses an answer that no question takes', () => {
    using at = place();
    const answers = {...ANSWERS, 'node-id': '0x12', 'signer-url': 'nonsense', 'no-question': 'x'};
    writeFileSync(at.draft, JSON.stringify({version: 1, at: 1, withSigner: false, answers}), {mode: 0o600});
    expect(readDraft(at.file, NO_FACTS)).toMatchObject({
      answers: {network: 'hoodi', 'rpc-url': ANSWERS['rpc-url']},
    });
  });

  it.each([
    ['no JSON', 'network: hoodi', 0o600, /no draft of this version/],
    ['of another version', JSON.stringify({version: 2, answers: {}}), 0o600, /no draft of this version/],
    ['that others can write', JSON.stringify({version: 1}), 0o666, /config\.yaml\.draft/],
    ['far too long', 'x'.repeat(300_000), 0o600, /longer than/],
  ])('%s is not used', (_what, text, mode, why) => {
    using at = place();
    writeFileSync(at.draft, text);
    chmodSync(at.draft, mode);
    expect(readDraft(at.file, NO_FACTS)).toEqual({ignored: expect.stringMatching(why) as string});
  });
});

describe('a wizard that is left', () => {
  const asked = () => found(answer(startWizard(NO_FACTS, {}), 'hoodi'), null);
  const cancelled = new AosError('INTERRUPTED', 'x');

  it.each([
    ['INTERRUPTED', 130],
    ['TERMINATED', 143],
    ['USAGE', 64],
  ] as const)('by %s keeps its answers and says where', (code, exitCode) => {
    using at = place();
    const error = keepDraft(asked(), new AosError(code, 'the terminal was closed'), at.file);
    expect(error).toMatchObject({code, exitCode, next: {run: {command: 'init'}}});
    expect((error as AosError).message).toContain(
      `no configuration was written, and the answers are kept in ${at.draft}`,
    );
    expect(readFileSync(at.draft, 'utf8')).toContain('hoodi');
  });

  it('keeps nothing where no question was answered', () => {
    using at = place();
    const wizard = startWizard(NO_FACTS, {network: 'hoodi'});
    expect(keepDraft(wizard, cancelled, at.file)).toMatchObject({
      message: 'cancelled; no configuration was written, and no answer was given yet',
    });
    expect(existsSync(at.draft)).toBe(false);
  });

  it('says so where the answers cannot be kept, and leaves other errors', () => {
    using at = place();
    writeFileSync(join(at.dir, 'plain'), '');
    const error = keepDraft(asked(), cancelled, join(at.dir, 'plain', 'config.yaml'));
    expect((error as AosError).message).toContain('could not be kept');
    const bug = new AosError('BUG', 'x');
    expect(keepDraft(asked(), bug, at.file)).toBe(bug);
    expect(existsSync(at.draft)).toBe(false);
  });
});

import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';

const SCRIPT = path.join(import.meta.dirname, '../../../scripts/links.mjs');

describe('the check of links', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'aos-links-'));
  });
  afterEach(() => rmSync(root, {recursive: true}));

  function problemsOf(files: Record<string, string>): string[] {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), {recursive: true});
      writeFileSync(path.join(root, name), text);
    }
    const {status, stderr} = spawnSync(process.execPath, [SCRIPT, root], {encoding: 'utf8'});
    const problems = stderr.split('\n').filter((line) => line !== '');
    expect(status).toBe(problems.length === 0 ? 0 : 1);
    return problems;
  }

  it('accepts what leads somewhere', () => {
    const problems = problemsOf({
      'README.md':
        '[a](docs/a.md#job-result) ![b](docs/b.svg) [web](https://example.org) `[no](link)` src/a.ts',
      'docs/a.md':
        '# Title\n\n## Job result\n\n[self](#title) [up](../README.md) `src/{a,b}.ts` src/<name>.ts\n',
      'docs/b.svg': '',
      'src/a.ts': '/** docs/a.md#job-result, RFC 8259 §7, draft-irtf-cfrg-vrf-04 §5.1 and §5.2. */',
      'src/b.ts': '',
    });
    expect(problems).toEqual([]);
  });

  it.each([
    ['a file', {'README.md': '[a](docs/no.md)'}, 'README.md:1 leads nowhere: docs/no.md'],
    ['a heading', {'README.md': '# A\n\n[a](#b)'}, 'README.md:3 no such heading: README.md#b'],
    ['a path', {'docs/a.md': '`src/lib/no.ts`'}, 'docs/a.md:1 no such path: src/lib/no.ts'],
    [
      'a heading in a comment',
      {'docs/a.md': '# A', 'src/a.ts': '// docs/a.md#b'},
      'src/a.ts:1 no such heading: docs/a.md#b',
    ],
    ['a page in a comment', {'src/a.ts': '// docs/b.md'}, 'src/a.ts:1 leads nowhere: docs/b.md'],
    [
      'a section of our own',
      {'test/a.ts': '// protocol §3'},
      'test/a.ts:1 a § without an RFC, an EIP or a draft: link to a heading, as in docs/protocol.md#envelope',
    ],
  ])('names %s that leads nowhere', (_, files, problem) => {
    expect(problemsOf(files)).toEqual([problem]);
  });
});

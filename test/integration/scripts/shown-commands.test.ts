import {spawnSync} from 'node:child_process';
import {copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';

const ROOT = path.join(import.meta.dirname, '../../..');
/** What the check reads beside the documents. */
const MADE = [
  ...['oclif.manifest.json', 'package.json'],
  ...['docs/reference/errors.md', 'docs/reference/json.md'],
];
const SCRIPT = path.join(ROOT, 'scripts/shown-commands.mjs');

describe('the check of command lines in documents', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'aos-shown-'));
    mkdirSync(path.join(root, 'docs/adr'), {recursive: true});
    mkdirSync(path.join(root, 'docs/reference'));
    for (const name of MADE) copyFileSync(path.join(ROOT, name), path.join(root, name));
  });
  afterEach(() => rmSync(root, {recursive: true}));

  function problemsOf(files: Record<string, string>): string[] {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(root, name), text);
    const {status, stderr} = spawnSync(process.execPath, [SCRIPT, root], {encoding: 'utf8'});
    const problems = stderr.split('\n').filter((line) => line !== '');
    expect(status).toBe(problems.length === 0 ? 0 : 1);
    return problems;
  }

  it('accepts what can be typed, and text that is no command', () => {
    const block = [
      'aos',
      'aos --version && aos help exit-codes; aos help keys vrf',
      'AOS_HOME=/x sudo -u aos aos status --watch 10s   # aos --no-such',
      'docker exec -u aos aos aos job show ID',
      'docker exec aos cat /etc/aos/config.yaml',
      'aos run --for 1h --json 2>>log | tail -1 | jq .accepted',
      'aos init --signer-url "$(aos config show --json | jq -r .x)" \\',
      '  --force',
      'aos COMMAND --help',
      'aos job retry [ID] [FLAGS] …',
      'ssh host aos stop',
      'aos keys … import && aos tx … --check',
      'aos -c x.yaml run --jobs 3 && aos --json status; aos -v; aos job -h',
      'npm start -- --jobs 5',
      'npm run check',
      'aos explain SIGNER_UNREACHABLE && aos explain 77; aos explain quorum-0-stake; aos schema status',
      'aos logs -fn20 && aos logs -n=20 -f',
      'for file in *.age; do aos backup verify "$file"; done',
      "it’s no quote: aos’s, isn't aos",
    ];
    const prose =
      '`aos PROBLEM: a: b (C) → Start it, then: aos signer check · 0x1` `aos RECOVERED: a (C)`, with `--nope` and `aos register\n--metadata-url`, `aos keys` and `aos-2.service`, aos foo.\n';
    const other = '```yaml\naos: [run]\nkey: x # aos keys vrf create -f vrf.key\n```\n';
    const typed = block.map((line) => `    ${line}`).join('\n');
    expect(problemsOf({'docs/config.md': `${prose}\n${typed}\n\n${other}`})).toEqual([]);
  });

  it('names every line that aos would refuse, with what is wrong', () => {
    const wrong = [
      ['aos foo bar', 'no such command: aos foo bar'],
      ['aos keys vrf --file x', 'aos keys vrf: no such flag: --file'],
      ['aos -c x.yaml job show', 'aos job show: ID is missing'],
      ['aos run --nope', 'aos run: no such flag: --nope'],
      ['A=1 sudo -u x aos status --watch', 'aos status: --watch needs a value'],
      ['aos run --json | aos jobs list', 'no such command: aos jobs list'],
      ['echo "$(aos statu)"', 'no such command: aos statu'],
      ['diff <(aos config sho) b', 'no such command: aos config sho'],
      ['docker exec aos aos statu', 'no such command: aos statu'],
      ['ssh -p 22 host aos stat', 'no such command: aos stat'],
      ["bash -c 'aos x'", 'no such command: aos x'],
      ["watch -n 5 'aos status --bad'", 'aos status: no such flag: --bad'],
      ['if ! aos statu; then aos run; fi', 'no such command: aos statu'],
      ['npx aos-operator ru', 'no such command: aos ru'],
      ['aos logs -fx', 'aos logs: no such flag: -x'],
      ['ExecStart=/usr/bin/aos run --headles', 'aos run: no such flag: --headles'],
      ['17 3 * * * root /usr/bin/aos backup creat', 'no such command: aos backup creat'],
      ['aos devnet stop disk', 'aos devnet stop: PART is one of dispatcher, worker, signer, not disk'],
      ['aos job show', 'aos job show: ID is missing'],
      ['aos job list extra', 'aos job list: one argument too many: extra'],
      ['aos backup restore FILE', 'aos backup restore: --to is missing'],
      ['aos run -c FILE --devnet', 'aos run: --devnet excludes --config'],
      ['aos run --friendly', 'aos run: --friendly needs --devnet'],
      ['aos exit-codes', 'no such command: aos exit-codes'],
      ['aos explain NO_SUCH_CODE', 'aos explain: no such code: NO_SUCH_CODE'],
      ['aos doctor --only disk,disc.space', 'aos doctor: no such check: disc.space'],
      ['aos schema no-such', 'aos schema: no such schema: no-such'],
      ['npm run nope', 'no such script: npm run nope'],
      ['npm start -- --job=5', 'aos run: no such flag: --job'],
    ] as const;
    const text = wrong.map(([line]) => `\`\`\`sh\n${line}\n\`\`\`\n`).join('');
    expect(problemsOf({'docs/adr/README.md': text})).toEqual(
      wrong.map(([, problem], index) => `docs/adr/README.md:${index * 3 + 2} ${problem}`),
    );
  });

  it('reads continued lines, inline code and comments of a configuration', () => {
    expect(
      problemsOf({
        'README.md':
          'Type `aos\nstatus --bad`; `aos PROBLEM: a (C) → aos doctor --least · 0x1`.\n\n    aos status \\\n      --worse\n\n```yaml\na: b # aos keys vrf create --worst\n```\n',
      }),
    ).toEqual([
      'README.md:1 aos status: no such flag: --bad',
      'README.md:2 aos doctor: no such flag: --least',
      'README.md:4 aos status: no such flag: --worse',
      'README.md:8 aos keys vrf create: no such flag: --worst',
    ]);
  });
});

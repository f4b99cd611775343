import {execFileSync, spawnSync} from 'node:child_process';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {AOS, openWorld, type World} from '../support/cli.ts';
import {onTerminal, type Terminal} from '../support/terminal.ts';

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** What is typed before the Tab key, and the words that the command then gets. */
const TYPED: readonly [string, string][] = [
  ['aos signe', 'signer'],
  ['aos signer ch', 'signer check'],
  ['aos keys vrf cre', 'keys vrf create'],
  ['aos run --log-form', 'run --log-format'],
  ['aos run --log-format pre', 'run --log-format pretty'],
  ['aos run --log-format=pre', 'run --log-format=pretty'],
  ['aos run -c operator-fi', 'run -c operator-file.yaml'],
  ['aos run --headless --qui', 'run --headless --quiet'],
  ['aos explain SIGNER_UNREA', 'explain SIGNER_UNREACHABLE'],
  ['aos completion fi', 'completion fish'],
  ['aos help exit', 'help exit-codes'],
  ['aos help signer ch', 'help signer check'],
  ['aos init --network mainn', 'init --network mainnet'],
  ['aos doctor --only signer.lat', 'doctor --only signer.latency'],
  ['aos job list --state unan', 'job list --state unanswered'],
  ['aos schema job-sh', 'schema job-show'],
];

/** How a shell without its user's settings takes the script; `aos` then says what it got. */
const SHELLS = {
  bash: {args: ['--norc', '--noprofile', '-i'], prepare: "PS1='ready> '"},
  zsh: {args: ['-f', '-i'], prepare: "PS1='ready> '; autoload -Uz compinit; compinit -u -D"},
} as const;

describe.each(['bash', 'zsh'] as const)('completion in %s', (shell) => {
  describe.runIf(isInstalled(shell))('at its prompt', () => {
    let world: World;
    let terminal: Terminal;

    beforeAll(async () => {
      world = openWorld();
      world.file('operator-file.yaml', '');
      const script = world.file('completion', completionOf(world, shell));
      const {args, prepare} = SHELLS[shell];
      terminal = onTerminal(world, shell, args);
      terminal.pty.write(
        `${prepare}; aos() { echo "got <$*>"; }; . ${script}; cd ${world.home}; echo set''tled\r`,
      );
      await terminal.until(/settled/);
    });
    afterAll(async () => {
      terminal.pty.kill('SIGKILL');
      await world[Symbol.asyncDispose]();
    });

    it.each(TYPED)('%s', async (typed, got) => {
      const from = terminal.text().length;
      terminal.pty.write(`${typed}\t\r`);
      const [, words] = await terminal.until(/got <([^>]*)>/, from);
      expect(words?.trim()).toBe(got);
    });
  });
});

describe.runIf(isInstalled('fish'))('completion in fish', () => {
  it('gives what was begun', async () => {
    await using world = openWorld();
    world.file('operator-file.yaml', '');
    const script = world.file('completion', completionOf(world, 'fish'));
    for (const [typed, got] of TYPED) {
      const commands = `source ${script}; complete -C '${typed}'`;
      const args = ['--no-config', '-c', commands];
      const found = execFileSync('fish', args, {cwd: world.home, env: world.env, encoding: 'utf8'});
      const words = found.split('\n').map((line) => line.split('\t')[0]);
      expect(words, typed).toContain(got.split(' ').at(-1));
    }
  });
});

function completionOf(world: World, shell: string): string {
  return execFileSync(process.execPath, [AOS, 'completion', shell], {env: world.env, encoding: 'utf8'});
}

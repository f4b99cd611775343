import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect} from 'vitest';
import {EXIT} from '../../src/lib/foundation/errors/table.ts';
import {type Ended, jsonOf, ROOT, type World} from './cli.ts';

type Manifest = {commands: Record<string, {hidden?: boolean; enableJsonFlag: boolean}>};

/** Processes at once. */
const PARALLEL = 3;
/** Goes on until it is told to end, whoever is there: it has a test of its own. */
const SERVES = 'devnet up';
/** Would act on the operator that runs on this machine, of another test or of a person: they get a configuration that is not there. */
const ACT_ON_OPERATOR = ['drain', 'restart', 'stop'];
/** Need no answer, no configuration and nobody else; `config show` shows the defaults then. */
const GOOD = ['config schema', 'config show', 'explain', 'guide', 'keys vrf create', 'schema'];

async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T, index);
  };
  await Promise.all(Array.from({length: PARALLEL}, worker));
  return results;
}

/**
 * Runs every command with nobody there and without an answer, always with `--json`: each ends by itself, in a known way, and
 * none takes a missing answer for a yes.
 * @param isAskedPlain whether the command at this place in the manifest runs without `--json` too; one that has no JSON does
 * @param jsonBy how each runs with `--json`: in a process of its own, or in one that is running already
 */
export async function askEveryCommand(
  world: World,
  {isAskedPlain, jsonBy}: {isAskedPlain: (index: number) => boolean; jsonBy: 'run' | 'ask'},
): Promise<void> {
  const {commands} = jsonOf(readFileSync(path.join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest;
  const ids = Object.keys(commands).map((id) => id.replaceAll(':', ' '));
  expect(ids.length).toBeGreaterThan(20);
  expect(ids).toContain(SERVES);
  // Standard input is /dev/null. Each has a home of its own: what one writes is not there for another.
  const ask = (id: string, json: boolean): Promise<Ended> => {
    const home = path.join(world.home, `${id.replaceAll(' ', '-')}${json ? '-json' : ''}`);
    const args = [...id.split(' '), ...(json ? ['--json'] : [])];
    const file = id.startsWith('keys vrf') ? ['--file', `${home}.key`] : [];
    const config = ACT_ON_OPERATOR.includes(id) ? ['-c', `${home}.yaml`] : [];
    return world[json ? jsonBy : 'run']([...args, ...file, ...config], {env: {AOS_HOME: home}});
  };
  const hasJson = (id: string): boolean => commands[id.replaceAll(' ', ':')]?.enableJsonFlag === true;
  const answers = await inTurns(
    ids.filter((id) => id !== SERVES),
    async (id, index) => ({
      id,
      plain: isAskedPlain(index) || !hasJson(id) ? await ask(id, false) : null,
      json: await ask(id, true),
    }),
  );
  const good: string[] = [];
  for (const {id, plain, json} of answers) {
    for (const {code, stdout, stderr} of plain === null ? [json] : [plain, json]) {
      const about = `${id}\n${stdout}${stderr}`;
      expect(Object.values(EXIT), about).toContain(code);
      expect(code, about).not.toBe(EXIT.bug);
      expect(stdout + stderr, about).not.toContain('\x1b');
    }
    const {code, stdout, stderr} = json;
    if (code === EXIT.ok) good.push(id);
    // Its form was compared with the schema when it ended (test/support/cli.ts).
    if (hasJson(id)) expect(stdout, `${id}\n${stderr}`).toMatch(/^\{/);
    if (plain === null) continue;
    const about = `${id}\n${plain.stdout}${plain.stderr}`;
    expect(plain.code, about).toBe(code);
    const isAnswer = [EXIT.ok, EXIT.negative, EXIT.warnings].some((one) => one === code);
    if (!isAnswer) expect(plain.stderr, about).toMatch(/^ {2}next {3}\S/m);
  }
  expect(good.sort()).toEqual(GOOD);
}

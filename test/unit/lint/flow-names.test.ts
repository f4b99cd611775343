import path from 'node:path';
import {ESLint, Linter} from 'eslint';
import {beforeAll, describe, expect, it} from 'vitest';
import {FLOW_NAMES} from '../../../src/lib/peers/chain/flows/list.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const RULE = 'no-restricted-syntax';

/** The rule as the project's own configuration has it for a file. */
async function ruleOf(file: string): Promise<Linter.RuleEntry> {
  const config = (await new ESLint({cwd: ROOT}).calculateConfigForFile(file)) as Linter.Config;
  return config.rules?.[RULE] ?? 'off';
}
const complaints = (code: string, rule: Linter.RuleEntry): string[] =>
  new Linter().verify(code, [{rules: {[RULE]: rule}}]).map(({message}) => message);

describe('eslint, on a flow’s name', () => {
  let everywhere: Linter.RuleEntry;
  beforeAll(async () => {
    everywhere = await ruleOf('src/lib/features/status/text.ts');
  }, 60_000);

  it.each([
    "if (avs.flow.name === 'NAME') go();",
    "if (avs.flow !== 'NAME') go();",
    "switch (kind) { case 'NAME': go(); }",
    "const words = {'NAME': 1};",
    "const list = ['NAME'];",
    'go(`NAME`);',
  ])('refuses %s for every flow', (code) => {
    for (const name of FLOW_NAMES)
      expect(complaints(code.replace('NAME', name), everywhere), name).toContain(
        'Use a member of the flow: only peers/chain/flows asks which one it is.',
      );
  });

  it.each([
    'switch (avs.flow) { default: go(); }',
    'switch (flow.name) { default: go(); }',
    'go(WORDS[avs.flow]);',
    'go(WORDS[avs.flow.name]);',
    "if (avs.flow.startsWith('ecdsa')) go();",
    'if (SETS.includes(flow)) go();',
    'if (/sets/.test(flow.name)) go();',
    'if (SETS.has(avs.flow)) go();',
    'if (avs.flow === FLOWS[0]) go();',
    "import {bls} from '../../peers/chain/flows/bls.ts';",
  ])('refuses %s', (code) => {
    expect(complaints(code, everywhere)).toHaveLength(1);
  });

  it.each([
    'flowNamed(avs.flow).words.group.one;',
    'if (avs.flow === null || flags.flow === undefined) go();',
    'const flow = createWorkFlow(); flow.run();',
    'path.join(folder, `bls${suffix}.json`);',
  ])('lets %s be', (code) => {
    expect(complaints(code, everywhere)).toEqual([]);
  });

  it('lets the flows themselves be, and the table of the devnet', async () => {
    for (const file of ['src/lib/peers/chain/flows/ecdsa.ts', 'src/devnet/chain/contract-sets.ts'])
      expect(complaints("const name = 'ecdsa-b2';", await ruleOf(file)), file).toEqual([]);
  });
});

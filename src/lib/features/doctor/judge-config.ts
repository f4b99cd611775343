import {run, say} from '../../foundation/next-step/next-step.ts';
import type {ConfigWarning} from '../../config/config.ts';
import {problemLine, type ConfigProblem} from '../../config/problems.ts';
import type {AosError} from '../../foundation/errors/error.ts';
import {CODES} from '../../foundation/errors/table.ts';
import {count} from '../../foundation/text/words.ts';
import {blocked, fail, ok, warn, type Finding} from './check.ts';
import type {CheckId} from './registry.ts';

/** What was read of a configuration. */
export type ConfigFacts = {
  /** As it is shown, and where it was named; null: there is none. */
  file: {path: string; from: string} | null;
  /** A key of the configuration is set by a variable. */
  hasVariables: boolean;
  error: AosError | null;
  /** Why its keys are refused. */
  publicKey: AosError | null;
  problems: readonly ConfigProblem[];
  warnings: readonly ConfigWarning[];
};

const SHOWN = 5;
const PUBLISHED = 'PUBLISHED_ADDRESS';
/** Those that are about where a secret is. */
const SECRET_CODES: ReadonlySet<string> = new Set(['INLINE_VRF_KEY', 'FILE_READABLE']);

export function judgeConfig(facts: ConfigFacts): Readonly<Partial<Record<CheckId, Finding>>> {
  return {
    'config.file': judgeFile(facts),
    'config.secrets': judgeSecrets(facts),
    'config.valid': judgeValid(facts),
    'config.unused': judgeUnused(facts),
  };
}

function judgeFile({file, error, problems, hasVariables}: ConfigFacts): Finding {
  if (error !== null && error.code !== 'RAW_PRIVATE_KEY')
    return fail(`${error.message} (${error.code})`, error.next);
  if (file !== null) return ok(`${file.path} (${FROM[file.from] ?? file.from})`);
  if (problems.length === 0) return ok('no file; all values come from variables');
  if (hasVariables) return ok('no file; some values come from variables');
  return fail('there is no configuration yet', run('init', [], 'Name yours with -c FILE, or make one'));
}

const FROM: Readonly<Record<string, string>> = {
  flag: 'from -c',
  env: 'from AOS_CONFIG',
  cwd: 'from this directory',
  home: 'from the home directory',
  system: 'from the system',
};

function judgeSecrets({error, warnings}: ConfigFacts): Finding {
  if (error?.code === 'RAW_PRIVATE_KEY')
    return fail(error.message.split('\n')[0] ?? 'a private key stands in the file', error.next);
  const found = warnings.filter(({code}) => SECRET_CODES.has(code));
  if (found.length === 0) return ok('no private keys in the file');
  return warn(
    messages(found),
    say('Put the seed into a file of mode 0600 and name it in node.vrf_key_file.'),
  );
}

function judgeValid({error, publicKey, problems, warnings}: ConfigFacts): Finding {
  if (error !== null) return blocked('config.file', 'it could not be read');
  if (publicKey !== null) return fail(publicKey.message, publicKey.next);
  const published = warnings.find(({code}) => code === PUBLISHED);
  if (published !== undefined) return warn(published.message, CODES[PUBLISHED].next);
  if (problems.length === 0) return ok('nothing is missing or wrong');
  const lines = problems.slice(0, SHOWN).map(problemLine);
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more`] : [];
  return fail(
    `${count(problems.length, 'problem')}: ${[...lines, ...more].join('; ')}`,
    run('doctor', ['--only', 'config'], 'Correct the lines named above, then'),
  );
}

function judgeUnused({warnings}: ConfigFacts): Finding {
  const found = warnings.filter(({code}) => !SECRET_CODES.has(code) && !TOLD_ELSEWHERE.has(code));
  if (found.length === 0) return ok('every key has an effect');
  return warn(messages(found), say('Correct or remove what is named above.'));
}

/** By the checks of the workers, and by `config.valid`. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set([
  PUBLISHED,
  'KIND_UNSUPPORTED',
  'KNOWN_GOOD_MISSING',
  'CALLBACK_UNREACHABLE',
]);

function messages(warnings: readonly ConfigWarning[]): string {
  const shown = warnings.slice(0, SHOWN).map(({message}) => message);
  return [...shown, ...(warnings.length > SHOWN ? [`and ${warnings.length - SHOWN} more`] : [])].join('; ');
}

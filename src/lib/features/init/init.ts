import type {AskDeps} from './ask.ts';
import {dropDraft} from './draft.ts';
import {keepDraft, offerDraft} from './offer-draft.ts';
import {QUESTIONS} from './questions.ts';
import {hasAlerts} from './questions-alerts.ts';
import {dirname, resolve} from 'node:path';
import {namedConfig, readConfigFile} from '../../config/file.ts';
import {aosDirs} from '../../config/paths.ts';
import type {Env} from '../../config/user-path.ts';
import {networkPreset} from '../../config/networks.ts';
import {FIELDS} from '../../config/schema.ts';
import {readTree} from '../../config/tree.ts';
import {parseYaml} from '../../config/yaml.ts';
import {chooseDevnet} from '../../config/running-devnets.ts';
import {refusePublicAddress} from '../../protocol/known-keys/known-keys.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {configEntries} from './config-entries.ts';
import type {Entry} from './config-text.ts';
import {nodeIdOf} from './fields.ts';
import {checkFlags, complete} from './headless.ts';
import {NO_FACTS, type Answers, type Facts} from './question.ts';
import {nextSteps, type InitReport} from './report.ts';
import {reviewLines} from './review.ts';
import {answer, found, questionOf, reviewAgain, settle, startWizard, type Wizard} from './wizard.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {typedPath} from '../../foundation/system/typed-path.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {createProbe, type Probe} from './checks.ts';
import {readOperatorFile} from './from-file.ts';
import {isUrlOfSetup} from './web3signer-files.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {whyUnwritable, writableConfig, type FilePlace} from './files.ts';
import {filesToMake, refuseTaken, writeAll, type Written} from './write.ts';
import {type NextStep, run, say} from '../../foundation/next-step/next-step.ts';

export type InitOptions = {
  /** `-c`. */
  config: string | undefined;
  /** `--from`: an operator.yaml of the EigenLayer command line. */
  from: string | undefined;
  /** Values of the answer flags. */
  given: Readonly<Record<string, string | undefined>>;
  /** Values of the flags about the signer, and what is wrong with them. */
  signer: {entries: readonly Entry[]; wrong: readonly string[]};
  yes: boolean;
  force: boolean;
  withSigner: boolean;
  /** A person can be asked. */
  mayAsk: boolean;
  /** The style of the questions. */
  style: {color: boolean; ascii: boolean};
  /** Null: check only where a person is asked. */
  probe: boolean | null;
  env: Env;
  cwd: string;
  version: string;
  note: (line: string) => void;
  signal: AbortSignal;
};

/**
 * Makes a configuration: asks for what the flags leave open, or takes the presets.
 * @throws AosError USAGE naming all that is missing or wrong | CONFIG_* | KEY_WRITE_FAILED | INTERRUPTED
 */
export async function initNode(options: InitOptions): Promise<InitReport> {
  const {env, cwd, signal, note} = options;
  const named = namedConfig({flag: options.config, env, cwd})?.path;
  const place: FilePlace = {file: writableConfig(resolve(cwd, named ?? 'config.yaml')), env, cwd};
  const asks = options.mayAsk && !options.yes;
  const taken = options.from === undefined ? null : readOperatorFile(options.from, options.given, options);
  for (const {path, became, note: why} of taken?.keys ?? [])
    if (path === 'private_key_store_path' && became === 'left out') note(`! ${path}: ${safeText(why)}`);
  const given = {...options.given, ...taken?.given};
  const keystore = taken?.keystore ?? null;
  const from = taken === null ? null : {file: taken.file, keys: taken.keys};
  const isDevnetMeant = asks || given['network'] === 'devnet';
  const facts: Facts = {
    ...NO_FACTS,
    devnet: isDevnetMeant ? devnetValues(env, cwd) : null,
    // A keystore without a signer that has it needs one.
    withSigner: options.withSigner || keystore !== null,
    keystore,
    more: [
      ...(taken?.entries ?? []).filter(({path}) => !options.signer.entries.some((own) => own.path === path)),
      ...options.signer.entries,
    ],
  };
  const flags = checkFlags(given, facts);
  const wrong = [...flags.wrong, ...options.signer.wrong];
  if (wrong.length > 0) throw usage(wrong.join('\n'), run('init', ['--help']));
  if (facts.withSigner) refuseRemoteSigner(flags.answers['signer-url']);

  if (!options.force) refuseTaken(place.file, facts);
  const why = whyUnwritable(dirname(place.file));
  if (why !== null) throw new AosError('CONFIG_WRITE_FAILED', `${place.file} cannot be written: ${why}`);

  const probe = (options.probe ?? options.mayAsk) ? createProbe(place) : null;
  if (!asks) {
    const wizard = await fillUp(flags.answers, facts, {probe, signal, yes: options.yes, note});
    return {...(await finish(wizard, place, options, {asks, named})), from};
  }
  const maySetUp = options.force || !isTaken(place.file, keystore);
  const draft = await offerDraft(place.file, facts, options);
  const isOwn = maySetUp && draft?.withSigner === true && flags.answers['signer-url'] === undefined;
  const withSigner = facts.withSigner || isOwn;
  let wizard = startWizard({...facts, withSigner}, flags.answers, draft?.answers);
  const left = (at: Wizard, error: unknown): unknown => keepDraft(at, error, place.file);
  for (;;) {
    wizard = await interview(wizard, place, {probe, signal, draw: options.style, maySetUp, left});
    try {
      return {...(await finish(wizard, place, options, {asks, named})), from};
    } catch (error) {
      if (isAosError(error, 'INTERRUPTED', 'USAGE')) throw left(wizard, error);
      if (!isAosError(error, 'CONFIG_WRITE_FAILED', 'KEY_WRITE_FAILED', 'KEY_PUBLIC')) throw error;
      // A full disk, a directory that takes nothing, an address of a document: the answers are not to be lost.
      note(`! ${error.message}`);
      wizard = reviewAgain(wizard);
    }
  }
}

/** Whether a file of a Web3Signer is in the way. */
function isTaken(file: string, keystore: Facts['keystore']): boolean {
  try {
    refuseTaken(file, {withSigner: true, keystore});
    return false;
  } catch (error) {
    if (!isAosError(error, 'CONFIG_EXISTS')) throw error;
    return true;
  }
}

async function interview(start: Wizard, place: FilePlace, deps: Omit<AskDeps, 'review'>): Promise<Wizard> {
  // Prompts and spinner are loaded for a person only.
  const {askAll} = await import('./ask.ts');
  const today = isoTime(systemTime.now()).slice(0, 10);
  const review = (wizard: Wizard, width: number): readonly string[] =>
    reviewLines(
      {
        file: place.file,
        entries: configEntries(wizard, wizard.findings, today),
        findings: wizard.findings,
        making: filesToMake(wizard, place),
      },
      width,
    );
  return askAll(start, {...deps, review});
}

/** Without a person: presets, and where asked for a check of each answer, whose problems are noted. */
async function fillUp(
  given: Answers,
  facts: Facts,
  {
    probe,
    signal,
    yes,
    note,
  }: {probe: Probe | null; signal: AbortSignal; yes: boolean; note: (line: string) => void},
): Promise<Wizard> {
  const {answers, missing} = complete(given, facts);
  if (missing.length > 0 || !yes) {
    const add = [...missing, ...(yes ? [] : ['--yes (takes the presets for the rest)'])];
    throw usage(
      `there is no one to ask, and these flags are missing: ${add.join(', ')}`,
      run('init', ['--help']),
    );
  }
  let wizard = startWizard(facts, answers);
  for (;;) {
    if (wizard.phase === 'check') {
      const check = questionOf(wizard)?.check ?? null;
      const finding = probe === null || check === null ? null : await probe(check, wizard, signal);
      if (finding !== null) note(`${finding.state === 'fail' ? '! ' : ''}${finding.found}`);
      wizard = found(wizard, finding);
    } else if (wizard.phase === 'problem') wizard = settle(wizard, 'use');
    else if (wizard.phase === 'ask') wizard = answer(wizard, questionOf(wizard)?.preset(wizard) ?? '');
    else return wizard;
  }
}

/** @throws AosError KEY_PUBLIC for an operator whose key documents publish, unless the network is a devnet */
function refusePublic({answers}: Wizard): void {
  const chainId = networkPreset(answers.network ?? '')?.values[FIELDS.chainId.path];
  refusePublicAddress('node.node_id', nodeIdOf(answers), chainId === undefined ? null : Number(chainId));
}

async function finish(
  wizard: Wizard,
  place: FilePlace,
  options: InitOptions,
  {asks, named}: {asks: boolean; named: string | undefined},
): Promise<Omit<InitReport, 'from'>> {
  refusePublic(wizard);
  const how = {today: isoTime(systemTime.now()).slice(0, 10), version: options.version};
  const write = (force: boolean): Written => writeAll(wizard, wizard.findings, place, {...how, force});
  let written;
  try {
    written = write(options.force);
  } catch (error) {
    // Made by someone else while the questions were asked: the answers are not to be lost.
    if (!asks || !isAosError(error, 'CONFIG_EXISTS')) throw error;
    const {askConfirm} = await import('../../cli/prompt.ts');
    options.note(`${error.message}: it was made meanwhile.`);
    if (!(await askConfirm('Replace it? (the other one is kept as .bak)'))) throw error;
    written = write(true);
  }
  dropDraft(place.file);
  const network = wizard.answers.network ?? 'custom';
  const typed = (path: string): string =>
    shellWord(typedPath(path, {cwd: options.cwd, named: named ?? 'config.yaml'}));
  return {
    ...written,
    network,
    nodeId: nodeIdOf(wizard.answers),
    problems: QUESTIONS.flatMap(({key: id}) => {
      const finding = wizard.findings[id];
      return finding?.state === 'fail'
        ? [{id, state: finding.state, found: finding.found, next: finding.next}]
        : [];
    }),
    next: nextSteps(
      named === undefined ? '' : ` -c ${typed(written.file)}`,
      written.web3signer === null
        ? null
        : {
            compose: typed(written.web3signer.compose),
            keysDir: typed(written.web3signer.keysDir),
            hasKeystore: written.web3signer.keystore !== null,
          },
      {alerts: hasAlerts(wizard.answers)},
    ),
  };
}

/** What the configuration of the devnet of this machine says, by path; null when none runs, or several. */
function devnetValues(env: Env, cwd: string): Facts['devnet'] {
  try {
    const {config} = chooseDevnet(aosDirs(env), null);
    const {values} = readTree(parseYaml(readConfigFile(config, cwd).text).root, config);
    return Object.fromEntries([...values].map(([path, texts]) => [path, texts.map(({text}) => text)]));
  } catch (error) {
    if (isAosError(error)) return null; // none runs, it is just ending, or there are several
    throw error;
  }
}

function refuseRemoteSigner(url: string | undefined): void {
  if (url === undefined || isUrlOfSetup(url)) return;
  throw usage(
    '--with-web3signer makes a signer at http://127.0.0.1, but --signer-url names another one',
    say('Leave --signer-url out, or give one such as http://127.0.0.1:9000'),
  );
}

function usage(message: string, next: NextStep): AosError {
  return new AosError('USAGE', message, {next});
}

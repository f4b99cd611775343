import type {Parsed} from '../../config/value-type.ts';
import type {Answers, Facts, Finding, Known, Question, QuestionKey} from './question.ts';
import {networkValue} from './fields.ts';
import {isNoneOfThem, QUESTIONS} from './questions.ts';
import {isUrlOfSetup} from './web3signer-files.ts';

export type Findings = Readonly<Partial<Record<QuestionKey, Finding>>>;

/** Where the wizard is. Answers are kept whichever way it goes. */
export type Wizard = Known & {
  /** `ask` a question, `check` its answer outside, decide on a `problem`, `review` all; then `write` or `quit`. */
  phase: 'ask' | 'check' | 'problem' | 'review' | 'write' | 'quit';
  /** Index in QUESTIONS; its length during review. */
  at: number;
  /** Answered by flags: these are not asked. */
  fixed: ReadonlySet<QuestionKey>;
  findings: Findings;
  /** Back was pressed where nothing is before. */
  atStart: boolean;
  /** Their answers stay without being asked again, as those of a draft do; what no check has seen is checked. */
  kept: ReadonlySet<QuestionKey>;
  /** One answer is changed from the review: back leads there. */
  isChange: boolean;
};

const NONE: ReadonlySet<QuestionKey> = new Set();
/** Answers that belong to one network: for another one they are asked for again. */
const OF_NETWORK: ReadonlySet<QuestionKey> = new Set([
  'dispatcher-url',
  'dispatcher-address',
  'rpc-url',
  'range-contract',
  'registry',
]);
/** Where the Web3Signer answers that is set up with the file. */
const OWN_SIGNER = 'http://127.0.0.1:9000';

/** What a person can do about a problem. */
export type ProblemChoice = 'use' | 'edit' | 'again' | 'setup' | 'back';

/**
 * The wizard before its first question.
 * @param fixed checked answers from the command line
 * @param draft checked answers of an earlier run
 */
export function startWizard(facts: Facts, fixed: Answers, draft: Answers = {}): Wizard {
  const start: Wizard = {
    phase: 'ask',
    at: -1,
    answers: {...draft, ...fixed},
    facts,
    fixed: keysOf(fixed),
    findings: {},
    atStart: false,
    kept: keptFor(fixed.network, draft.network, keysOf(draft)),
    isChange: false,
  };
  return forward(start);
}

function keptFor(
  network: string | undefined,
  former: string | undefined,
  keys: ReadonlySet<QuestionKey>,
): ReadonlySet<QuestionKey> {
  const isSame = network === undefined || network === former;
  return isSame ? keys : new Set([...keys].filter((key) => !OF_NETWORK.has(key)));
}

function keysOf(answers: Answers): ReadonlySet<QuestionKey> {
  return new Set(QUESTIONS.map(({key}) => key).filter((key) => answers[key] !== undefined));
}

/** The question the wizard is at; undefined during review and after. */
export function questionOf({at}: Pick<Wizard, 'at'>): Question | undefined {
  return QUESTIONS[at];
}

/** What Enter would give now: the answer from before, else the suggestion. */
export function suggestionOf(wizard: Wizard, question: Question): string {
  return wizard.answers[question.key] ?? question.form(wizard).suggestion;
}

/** What is wrong with an answer to the present question, or its checked text. */
export function judge(wizard: Wizard, text: string): Parsed<string> {
  const question = questionOf(wizard);
  if (question === undefined) return {wrong: 'answers no question'};
  return isNoneOfThem(question.key, text) ? {value: text} : question.parse(text, wizard);
}

/** Takes an answer; one that is wrong changes nothing. */
export function answer(wizard: Wizard, text: string): Wizard {
  const question = questionOf(wizard);
  const parsed = judge(wizard, text);
  if (wizard.phase !== 'ask' || question === undefined || 'wrong' in parsed) return wizard;
  if (isNoneOfThem(question.key, text)) return back(wizard);
  const kept = question.key === 'network' ? withoutFormer(wizard, parsed.value) : wizard.answers;
  const answers = {...kept, [question.key]: parsed.value};
  const next: Wizard = {
    ...wizard,
    answers: question.key === 'node-id' ? withoutKey(answers, 'account') : answers,
    findings: findingsBefore(wizard, wizard.answers[question.key] === parsed.value),
    atStart: false,
    kept:
      question.key === 'network' ? keptFor(parsed.value, wizard.answers.network, wizard.kept) : wizard.kept,
    isChange: false,
  };
  return isChecked(question, parsed.value) ? {...next, phase: 'check'} : forward(next);
}

/** Without the finding of the present question; what comes after another answer is checked again. */
function findingsBefore({at, findings}: Wizard, isSame: boolean): Findings {
  const gone = QUESTIONS.filter((_, index) => (isSame ? index === at : index >= at));
  return gone.reduce((left: Findings, {key}) => withoutKey(left, key), findings);
}

/** Whether an answer is checked outside: a question that was passed over has nothing to be checked but its default. */
function isChecked({check, key}: Question, value: string): boolean {
  return check !== null && (value !== '' || key === 'store-dir');
}

/** Takes what the check found. */
export function found(wizard: Wizard, finding: Finding | null): Wizard {
  const question = questionOf(wizard);
  if (wizard.phase !== 'check' || question === undefined) return wizard;
  if (finding === null) return forward(wizard);
  const next: Wizard = {
    ...wizard,
    facts: {...wizard.facts, ...finding.facts},
    findings: {...wizard.findings, [question.key]: finding},
  };
  return finding.state === 'fail' ? {...next, phase: 'problem'} : forward(next);
}

/** Takes the decision about a problem. */
export function settle(wizard: Wizard, choice: ProblemChoice): Wizard {
  if (wizard.phase !== 'problem') return wizard;
  switch (choice) {
    case 'use':
      return forward(wizard);
    case 'edit':
      return {...wizard, phase: 'ask'};
    case 'again':
      return {...wizard, phase: 'check'};
    case 'setup':
      return canSetUp(wizard) ? {...withOwnSigner(wizard), phase: 'check'} : wizard;
    case 'back':
      return back(wizard);
  }
}

/** Whether a Web3Signer can be set up with the file in place of the one that does not answer. */
export function canSetUp(wizard: Wizard): boolean {
  const key = questionOf(wizard)?.key;
  return key === 'signer-url' && !wizard.fixed.has(key) && !wizard.facts.withSigner;
}

function withOwnSigner(wizard: Wizard): Wizard {
  const url = wizard.answers['signer-url'] ?? '';
  const own = URL.canParse(url) && isUrlOfSetup(url) ? url : OWN_SIGNER;
  return {
    ...wizard,
    facts: {...wizard.facts, withSigner: true},
    answers: {...wizard.answers, 'signer-url': own},
  };
}

/** One question back; its answer is kept as the suggestion. */
export function back(wizard: Wizard): Wizard {
  const plain = {...wizard, kept: NONE, isChange: false};
  // Nothing was changed yet.
  if (wizard.isChange && wizard.phase === 'ask')
    return {...plain, phase: 'review', at: QUESTIONS.length, atStart: false};
  for (let at = wizard.at - 1; at >= 0; at -= 1) {
    const question = QUESTIONS[at];
    if (question === undefined || wizard.fixed.has(question.key) || !question.applies(wizard)) continue;
    return {...plain, phase: 'ask', at, atStart: false};
  }
  // Nothing before: the question is put again.
  return {...plain, phase: wizard.phase === 'review' ? 'review' : 'ask', atStart: true};
}

/** The questions whose answers can be changed from the review. */
export function changeable(wizard: Wizard): Question[] {
  return QUESTIONS.filter(
    (question) =>
      !wizard.fixed.has(question.key) &&
      wizard.answers[question.key] !== undefined &&
      question.applies(wizard),
  );
}

/** Asks one question of the review again; the other answers stay, as far as they still apply. */
export function change(wizard: Wizard, key: QuestionKey): Wizard {
  if (wizard.phase !== 'review' || changeable(wizard).every((question) => question.key !== key))
    return wizard;
  const at = QUESTIONS.findIndex((question) => question.key === key);
  return {...wizard, phase: 'ask', at, atStart: false, kept: keysOf(wizard.answers), isChange: true};
}

/** The end of the review. */
export function decide(wizard: Wizard, choice: 'write' | 'quit'): Wizard {
  return wizard.phase === 'review' ? {...wizard, phase: choice} : wizard;
}

/** What could not be written is reviewed again. */
export function reviewAgain(wizard: Wizard): Wizard {
  return wizard.phase === 'write' ? {...wizard, phase: 'review'} : wizard;
}

/** The next question that applies; one answered by a flag is only checked. */
function forward(wizard: Wizard): Wizard {
  for (let at = wizard.at + 1; at < QUESTIONS.length; at += 1) {
    const question = QUESTIONS[at];
    if (question === undefined) break;
    if (!question.applies(wizard)) {
      wizard = {
        ...wizard,
        answers: withoutKey(wizard.answers, question.key),
        findings: withoutKey(wizard.findings, question.key),
      };
      continue;
    }
    const isFixed = wizard.fixed.has(question.key);
    const isKept = wizard.kept.has(question.key) && wizard.answers[question.key] !== undefined;
    if (!isFixed && !isKept) return {...wizard, phase: 'ask', at, atStart: false};
    if (!isFixed && wizard.findings[question.key] !== undefined) continue;
    if (isChecked(question, wizard.answers[question.key] ?? ''))
      return {...wizard, phase: 'check', at, atStart: false};
  }
  return {...wizard, phase: 'review', at: QUESTIONS.length, atStart: false};
}

type ByQuestion<V> = Readonly<Partial<Record<QuestionKey, V>>>;

function withoutKey<V>(record: ByQuestion<V>, key: QuestionKey): ByQuestion<V> {
  const {[key]: _gone, ...rest} = record;
  return rest;
}

/** Answers that only repeated what the former network brought go with it. */
function withoutFormer(wizard: Wizard, network: string): Answers {
  const former = wizard.answers.network;
  if (former === undefined || former === network) return wizard.answers;
  return QUESTIONS.reduce((answers: Answers, {key, path, pathFor}) => {
    if (key === 'network' || wizard.fixed.has(key)) return answers;
    const brought = networkValue(wizard, pathFor?.(wizard) ?? path);
    return brought !== null && answers[key] === brought ? withoutKey(answers, key) : answers;
  }, wizard.answers);
}

import type {Parsed} from '../../config/value-type.ts';
import type {Answers, Facts, Finding, Known, Question, QuestionKey} from './question.ts';
import {networkValue} from './fields.ts';
import {isNoneOfThem, QUESTIONS} from './questions.ts';

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
};

/** What a person can do about a problem. */
export type ProblemChoice = 'use' | 'edit' | 'again' | 'back';

/**
 * The wizard before its first question.
 * @param fixed checked answers from the command line
 */
export function startWizard(facts: Facts, fixed: Answers): Wizard {
  const keys = new Set(QUESTIONS.map(({key}) => key).filter((key) => fixed[key] !== undefined));
  const start: Wizard = {
    phase: 'ask',
    at: -1,
    answers: fixed,
    facts,
    fixed: keys,
    findings: {},
    atStart: false,
  };
  return forward(start);
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
    findings: withoutKey(wizard.findings, question.key),
    atStart: false,
  };
  return isChecked(question, parsed.value) ? {...next, phase: 'check'} : forward(next);
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
    case 'back':
      return back(wizard);
  }
}

/** One question back; its answer is kept as the suggestion. */
export function back(wizard: Wizard): Wizard {
  for (let at = wizard.at - 1; at >= 0; at -= 1) {
    const question = QUESTIONS[at];
    if (question === undefined || wizard.fixed.has(question.key) || !question.applies(wizard)) continue;
    return {...wizard, phase: 'ask', at, atStart: false};
  }
  // Nothing before: the question is put again.
  return {...wizard, phase: wizard.phase === 'review' ? 'review' : 'ask', atStart: true};
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
    if (!wizard.fixed.has(question.key)) return {...wizard, phase: 'ask', at, atStart: false};
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

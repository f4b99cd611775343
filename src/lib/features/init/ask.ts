import {markOf} from '../../cli/check-list.ts';
import {renderNext} from '../../cli/next-step.ts';
import {palette, type Tone} from '../../cli/palette.ts';
import {wrap} from '../../foundation/text/cells.ts';
import {startSpinner} from '../../cli/spinner.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {Finding, Question, QuestionKey} from './question.ts';
import {QUESTIONS} from './questions.ts';
import {isSecret, shownValue} from './review.ts';
import {
  answer,
  back,
  canSetUp,
  change,
  changeable,
  decide,
  found,
  judge,
  questionOf,
  settle,
  suggestionOf,
  type ProblemChoice,
  type Wizard,
} from './wizard.ts';
import {askChoice, askLine, type Reply} from '../../cli/prompt.ts';
import {asciiText} from '../../foundation/text/ascii.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Probe} from './checks.ts';

const KEYS =
  'Press Enter to accept the value in brackets, Tab to edit it. Ctrl-B: one question back (in a list Esc or <, too). Ctrl-C: quit; the answers are kept for the next aos init.';
/** Narrower terminals wrap by themselves. */
const LEAST_WIDTH = 20;

export type AskDeps = {
  /** Null: nothing is checked. */
  probe: Probe | null;
  /** Lines of the review page. */
  review: (wizard: Wizard, width: number) => readonly string[];
  /** Whether the files of a Web3Signer may be made. */
  maySetUp: boolean;
  /** Gets the wizard as it was when a person or a signal ended it; what it returns is thrown. */
  left: (wizard: Wizard, error: unknown) => unknown;
  signal: AbortSignal;
  draw: {color: boolean; ascii: boolean};
};

/**
 * Leads a person through the questions, on stderr.
 * @returns the wizard at its end, to be written
 * @throws AosError INTERRUPTED (Ctrl-C, or quit at the review) | USAGE (the terminal was closed)
 */
export async function askAll(start: Wizard, deps: AskDeps): Promise<Wizard> {
  const now = {wizard: start};
  try {
    return await askFrom(now, deps);
  } catch (error) {
    throw deps.left(now.wizard, error);
  }
}

/** @param now always has the newest state, also when this throws */
async function askFrom(
  now: {wizard: Wizard},
  {probe, review, maySetUp, signal, draw}: AskDeps,
): Promise<Wizard> {
  const paint = palette(draw.color);
  const put = (line: string): void => void process.stderr.write(`${draw.ascii ? asciiText(line) : line}\n`);
  const width = (): number => Math.max(LEAST_WIDTH, Math.min(process.stderr.columns || 80, 100) - 1);
  const say = (text: string, tone?: Tone): void => {
    for (const line of wrap(text, width())) put(tone === undefined ? line : paint(tone, line));
  };
  const show = ({state, found, next}: Finding): void => {
    const texts = [found, ...(next === null ? [] : [`→ ${renderNext(next)}`])];
    const lines = texts.flatMap((text) => wrap(safeText(text), width() - 4, 'keep'));
    const sign = markOf(state, {paint, ascii: draw.ascii});
    lines.forEach((line, index) => put(`  ${index === 0 ? sign : ' '} ${line}`));
  };

  say(KEYS, 'dim');
  /** The question that is on the screen. */
  let asked: QuestionKey | null = null;
  for (;;) {
    signal.throwIfAborted();
    const {wizard} = now;
    const question = questionOf(wizard);
    switch (wizard.phase) {
      case 'ask': {
        if (question === undefined) throw new AosError('BUG', 'the wizard is at no question');
        put('');
        asked = question.key;
        say(`${heading(wizard, question)}  ${question.form(wizard).about}`, 'dim');
        const reply = await ask(wizard, question, {width: width(), signal});
        now.wizard = reply.kind === 'back' ? back(wizard) : answer(wizard, reply.value);
        if (now.wizard.atStart) say('This is the first question; Ctrl-C quits.', 'dim');
        break;
      }
      case 'check': {
        if (question === undefined) throw new AosError('BUG', 'the wizard checks nothing');
        // A finding about an answer of a flag or of a draft says nothing without it.
        if (question.key !== asked)
          say(`${question.form(wizard).message}: ${givenAs(wizard, question)}`, 'dim');
        const finding = await checkAnswer(probe, question, wizard, signal);
        if (finding !== null) show(finding);
        now.wizard = found(wizard, finding);
        break;
      }
      case 'problem':
        now.wizard = settle(wizard, await askProblem(maySetUp && canSetUp(wizard), signal));
        break;
      case 'review': {
        put(`\n${review(wizard, width()).join('\n')}\n`);
        now.wizard = await askReview(wizard, width(), signal);
        break;
      }
      case 'write':
        return wizard;
      case 'quit':
        throw new AosError('INTERRUPTED', 'ended at the review');
    }
  }
}

/** An answer as it may be seen, also over a shoulder. */
function givenAs({answers}: Wizard, {key, path}: Pick<Question, 'key' | 'path'>): string {
  const value = shownValue(path, answers[key] ?? '');
  return value === '' ? 'not set' : value;
}

const REVIEW = [
  {value: 'write', name: 'write it'},
  {value: 'change', name: 'change an answer'},
  {value: 'quit', name: 'quit, and keep the answers for the next aos init'},
] as const;

const PROBLEM = [
  {value: 'edit', name: 'change', description: 'ask again'},
  {value: 'use', name: 'use anyway', description: 'a comment in the file will say so'},
  {
    value: 'again',
    name: 'try again',
    description: 'it was started meanwhile: check the same answer once more',
  },
  {value: 'back', name: 'back', description: 'to the question before'},
] as const;

const SETUP = {
  value: 'setup',
  name: 'set up a Web3Signer here',
  description: 'writes a compose file and a key configuration too, as --with-web3signer does',
} as const;

async function askReview(wizard: Wizard, width: number, signal: AbortSignal): Promise<Wizard> {
  const reply = await askChoice({message: 'Write it?', choices: REVIEW, suggestion: 'write', signal});
  if (reply.kind === 'back') return back(wizard);
  if (reply.value !== 'change') return decide(wizard, reply.value);
  const choices = changeable(wizard).map(({key, path, form}) => {
    const name = `${form(wizard).message}: ${givenAs(wizard, {key, path})}`;
    // A longer line is drawn wrongly when the list moves.
    return {value: key, name: safeText(name, Math.max(1, width - 4))};
  });
  const [first] = choices;
  if (first === undefined) return wizard;
  const which = await askChoice({message: 'Which answer?', choices, suggestion: first.value, signal});
  return which.kind === 'back' ? wizard : change(wizard, which.value);
}

async function askProblem(maySetUp: boolean, signal: AbortSignal): Promise<ProblemChoice> {
  const choices = maySetUp ? [...PROBLEM, SETUP] : PROBLEM;
  const reply = await askChoice({message: 'What now?', choices, suggestion: 'edit', signal});
  return reply.kind === 'back' ? 'back' : reply.value;
}

function ask(
  wizard: Wizard,
  question: Question,
  {width, signal}: {width: number; signal: AbortSignal},
): Promise<Reply<string>> {
  const form = question.form(wizard);
  const suggestion = suggestionOf(wizard, question);
  if (form.kind === 'list') {
    const choices = form.choices.map(({value, name, about}) => ({
      value,
      name: safeText(name),
      ...(about === undefined ? {} : {description: about}),
    }));
    return askChoice({message: form.message, choices, suggestion, signal});
  }
  return askLine({
    message: form.message,
    suggestion,
    ...(isSecret(question.path) ? {shown: (text) => shownValue(question.path, text)} : {}),
    validate: (text) => {
      const parsed = judge(wizard, text);
      if (!('wrong' in parsed)) return true;
      const summary = `It ${parsed.wrong}${parsed.expected === undefined ? '' : `; expected ${parsed.expected}`}`;
      // The text follows a mark of two cells.
      return wrap(summary, width - 2).join('\n  ');
    },
    signal,
  });
}

/** Which question of how many; those that flags answered do not count. */
function heading(wizard: Wizard, present: Question): string {
  const {key} = present;
  // Before the network is answered the suggested one counts: most that follows depends on it.
  const known =
    key === 'network'
      ? {...wizard, answers: {...wizard.answers, network: suggestionOf(wizard, present)}}
      : wizard;
  // The account is asked for as part of the signer.
  const asked = QUESTIONS.filter(
    (question) => question.key !== 'account' && !wizard.fixed.has(question.key) && question.applies(known),
  );
  const at = asked.findIndex((question) => question.key === (key === 'account' ? 'signer-url' : key));
  if (at === -1) return `${asked.length}/${asked.length}`;
  return `${at + 1}/${asked.length}`;
}

async function checkAnswer(
  probe: Probe | null,
  {check, form}: Question,
  wizard: Wizard,
  signal: AbortSignal,
): Promise<Finding | null> {
  if (probe === null || check === null) return null;
  const spinner = startSpinner(`checking: ${form(wizard).message.toLowerCase()}`);
  try {
    return await probe(check, wizard, signal);
  } finally {
    spinner.stop();
  }
}

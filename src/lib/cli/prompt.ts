import {PassThrough} from 'node:stream';
import {styleText} from 'node:util';
import {input, password, select} from '@inquirer/prompts';
import {onAbort} from '../foundation/async/abort.ts';
import {AosError, errorText} from '../foundation/errors/error.ts';
import {createTypedFilter, PASTE_OFF, PASTE_ON} from './pasted-command.ts';
import {say} from '../foundation/next-step/next-step.ts';

type Input = NodeJS.ReadableStream & {isTTY?: boolean; setRawMode?: (raw: boolean) => unknown};

/** The terminal of the user: keys from the input, questions to the output. */
export type PromptIo = {
  readonly input: Input;
  /** Never stdout, which contains only results. */
  readonly output: NodeJS.WritableStream;
};

/** An answer, or a request for the previous question. */
export type Reply<T> = {kind: 'answer'; value: T} | {kind: 'back'};

export type PromptChoice<T> = {value: T; name: string; description?: string};

const terminal = (): PromptIo => ({input: process.stdin, output: process.stderr});

/**
 * Asks for a secret and shows stars for its characters. Both streams must be terminals.
 * @throws AosError INTERRUPTED (Ctrl-C) | USAGE (the input was closed)
 */
export function askSecret(message: string, io: PromptIo = terminal()): Promise<string> {
  return answered(
    ask(message, io, {isBack: noKeys, outer: undefined}, (context) =>
      password({message, mask: '*', toggleMask: false}, context),
    ),
  );
}

/**
 * Asks a yes-or-no question; Enter alone is no.
 * @throws AosError INTERRUPTED (Ctrl-C) | USAGE (the input was closed) | the signal's reason
 */
export function askConfirm(
  message: string,
  io: PromptIo = terminal(),
  signal?: AbortSignal,
): Promise<boolean> {
  return answered(
    ask(message, io, {isBack: noKeys, outer: signal}, (context) =>
      input(
        {
          message: `${message} (y/N)`,
          validate: (text) => isYesOrNo(text) || 'Type y for yes; n, or Enter alone, for no.',
          transformer: (text, {isFinal}) => (isFinal ? styleText('cyan', isYes(text) ? 'Yes' : 'No') : text),
        },
        context,
      ),
    ),
  ).then(isYes);
}

const isYes = (text: string): boolean => /^y(?:es)?$/i.test(text.trim());
/** Money may depend on it: a word that only begins like a yes is none. */
const isYesOrNo = (text: string): boolean => isYes(text) || /^(?:no?)?$/i.test(text.trim());

/**
 * Asks for a line of text; Enter alone accepts the suggestion, Ctrl-B returns to the previous question.
 * @param validate returns the problem of a text, or true
 * @param shown formats the suggestion and the answer, where they may contain a secret [unchanged]
 * @throws AosError INTERRUPTED (Ctrl-C) | USAGE (the input was closed) | the signal's reason
 */
export function askLine(
  question: {
    message: string;
    suggestion: string;
    validate: (text: string) => true | string;
    shown?: (text: string) => string;
    signal?: AbortSignal;
  },
  io: PromptIo = terminal(),
): Promise<Reply<string>> {
  const {message, suggestion, validate, shown, signal} = question;
  // The library draws an accepted answer once before it marks it as final.
  let isTaken = false;
  const judged = (text: string): true | string => {
    const verdict = validate(text);
    isTaken = verdict === true;
    return verdict;
  };
  // These are the library's own colours for answers and suggestions.
  const masked =
    shown === undefined
      ? {}
      : {
          transformer: (text: string, {isFinal}: {isFinal: boolean}) =>
            isFinal || isTaken ? styleText('cyan', shown(text)) : text,
          theme: {style: {defaultAnswer: (text: string) => styleText('dim', `(${shown(text)})`)}},
        };
  const more = {...(suggestion === '' ? {} : {default: suggestion}), ...masked};
  return ask(message, io, {isBack: isCtrlB, outer: signal}, (context) =>
    input({message, validate: judged, ...more}, context),
  );
}

/**
 * Asks for a choice from a list; Esc, `<` and Ctrl-B return to the previous question.
 * @throws AosError INTERRUPTED (Ctrl-C) | USAGE (the input was closed) | the signal's reason
 */
export function askChoice<T extends string>(
  question: {message: string; choices: readonly PromptChoice<T>[]; suggestion: T; signal?: AbortSignal},
  io: PromptIo = terminal(),
): Promise<Reply<T>> {
  const {message, choices, suggestion, signal} = question;
  const isBack = (key: Key): boolean => isCtrlB(key) || key.name === 'escape' || key.sequence === '<';
  return ask(message, io, {isBack, outer: signal}, (context) =>
    select<T>({message, choices: [...choices], default: suggestion, loop: false}, context),
  );
}

type Key = {ctrl?: boolean; name?: string; sequence?: string};
const noKeys = (): boolean => false;
const isCtrlB = (key: Key): boolean => key.ctrl === true && key.name === 'b';

async function answered<T>(reply: Promise<Reply<T>>): Promise<T> {
  const given = await reply;
  // A question without a key for it never returns `back`.
  if (given.kind === 'back') throw new AosError('BUG', 'a question without a key for back returned back');
  return given.value;
}

type Context = PromptIo & {signal: AbortSignal; clearPromptOnDone: boolean};

/**
 * Runs a prompt and settles it when its input ends or Ctrl-D closes it, for which inquirer would wait for ever. Resumes the
 * input after Ctrl-Z and fg, which leave it paused like Ctrl-D, and draws the question again.
 */
async function ask<T>(
  message: string,
  io: PromptIo,
  {isBack, outer}: {isBack: (key: Key) => boolean; outer: AbortSignal | undefined},
  prompt: (context: Context) => Promise<T>,
): Promise<Reply<T>> {
  const {output} = io;
  const typed = guarded(io);
  const closed = new AbortController();
  let [settled, isCtrlD, isGoingBack] = [false, false, false];
  const close = (): void => closed.abort();
  const context: Context = {input: typed.input, output, signal: closed.signal, clearPromptOnDone: false};
  const onKey = (_text: unknown, key: Key): void => {
    isCtrlD = key.ctrl === true && key.name === 'd';
    if (!isBack(key) || settled) return;
    isGoingBack = true;
    context.clearPromptOnDone = true;
    close();
  };
  const onPause = (): void => {
    if (isCtrlD) close();
    // An answered question also pauses its input, just before it settles.
    else
      setImmediate(() => {
        if (settled) return;
        typed.input.resume();
        output.write(`${message} (continue) `);
      });
  };
  const forgetAbort = onAbort(outer, close);
  typed.input.on('keypress', onKey).on('pause', onPause).on('end', close).on('close', close);
  try {
    const value = await prompt(context);
    if (typed.isCut()) output.write('  Of the text that was pasted only the first line was taken.\n');
    return {kind: 'answer', value};
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') {
      throw new AosError('INTERRUPTED', 'cancelled at a question; nothing was done');
    }
    if (isGoingBack) return {kind: 'back'};
    outer?.throwIfAborted();
    if (closed.signal.aborted) {
      throw new AosError('USAGE', 'the terminal was closed before an answer was given', {
        next: say('Run it again and answer, or give the answer by a flag: see --help.'),
      });
    }
    throw new AosError('BUG', `the question could not be asked: ${errorText(error)}`, {cause: error});
  } finally {
    settled = true;
    forgetAbort();
    typed.input.off('keypress', onKey).off('pause', onPause).off('end', close).off('close', close);
    typed.release();
  }
}

/**
 * Returns the terminal's input behind the filter for pasted text; `release` detaches it from the terminal, `isCut` says whether
 * lines of a paste were dropped.
 */
function guarded({input, output}: PromptIo): {input: Input; release: () => void; isCut: () => boolean} {
  let isCut = false;
  const filter = createTypedFilter(() => {
    isCut = true;
  });
  const decoder = new TextDecoder('utf-8', {ignoreBOM: true});
  const through: PassThrough & Input = new PassThrough();
  const isTTY = input.isTTY === true;
  if (isTTY) through.isTTY = true;
  if (input.setRawMode !== undefined) through.setRawMode = (raw) => input.setRawMode?.(raw);
  const onData = (chunk: Buffer | string): void => {
    const text = filter(typeof chunk === 'string' ? chunk : decoder.decode(chunk, {stream: true}));
    if (text !== '') through.write(text);
  };
  const onEnd = (): void => void through.end();
  input.on('data', onData).on('end', onEnd).on('close', onEnd).resume();
  if (isTTY) output.write(PASTE_ON);
  return {
    input: through,
    isCut: () => isCut,
    release: () => {
      input.off('data', onData).off('end', onEnd).off('close', onEnd).pause();
      if (isTTY) output.write(PASTE_OFF);
      through.destroy();
    },
  };
}

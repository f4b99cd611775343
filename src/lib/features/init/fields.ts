import {CUSTOM_NETWORK, NETWORKS, networkPreset} from '../../config/networks.ts';
import type {Field} from '../../config/schema.ts';
import type {Parsed} from '../../config/value-type.ts';
import {typingMistake} from '../../config/typed-text.ts';
import {trimAscii, UNSEEN} from '../../foundation/text/odd-characters.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Answers, Choice, Known} from './question.ts';

/** Longest answer; nothing in a configuration is longer. */
const MOST = 2000;

/** The value of a running devnet or of the network's preset, when the network brings one. */
export function networkValue({answers, facts}: Known, path: string): string | null {
  const network = answers.network ?? '';
  if (network === 'devnet') {
    const own = facts.devnet?.[path]?.[0];
    if (own !== undefined) return own;
  }
  return networkPreset(network)?.values[path] ?? null;
}

/** Checks a text by the type of its field and keeps it as it was typed. */
export function byField(field: Field<unknown>, {optional}: {optional: boolean}) {
  return (typed: string): Parsed<string> => {
    const text = trimAscii(typed);
    if (text === '') return optional ? {value: ''} : {wrong: 'is missing', expected: field.type.expected};
    if (text.length > MOST) return {wrong: `is longer than ${MOST} characters`};
    const typing = typingMistake(text, UNSEEN);
    if (typing !== null) return typing;
    if (safeText(text, MOST) !== text) return {wrong: 'has control characters in it'};
    const parsed = field.type.parse(text);
    if ('wrong' in parsed) return {wrong: parsed.wrong, expected: parsed.expected ?? field.type.expected};
    // Addresses come back checksummed, kinds in lower case; URLs and numbers stay as they were typed.
    return {value: typeof parsed.value === 'string' && field.type.name === 'address' ? parsed.value : text};
  };
}

/** The operator's address by the questions that ask for it; '' while there is none. */
export function nodeIdOf(answers: Answers): string {
  return answers.account ?? answers['node-id'] ?? '';
}

const ABOUT: Readonly<Record<string, string>> = {
  mainnet: 'Ethereum, chain 1; AOS contracts known',
  hoodi: 'Ethereum testnet, chain 560048; AOS addresses are asked for',
  sepolia: 'Ethereum testnet, chain 11155111; AOS addresses are asked for',
  devnet: 'a network of your own, made by: aos devnet up',
  custom: 'another chain; every address is asked for',
};

/** Networks to choose from; retired ones are not offered. */
export function networkChoices(devnetRuns: boolean): Choice[] {
  const names = [...NETWORKS.filter(({retired}) => retired === null).map(({name}) => name), CUSTOM_NETWORK];
  return names.map((name) => ({
    value: name,
    name: name === 'devnet' && devnetRuns ? 'devnet (runs on this machine)' : name,
    about: ABOUT[name] ?? '',
  }));
}

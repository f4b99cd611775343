import {describe, expect, it} from 'vitest';
import {listConfig} from '../../../src/lib/config/listing.ts';
import {redactedConfig} from '../../../src/lib/config/redacted.ts';
import {ALL_FIELDS, envNames} from '../../../src/lib/config/schema.ts';
import {surveyConfig} from '../../../src/lib/config/survey.ts';
import {goodFile, withConfig} from '../../support/config-file.ts';
import {isAosError} from '../../../src/lib/foundation/errors/error.ts';

/** Keys that name a file of which nothing may be shown. */
const HOLDS_A_SECRET =
  /(?:password|passphrase|token|url|api_key|vrf_key|pagerduty\.key)_file$|signer_tls\.key$|pagerduty\.key_file$/;
const IS_ITSELF = /is the secret itself, not the path of a file$/;
const envOf = (path: string): string => `AOS_${path.toUpperCase().replaceAll('.', '_')}`;

const MARK = 'Zq7kT4wX9v';

/** What people paste into the wrong place, each with the mark where it lets someone in. */
const PASTED: readonly string[] = [
  `https://hooks.example.org/services/T0/B0/${MARK}`,
  `https://${MARK}@rpc.example.org`,
  `https://user:${MARK}@rpc.example.org:8545/`,
  `https://rpc.example.org/v2/${MARK}`,
  `https://rpc.example.org/?apikey=${MARK}`,
  `http://10.0.0.1:9000/#${MARK}`,
  `wss://dispatcher.example.org/${MARK}/ws`,
  `dispatcher.example.org:443/${MARK}`,
  `dispatcher.example.org:443/ws?token=${MARK}`,
  `user:${MARK}@dispatcher.example.org:443`,
  `smtp://aos:${MARK}@mail.example.org:587`,
  `smtps://${MARK}@mail.example.org`,
  `123456789:AAH${MARK}ghjkl-mnopqrstuv_xyz`,
  `${MARK}0123456789abcdefghijkl`,
  `sk-proj-${MARK}${MARK}-${MARK}`,
  `sk-${MARK}${MARK}${MARK}`,
  `hf_${MARK}${MARK}`,
  `Bearer ${MARK}${MARK}`,
  `xoxb-1234567890-${MARK}${MARK}`,
];

/** What is said of a configuration whose variables are these, by who says it. */
function saidOf(env: Readonly<Record<string, string>>): [what: string, text: string][] {
  const source = {file: null, env: {HOME: '/nonexistent/home', ...env}, cwd: '/'};
  return [
    ['show', said(() => listConfig(source))],
    ['validate', said(() => surveyConfig(source, 'run'))],
    ['report', said(() => redactedConfig(source).lines)],
  ];
}

describe('a secret in the place of any value', () => {
  const names = ALL_FIELDS.flatMap((field) => envNames(field).at(-1) ?? []);

  it.each(PASTED)('%s is nowhere in what is said of the configuration', (text) => {
    const all = Object.fromEntries(names.map((name) => [name, text]));
    // A network that is known brings values, and with an operator more is judged.
    const some = {...all, AOS_NETWORK: 'mainnet', AOS_NODE_NODE_ID: `0x${'12'.repeat(20)}`};
    for (const env of [all, some])
      for (const [what, answer] of saidOf(env)) expect(partOf(answer), what).toBe('');
  });
});

/** Where the mark is, with what is around it; '' where it is not. */
function partOf(text: string): string {
  const at = text.indexOf(MARK);
  return at < 0 ? '' : text.slice(Math.max(0, at - 80), at + 40);
}

/** Everything of an answer, or of the error in its place. */
function said(say: () => unknown): string {
  try {
    return JSON.stringify(say());
  } catch (error) {
    if (!isAosError(error)) throw error;
    const {message, details, next} = error;
    return JSON.stringify({message, details, next});
  }
}

it('in a file: in the place of a key, in a section of models, and beside what may be seen', () => {
  const token = `sk-${MARK}${MARK}`;
  const file = `${goodFile()}alerts:
  email: {server: "smtp://mail.example.org", from: aos@example.org, to: [oncall@example.org]}
  ${token}: true
workers:
  zkml:
    models:
      mine: {vk: "${token}", vk_sha256: "${'e9'.repeat(32)}", srs: "${'5e'.repeat(32)}", ${token}: x}
`;
  withConfig(file, (source) => {
    for (const say of [
      () => listConfig(source),
      () => surveyConfig(source, 'run'),
      () => redactedConfig(source).lines,
    ])
      expect(partOf(said(say))).toBe('');
    const shown = Object.fromEntries(listConfig(source).values.map(({path, value}) => [path, value]));
    expect(shown).toMatchObject({
      'alerts.email.server': 'smtp://mail.example.org',
      'alerts.email.from': 'aos@example.org',
      'alerts.email.to': 'oncall@example.org',
      'workers.zkml.models.mine.vk_sha256': 'e9'.repeat(32),
    });
    // The form of a key, in the place of a file.
    expect(shown['workers.zkml.models.mine.srs']).not.toContain('5e5e');
  });
});

it('the secret itself in the place of the file that holds it is refused, and the file is not', () => {
  const secrets = ALL_FIELDS.filter(({kind, path}) => kind === 'one' && HOLDS_A_SECRET.test(path));
  expect(secrets.map(({path}) => path)).toMatchInlineSnapshot(`
    [
      "node.signer_tls.key",
      "node.signer_tls.passphrase_file",
      "node.vrf_key_file",
      "node.bls_password_file",
      "workers.opml.api_key_file",
      "alerts.slack.url_file",
      "alerts.discord.url_file",
      "alerts.telegram.token_file",
      "alerts.email.password_file",
      "alerts.pagerduty.key_file",
      "alerts.watchdog.url_file",
    ]
  `);
  for (const {path, example} of secrets) {
    const judged = (text: string) =>
      withConfig('', (source) => surveyConfig({...source, env: {[envOf(path)]: text}}, 'run'))
        .problems.filter((problem) => problem.path === path)
        .map(({got}) => got);
    for (const text of [`https://h.example.org/${MARK}`, `sk-${MARK}${MARK}`])
      expect(judged(text)).toEqual([expect.stringMatching(IS_ITSELF)]);
    expect(judged(example).join()).not.toMatch(IS_ITSELF);
  }
});

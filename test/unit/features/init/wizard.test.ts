import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {configEntries} from '../../../../src/lib/features/init/config-entries.ts';
import {nodeIdOf} from '../../../../src/lib/features/init/fields.ts';
import {complete} from '../../../../src/lib/features/init/headless.ts';
import {
  NO_FACTS,
  QUESTION_KEYS,
  type Facts,
  type Finding,
} from '../../../../src/lib/features/init/question.ts';
import {QUESTIONS} from '../../../../src/lib/features/init/questions.ts';
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
  reviewAgain,
  settle,
  startWizard,
  suggestionOf,
  type Wizard,
} from '../../../../src/lib/features/init/wizard.ts';
import {NODE_ID} from '../../../support/config-file.ts';
import {OTHER_ADDRESS} from '../../../support/signer.ts';

const CONTRACT = '0x27e4384ecc11810c2F49914390052b22c4e3CcC0';
const GOOD: Readonly<Record<string, string>> = {
  network: 'hoodi',
  'node-id': NODE_ID,
  'signer-url': 'http://127.0.0.1:9000',
  account: NODE_ID,
  'dispatcher-url': '127.0.0.1:8081',
  'dispatcher-address': '',
  'rpc-url': 'https://rpc.example.org',
  'range-contract': CONTRACT,
  registry: '',
  'worker-kind': 'opml',
  engine: 'published',
  'worker-url': 'http://127.0.0.1:1234',
  listen: '0.0.0.0:21001',
  'outer-url': '',
  'vrf-key-file': './vrf.key',
  'store-dir': '',
  'alert-channel': 'none',
};
const PROBLEM: Finding = {state: 'fail', found: 'nothing listens there', next: {say: 'Start it.'}};
const DEVNET: NonNullable<Facts['devnet']> = {
  'node.node_id': [NODE_ID],
  'node.signer_key': ['http://127.0.0.1:4000'],
  'net.dispatcher_url': ['ws://127.0.0.1:4001/ws'],
};

const start = (facts: Partial<Facts> = {}, fixed = {}): Wizard => startWizard({...NO_FACTS, ...facts}, fixed);
const at = (wizard: Wizard): string => questionOf(wizard)?.key ?? wizard.phase;
/** Answers well until a question (or the end) is reached; no program has a problem. */
function until(wizard: Wizard, key: string): Wizard {
  for (let steps = 0; steps < 100 && (at(wizard) !== key || wizard.phase === 'check'); steps += 1) {
    wizard = wizard.phase === 'check' ? found(wizard, null) : answer(wizard, GOOD[at(wizard)] ?? '');
  }
  return wizard;
}

describe('the questions about the worker', () => {
  const workerKeys = (wizard: Wizard): string[] => {
    const keys: string[] = [];
    for (let now = until(wizard, 'worker-kind'); at(now) !== 'listen';) {
      if (now.phase === 'check') now = found(now, null);
      else {
        keys.push(at(now));
        now = answer(now, suggestionOf(now, questionOf(now)!) || 'x');
      }
    }
    return keys;
  };
  const kindOf = (kind: 'tee' | 'zkml') => ({workers: [{url: 'http://127.0.0.1:9', what: 'one', kind}]});

  it('are two for tee and three for opml, and suggest the worker that was found', () => {
    expect(workerKeys(start())).toEqual(['worker-kind', 'engine', 'worker-url']);
    expect(workerKeys(start(kindOf('tee')))).toEqual(['worker-kind', 'worker-url']);
    const asked = until(start(kindOf('tee')), 'worker-kind');
    expect(suggestionOf(asked, questionOf(asked)!)).toBe('tee');
    const next = answer(asked, 'tee');
    expect(suggestionOf(next, questionOf(next)!)).toBe('http://127.0.0.1:9');
  });

  it('are five more for an engine, which is suggested where one was found', () => {
    const facts = {workers: [{url: 'http://127.0.0.1:11434', what: 'Ollama', kind: null}]};
    const kind = until(start(facts), 'worker-kind');
    const url = answer(answer(kind, 'opml'), 'openai');
    expect([at(url), suggestionOf(url, questionOf(url)!)]).toEqual(['worker-url', 'http://127.0.0.1:11434']);
    const api = found(answer(url, 'http://127.0.0.1:11434'), null);
    expect([at(api), at(answer(api, 'both'))]).toEqual(['engine-api', 'engine-api']);
    const models = answer(answer(api, 'chat'), './engine.key');
    expect([at(models), at(answer(models, 'llama'))]).toEqual(['engine-models', 'engine-models']);
    expect(at(answer(models, 'a=b,a=c'))).toBe('engine-models');
    const checked = answer(models, 'a=b, c=d');
    expect(checked.phase).toBe('check');
    const sample = found(answer(found(checked, null), 'http://10.0.0.8:1'), null);
    expect([at(sample), suggestionOf(sample, questionOf(sample)!)]).toEqual(['second-sample', '0.05']);
    const entries = configEntries(until(answer(sample, '1'), 'review'), {}, '2026-11-29');
    expect(Object.fromEntries(entries.map(({path, value}) => [path, value]))).toMatchObject({
      'workers.opml.engine': 'openai',
      'workers.opml.url': 'http://127.0.0.1:11434',
      'workers.opml.api': 'chat',
      'workers.opml.api_key_file': './engine.key',
      'workers.opml.models': ['a=b', 'c=d'],
      'workers.opml.second': 'http://10.0.0.8:1',
      'workers.opml.sample': '1',
    });
  });

  it('are two more for zkml: the proof that is known to be good', () => {
    const asked = until(start(kindOf('zkml')), 'worker-kind');
    const url = answer(asked, 'zkml');
    const model = found(answer(url, 'http://127.0.0.1:9'), null);
    expect(at(model)).toBe('known-good-model');
    expect(at(answer(model, '../mean'))).toBe('known-good-model');
    const proof = answer(model, 'mean');
    expect(at(proof)).toBe('known-good-proof');
    const checked = answer(proof, 'http://proofs/good.json');
    expect(checked.phase).toBe('check');
    const entries = configEntries(until(found(checked, null), 'review'), {}, '2026-11-29');
    const values = Object.fromEntries(entries.map(({path, value}) => [path, value]));
    expect(values).toMatchObject({
      'workers.zkml.url': 'http://127.0.0.1:9',
      'workers.zkml.known_good.model': 'mean',
      'workers.zkml.known_good.proof_path': 'http://proofs/good.json',
    });
    expect(
      Object.keys(values).filter((path) => path.startsWith('workers.opml') || path === 'node.node_type'),
    ).toEqual([]);
    // Without one, no address of it is asked for.
    expect(at(answer(model, ''))).toBe('second-url');
  });
});

describe('the wizard', () => {
  it('asks in the order of the questions and ends in a review', () => {
    const seen: string[] = [];
    let wizard = start();
    while (wizard.phase !== 'review') {
      if (wizard.phase === 'ask') seen.push(at(wizard));
      wizard = wizard.phase === 'check' ? found(wizard, null) : answer(wizard, GOOD[at(wizard)] ?? '');
    }
    const ofOthers = [
      ...['account', 'known-good-model', 'known-good-proof', 'second-url', 'second-sample'],
      ...['engine-api', 'engine-key-file', 'engine-models'],
      ...['alert-webhook', 'alert-server', 'alert-from', 'alert-to', 'alert-user'],
      ...['alert-file', 'alert-chat'],
    ];
    expect(seen).toEqual(QUESTIONS.map(({key}) => key).filter((key) => !ofOthers.includes(key)));
    expect(decide(wizard, 'write').phase).toBe('write');
    expect(decide(wizard, 'quit').phase).toBe('quit');
  });

  it('takes no wrong answer', () => {
    const wizard = until(start(), 'dispatcher-url');
    expect(answer(wizard, 'http://x')).toBe(wizard);
    expect(judge(wizard, 'http://x')).toMatchObject({wrong: expect.stringContaining('http://') as string});
    expect(answer(wizard, `${'x'.repeat(3000)}:1`)).toBe(wizard);
    expect(answer(wizard, '127.0.0.1:80\u001b[2J')).toBe(wizard);
  });

  it('goes back one question and keeps its answer', () => {
    const wizard = until(start(), 'rpc-url');
    const before = back(back(wizard));
    expect(at(before)).toBe('dispatcher-url');
    expect(suggestionOf(before, questionOf(before)!)).toBe('127.0.0.1:8081');
    expect(before.answers['node-id']).toBe(NODE_ID);
  });

  it('says how a question is passed over: there may be a suggestion in the way', () => {
    const about = (wizard: Wizard): string => questionOf(wizard)?.form(wizard).about ?? '';
    const empty = until(start(), 'dispatcher-address');
    expect(about(empty)).toContain('Leave it empty to accept any valid signer');
    const given = back(answer(empty, NODE_ID));
    expect(suggestionOf(given, questionOf(given)!)).toBe(NODE_ID);
    expect(about(given)).toContain('Backspace and Enter to accept any valid signer');
  });

  it('what could not be written is reviewed again, with all answers', () => {
    const written = decide(until(start(), 'review'), 'write');
    expect(reviewAgain(written)).toEqual({...written, phase: 'review'});
    expect(reviewAgain(start())).toEqual(start());
  });

  it('has nothing before the first question', () => {
    expect(back(start())).toMatchObject({phase: 'ask', at: 0, atStart: true});
  });

  it('after a problem continues, edits or goes back', () => {
    const wizard = answer(until(start(), 'signer-url'), 'http://127.0.0.1:9000');
    const failed = found(wizard, PROBLEM);
    expect(failed.phase).toBe('problem');
    expect(at(settle(failed, 'use'))).toBe('dispatcher-url');
    expect(settle(failed, 'use').findings['signer-url']).toEqual(PROBLEM);
    expect(at(settle(failed, 'edit'))).toBe('signer-url');
    expect(at(settle(failed, 'back'))).toBe('node-id');
    // What was started meanwhile is checked once more, with the same answer.
    expect(settle(failed, 'again')).toMatchObject({phase: 'check', answers: failed.answers});
  });

  it('a problem is dropped with its answer', () => {
    const failed = found(answer(until(start(), 'signer-url'), 'http://127.0.0.1:9000'), PROBLEM);
    const again = answer(settle(failed, 'edit'), 'http://127.0.0.1:9001');
    expect(found(again, null).findings['signer-url']).toBeUndefined();
  });

  it('without an address the signer’s accounts are the choice', () => {
    const asked = answer(answer(until(start(), 'node-id'), ''), 'http://127.0.0.1:9000');
    const choosing = found(asked, {state: 'ok', found: '', next: null, facts: {accounts: [NODE_ID]}});
    expect(at(choosing)).toBe('account');
    expect(questionOf(choosing)!.form(choosing)).toMatchObject({kind: 'list', suggestion: NODE_ID});
    expect(nodeIdOf(answer(choosing, NODE_ID).answers)).toBe(NODE_ID);
    expect(at(answer(choosing, 'other'))).toBe('signer-url');
  });

  it('an address that the signer does not hold is asked for again', () => {
    const asked = answer(until(start(), 'signer-url'), 'http://127.0.0.1:9000');
    const choosing = found(asked, {state: 'ok', found: '', next: null, facts: {accounts: [OTHER_ADDRESS]}});
    expect(at(choosing)).toBe('account');
    expect(nodeIdOf(answer(choosing, OTHER_ADDRESS).answers)).toBe(OTHER_ADDRESS);
    // Back at the address, the choice made among the accounts is open again.
    const kept = found(answer(choosing, OTHER_ADDRESS), null);
    const first = back(back(back(kept)));
    expect(nodeIdOf(answer(first, NODE_ID).answers)).toBe(NODE_ID);
  });

  it('what a network brought goes when another one is chosen', () => {
    let wizard = start({devnet: DEVNET});
    wizard = found(answer(wizard, 'devnet'), null);
    wizard = found(answer(wizard, suggestionOf(wizard, questionOf(wizard)!)), null);
    expect(wizard.answers['node-id']).toBe(NODE_ID);
    const other = answer(back(back(wizard)), 'mainnet');
    expect(other.answers['node-id']).toBeUndefined();
  });

  it('checks no question that was passed over, from flags or from presets', () => {
    let wizard = start({}, complete({...GOOD, 'alert-webhook': ''}, NO_FACTS).answers);
    const checked: [string, string][] = [];
    while (wizard.phase === 'check') {
      const key = questionOf(wizard)?.key ?? 'network';
      checked.push([key, wizard.answers[key] ?? '']);
      wizard = found(wizard, null);
    }
    expect(wizard.phase).toBe('review');
    expect(checked.filter(([, text]) => text === '')).toEqual([['store-dir', '']]);
    expect(checked.map(([key]) => key)).toContain('signer-url');
  });

  it('does not ask what flags answered, and checks it', () => {
    const wizard = start({}, {network: 'mainnet', 'node-id': NODE_ID});
    expect([at(wizard), wizard.phase]).toEqual(['network', 'check']);
    const next = found(found(wizard, null), null);
    expect([at(next), next.phase]).toEqual(['signer-url', 'ask']);
    expect(at(back(next))).toBe('signer-url');
  });

  it('continues from a draft: its answers are checked, and the rest is asked', () => {
    const draft = {
      network: 'hoodi',
      'node-id': NODE_ID,
      'signer-url': 'http://127.0.0.1:9000',
      listen: '0.0.0.0:1',
    };
    let wizard = startWizard(NO_FACTS, {network: 'mainnet'}, draft);
    const seen: string[] = [];
    while (wizard.phase !== 'review') {
      seen.push(`${wizard.phase} ${at(wizard)}`);
      wizard = wizard.phase === 'check' ? found(wizard, null) : answer(wizard, GOOD[at(wizard)] ?? '');
    }
    expect(seen.slice(0, 4)).toEqual([
      'check network',
      'check node-id',
      'check signer-url',
      'ask dispatcher-url',
    ]);
    expect(seen.filter((one) => one.endsWith(' listen'))).toEqual(['check listen']);
    // What the command line says outranks the draft.
    expect(wizard.answers).toMatchObject({network: 'mainnet', listen: '0.0.0.0:1'});
  });

  it('asks for an answer of a draft again where its check fails, and after going back', () => {
    const draft = {network: 'hoodi', 'node-id': NODE_ID, 'signer-url': 'http://127.0.0.1:9000'};
    const signer = found(found(startWizard(NO_FACTS, {}, draft), null), null);
    const failed = found(signer, PROBLEM);
    expect([at(failed), failed.phase]).toEqual(['signer-url', 'problem']);
    expect([at(back(failed)), back(failed).phase]).toEqual(['node-id', 'ask']);
    const next = answer(back(failed), NODE_ID);
    expect(at(found(next, null))).toBe('signer-url');
    expect(found(next, null).phase).toBe('ask');
  });

  it('sets a Web3Signer up in place of one that does not answer', () => {
    for (const [url, own] of [
      ['http://10.0.0.5:9000', 'http://127.0.0.1:9000'],
      ['http://127.0.0.1:9100', 'http://127.0.0.1:9100'],
    ] as const) {
      const failed = found(answer(until(start(), 'signer-url'), url), PROBLEM);
      expect(canSetUp(failed)).toBe(true);
      const made = settle(failed, 'setup');
      expect(made).toMatchObject({phase: 'check', facts: {withSigner: true}, answers: {'signer-url': own}});
      expect(at(found(made, {state: 'pending', found: 'later', next: null}))).toBe('dispatcher-url');
    }
    // What a flag says is not changed, and one set-up is enough.
    const fixed = found(
      found(start({}, {'signer-url': 'http://10.0.0.5:9000', network: 'hoodi', 'node-id': NODE_ID}), null),
      null,
    );
    for (const wizard of [
      found(fixed, PROBLEM),
      found(answer(until(start({withSigner: true}), 'signer-url'), 'http://127.0.0.1:1'), PROBLEM),
      found(answer(until(start(), 'dispatcher-url'), '127.0.0.1:1'), PROBLEM),
    ]) {
      expect(wizard.phase).toBe('problem');
      expect(canSetUp(wizard)).toBe(false);
      expect(settle(wizard, 'setup')).toBe(wizard);
    }
  });

  it('changes one answer from the review, and asks only for what it makes new', () => {
    const review = until(start(), 'review');
    expect(changeable(review).map(({key}) => key)).toContain('worker-kind');
    const changing = change(review, 'worker-kind');
    expect([at(changing), changing.phase]).toEqual(['worker-kind', 'ask']);
    // Nothing was changed yet.
    expect(back(changing)).toMatchObject({phase: 'review', answers: review.answers});
    let wizard = answer(changing, 'zkml');
    const asked: string[] = [];
    while (wizard.phase !== 'review') {
      if (wizard.phase === 'ask') asked.push(at(wizard));
      wizard = wizard.phase === 'check' ? found(wizard, null) : answer(wizard, '');
    }
    expect(asked).toEqual(['known-good-model', 'second-url']);
    const {engine: _, ...others} = review.answers;
    expect(wizard.answers).toMatchObject({...others, 'worker-kind': 'zkml', 'known-good-model': ''});
  });

  it('asks again for what belongs to a network where that is changed, in the review or beside a draft', () => {
    const ofNetwork = ['dispatcher-url', 'dispatcher-address', 'rpc-url', 'range-contract', 'registry'];
    const askedFrom = (wizard: Wizard): string[] => {
      const asked: string[] = [];
      while (wizard.phase !== 'review') {
        if (wizard.phase === 'ask') asked.push(at(wizard));
        wizard = wizard.phase === 'check' ? found(wizard, null) : answer(wizard, GOOD[at(wizard)] ?? '');
      }
      return asked;
    };
    const review = until(start(), 'review');
    expect(askedFrom(answer(change(review, 'network'), 'sepolia'))).toEqual(ofNetwork);
    expect(askedFrom(startWizard(NO_FACTS, {network: 'sepolia'}, review.answers))).toEqual(ofNetwork);
    expect(askedFrom(startWizard(NO_FACTS, {}, review.answers))).toEqual([]);
  });

  it('checks again what comes after another answer, and nothing where it is the same', () => {
    const good: Finding = {state: 'ok', found: 'well', next: null};
    let review = start();
    while (review.phase !== 'review')
      review = review.phase === 'check' ? found(review, good) : answer(review, GOOD[at(review)] ?? '');
    const checkedAfter = (text: string): string[] => {
      const checked: string[] = [];
      let wizard = answer(change(review, 'rpc-url'), text);
      for (; wizard.phase === 'check'; wizard = found(wizard, good)) checked.push(at(wizard));
      expect(wizard.phase).toBe('review');
      return checked;
    };
    expect(checkedAfter(GOOD['rpc-url'] ?? '')).toEqual(['rpc-url']);
    expect(checkedAfter('https://other.example.org')).toEqual(
      expect.arrayContaining(['rpc-url', 'range-contract', 'worker-url', 'listen']),
    );
  });

  it('changes no answer of a flag, and nothing outside the review', () => {
    const review = until(start({}, {network: 'hoodi'}), 'review');
    expect(change(review, 'network')).toBe(review);
    const asking = until(start(), 'rpc-url');
    expect(change(asking, 'network')).toBe(asking);
  });

  it('is never lost, whatever is done', () => {
    const act = fc.oneof(
      fc.record({
        do: fc.constant('answer' as const),
        text: fc.oneof(fc.constantFrom(...Object.values(GOOD)), fc.string()),
      }),
      fc.constantFrom({do: 'back' as const}, {do: 'ok' as const}, {do: 'problem' as const}),
      fc.record({
        do: fc.constant('settle' as const),
        how: fc.constantFrom('use' as const, 'edit' as const, 'setup' as const, 'back' as const),
      }),
      fc.record({do: fc.constant('change' as const), key: fc.constantFrom(...QUESTION_KEYS)}),
    );
    fc.assert(
      fc.property(fc.array(act, {maxLength: 80}), (acts) => {
        let wizard = start();
        for (const one of acts) {
          const before = wizard;
          if (one.do === 'answer') wizard = answer(wizard, one.text);
          else if (one.do === 'back') wizard = back(wizard);
          else if (one.do === 'settle') wizard = settle(wizard, one.how);
          else if (one.do === 'change') wizard = change(wizard, one.key);
          else wizard = found(wizard, one.do === 'ok' ? null : PROBLEM);
          // Going back loses nothing; every answer that is kept is one the question takes.
          if (one.do === 'back') expect(wizard.answers).toEqual(before.answers);
          for (const {key, parse} of QUESTIONS) {
            const text = wizard.answers[key];
            if (text !== undefined) expect(parse(text, wizard)).toEqual({value: text});
          }
          expect(wizard.phase === 'review' || questionOf(wizard) !== undefined).toBe(true);
        }
        expect(until(wizard.phase === 'problem' ? settle(wizard, 'edit') : wizard, 'review').phase).toBe(
          'review',
        );
      }),
    );
  });
});

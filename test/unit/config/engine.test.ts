import {describe, expect, it} from 'vitest';
import {checkConfig} from '../../../src/lib/config/load.ts';
import {listConfig} from '../../../src/lib/config/listing.ts';
import {configSchema} from '../../../src/lib/config/json-schema.ts';
import {goodFile, withConfig} from '../../support/config-file.ts';

const checked = (opml: string, env: Record<string, string> = {}) =>
  withConfig(
    goodFile({more: `workers:\n  opml:\n${opml}`}),
    (source, dir) => ({...checkConfig(source, {need: 'run'}), listing: listConfig(source), dir}),
    env,
  );

const WHOLE = `    engine: openai
    api: chat
    models:
      llama-2-7b-chat.Q4_0.gguf: llama2:7b
      other: "a=b"
`;

describe('workers.opml.engine', () => {
  it('is the published worker where nothing is said', () => {
    expect(checked('    url: http://127.0.0.1:1234\n').run?.workers.kinds.opml?.engine).toBeNull();
  });

  it('openai has its models by name, and usual values for the rest', () => {
    const {run, problems, warnings, listing, dir} = checked(`${WHOLE}    api_key_file: ./engine.key\n`);
    expect(problems).toEqual([]);
    expect(run?.workers.kinds.opml?.engine).toEqual({
      api: 'chat',
      models: new Map([
        ['llama-2-7b-chat.Q4_0.gguf', 'llama2:7b'],
        ['other', 'a=b'],
      ]),
      seed: 0,
      temperature: 0,
      topP: 1,
      maxTokens: 1024,
      apiKeyFile: `${dir}/engine.key`,
      ca: null,
      logprobs: false,
    });
    expect(warnings.map(({path}) => path)).not.toContain('workers.opml.models');
    expect(listing.values.find(({path}) => path === 'workers.opml.models')).toMatchObject({valid: true});
  });

  it('takes its models from a variable, and as a list', () => {
    const env = {AOS_WORKERS_OPML_MODELS: 'm=one, n=two', AOS_WORKERS_OPML_API: 'completions'};
    const {run} = checked('    engine: openai\n', env);
    expect([...(run?.workers.kinds.opml?.engine?.models ?? [])]).toEqual([
      ['m', 'one'],
      ['n', 'two'],
    ]);
    expect(checked('    engine: openai\n    api: chat\n    models: [m=one, n=two]\n').problems).toEqual([]);
  });

  it.each([
    ['    engine: openai\n', ['workers.opml.models', 'workers.opml.api']],
    ['    engine: openai\n    api: talk\n    models: {a: b}\n', ['workers.opml.api']],
    ['    engine: openai\n    api: chat\n    models: {}\n', ['workers.opml.models']],
    [
      '    engine: openai\n    api: chat\n    models: {a: }\n',
      ['workers.opml.models.a', 'workers.opml.models'],
    ],
    [
      '    engine: openai\n    api: chat\n    models: {a: {b: c}}\n',
      ['workers.opml.models.a', 'workers.opml.models'],
    ],
    [
      '    engine: openai\n    api: chat\n    models: {"a=b": c}\n',
      ['workers.opml.models.a=b', 'workers.opml.models'],
    ],
    ['    engine: openai\n    api: chat\n    models: llama\n', ['workers.opml.models[0]']],
    ['    engine: openai\n    api: chat\n    models: [a=b, a=c]\n', ['workers.opml.models']],
    ['    engine: openai\n    api: chat\n    models: {a: b}\n    top_p: 0\n', ['workers.opml.top_p']],
    [
      '    engine: openai\n    api: chat\n    models: {a: b}\n    temperature: 3\n',
      ['workers.opml.temperature'],
    ],
    ['    engine: vllm\n', ['workers.opml.engine']],
  ])('that is %j is refused', (opml, paths) => {
    const {problems} = checked(opml);
    expect(problems.map(({path}) => path).sort()).toEqual([...paths].sort());
    for (const {got} of problems) expect(got).not.toBe('');
  });

  it('says which key of an engine is not used beside the published worker', () => {
    const {warnings} = checked('    models: {a: b}\n');
    expect(warnings.map(({code, path}) => [code, path])).toContainEqual([
      'SECTION_UNUSED',
      'workers.opml.models',
    ]);
  });

  it('is completed by editors, with models by name', () => {
    const text = JSON.stringify(configSchema());
    expect(text).toContain('"enum":["published","openai",null]');
    expect(text).toContain('"additionalProperties":{"type":["string","number"]}');
  });
});

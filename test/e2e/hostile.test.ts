import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startDispatcher} from '../../src/devnet/start-dispatcher.ts';
import {jsonOf, ndjson, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';
import {bodyOf} from '../support/signer.ts';

/** A title change, a clear screen, a cursor move, C1, bidi, zero-width, line separators, an OSC 52 clipboard write. */
const EVIL =
  '\u001b]0;owned\u0007\u001b[2J\u001b[1A\u009b31m\u0085\u202egnirts\u202c\u200b\ufeff\u2028\u2066x\u2069\r\n\t\u0000\u007f\u001b]52;c;ZXZpbA==\u0007';
const TEXTS = {
  prompt: `What ${EVIL} is 🦑 AI?\n{"type":"summary","accepted":99}`,
  model: `tiny${EVIL}llm`,
  answer: `42${EVIL}\n{"type":"summary","accepted":99} 🦑`,
  id: `id${EVIL}${'9'.repeat(10_000)}`,
  tag: `nor${EVIL}mal`,
};
/** What no terminal and no log may get, but for the newline that ends a line. */
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

describe('hostile text', () => {
  let world: World;
  let devnet: DevnetUp;
  beforeAll(async () => {
    world = openWorld();
    devnet = await devnetUp(world);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it.each(['pretty', 'logfmt', 'json'])(
    'never reaches an output as it is (--log-format %s)',
    async (format) => {
      // A journal of its own: the jobs are the same.
      const env = {AOS_STORE_DIR: path.join(world.home, `store-${format}`)};
      const dispatcher = await startDispatcher({key: '11'.repeat(32), verifyVrf: false});
      const worker = createServer((request, response) => {
        if (request.method === 'GET') return void response.end('{"msg":"0"}');
        void bodyOf(request).then(async (body) => {
          response.end('{"code":200,"result":"success"}');
          const {req_id, callback, model, prompt} = JSON.parse(body) as Record<
            'req_id' | 'callback' | 'model' | 'prompt',
            string
          >;
          const answer = {
            req_id,
            node_id: '',
            model,
            prompt,
            answer: TEXTS.answer,
            state_root: EVIL,
          };
          // An operator that has its three jobs may end before it has answered.
          await fetch(callback, {method: 'POST', body: JSON.stringify(answer)}).catch(() => undefined);
        });
      });
      await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve));
      try {
        const config = world.file(
          'hostile.yaml',
          readFileSync(devnet.config, 'utf8')
            .replace(/dispatcher_url: .*/, `dispatcher_url: ${dispatcher.url}`)
            .replace(/dispatcher_address: .*/, `dispatcher_address: "${dispatcher.address}"`)
            .replace(/^ {4}url: .*/m, `    url: http://127.0.0.1:${(worker.address() as AddressInfo).port}`),
        );
        const {prompt, model} = TEXTS;
        // No program takes a NUL in an argument.
        const typed = prompt.replaceAll('\0', '');
        // A name with such characters is refused where it is typed.
        const typedModel = 'tiny-llm';
        dispatcher.submit({prompt, model, jobId: TEXTS.id});
        dispatcher.submit({prompt, model, jobId: `${TEXTS.id}tag`, tag: TEXTS.tag, position: EVIL});
        dispatcher.submit({prompt, model, jobId: `${TEXTS.id}kind`, kind: `opml${EVIL}`});
        const args = ['run', '-c', config, '--jobs', '3', '--json', '--log-format', format];
        const run = world.run(args, {env});
        const submit = world.ask([
          'devnet',
          'submit',
          '--dispatcher',
          dispatcher.httpUrl,
          '--prompt',
          typed,
          '--model',
          typedModel,
          '--wait',
        ]);
        const submitJson = world.ask([
          'devnet',
          'submit',
          '--dispatcher',
          dispatcher.httpUrl,
          '--prompt',
          typed,
          '--model',
          typedModel,
          '--json',
        ]);
        const {code, stdout, stderr} = await run;
        expect(code).toBe(0);
        expect(dispatcher.stats()).toMatchObject({conflicts: 0});
        expect(stdout).not.toMatch(UNSAFE);
        expect(stderr).not.toMatch(UNSAFE);
        // Their beginnings are there still, as they came, for a program that reads the stream, and forge no line of it.
        const lines = ndjson(stdout);
        const ids = lines.map((line) => (line['job'] as {jobId?: string} | undefined)?.jobId);
        expect(ids).toContain(TEXTS.id.slice(0, 256));
        expect(lines.filter((line) => line.type === 'summary')).toMatchObject([{accepted: 3}]);
        const first = {
          pretty: /^(\d\d:\d\d:\d\d |config: |warning: )/,
          logfmt: /^(time=|config: |warning: )/,
          json: /^(\{"level"|config: |warning: )/,
        }[format as 'pretty'];
        for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(first);

        const rest = world.start(['run', '-c', config, '--quiet'], {env});
        const [waited, json] = await Promise.all([submit, submitJson]);
        await rest.kill('SIGTERM');
        expect({waited: waited.code, json: json.code}).toEqual({waited: 0, json: 0});
        expect(waited.stdout).toContain('42');
        expect(waited.stdout + waited.stderr + json.stdout + json.stderr).not.toMatch(UNSAFE);
        expect(waited.stdout.trimEnd().split('\n')).toHaveLength(1);
        expect(jsonOf(json.stdout)).toMatchObject({ok: true});
      } finally {
        worker.closeAllConnections();
        worker.close();
        await dispatcher.close();
      }
    },
  );

  it('in a configuration is shown safely too', async () => {
    const config = world.file(
      'evil.yaml',
      `node:\n  node_id: "${JSON.stringify(EVIL).slice(1, -1)}"\n  signer_key: "http://\\e[2J"\n"key\\e[2J": 1\n`,
    );
    for (const json of [[], ['--json']]) {
      const {code, stdout, stderr} = await world.ask(['run', '-c', config, ...json]);
      expect(code).toBe(78);
      expect(stdout + stderr).not.toMatch(UNSAFE);
    }
    const {stdout, stderr} = await world.ask(['run', '-c', '\u001b[2Jnowhere\u202e.yaml']);
    expect(stdout + stderr).not.toMatch(UNSAFE);
    for (const args of [
      ['\u001b[2Jcommand'],
      ['run', '--\u001b[2Jflag'],
      ['run', '\u009b31m'],
      ['run', '--log-format', '\u001b[2J'],
    ]) {
      const {code, ...text} = await world.ask(args);
      expect(code).toBe(64);
      expect(text.stdout + text.stderr).not.toMatch(UNSAFE);
    }
  });
});

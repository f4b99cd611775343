import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {planChecks} from '../../../../src/lib/features/doctor/select.ts';
import {writeBundle} from '../../../../src/lib/features/doctor/bundle.ts';
import {examine} from '../../../../src/lib/features/doctor/examine.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {patient} from '../../../support/doctor.ts';

const plan = planChecks({only: ['config', 'files', 'disk', 'versions', 'signer', 'chain.rpc'], skip: []});

/** Everything that is in the tarball, as one text. */
const textOf = (path: string): string => gunzipSync(readFileSync(path)).toString('latin1');

describe('the bundle', () => {
  it('is a tarball of mode 0600 with report, configuration, versions and logs', async () => {
    const sick = patient();
    writeFileSync(join(sick.dir, 'state/operator.log'), 'it began\n\u001b[31mred\nit ended\n');
    const out = join(sick.dir, 'report.tar.gz');
    const found = await examine(sick.where, plan, new AbortController().signal);
    const {files} = await writeBundle(out, found, sick.where, {force: false});
    expect(files).toEqual(['report.json', 'report.txt', 'config.txt', 'versions.json', 'logs/operator.log']);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const read = (name: string): string =>
      execFileSync('tar', ['xOzf', out, `aos-doctor/${name}`], {encoding: 'utf8'});
    expect(JSON.parse(read('report.json'))).toMatchObject({
      verdict: 'fail',
      checks: expect.any(Array) as unknown,
    });
    expect(read('report.txt')).toMatch(/\nProblems found: /);
    expect(read('config.txt')).toContain('node.node_id = "0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73"');
    expect(read('config.txt')).toContain('node.signer_key = http://127.0.0.1:1 (the rest is not shown)');
    expect(JSON.parse(read('versions.json'))).toMatchObject({aos: '0.1.0', node: '22.13.0'});
    expect(read('logs/operator.log')).toBe('it began\n\\x1b[31mred\nit ended\n\n');

    const again = await writeBundle(out, found, sick.where, {force: false}).catch((error: unknown) => error);
    expect(isAosError(again, 'OUT_EXISTS')).toBe(true);
    await writeBundle(out, found, sick.where, {force: true});
    mkdirSync(join(sick.dir, 'dir'));
    const onto = await writeBundle(join(sick.dir, 'dir'), found, sick.where, {force: true}).catch(
      (error: unknown) => error,
    );
    expect(isAosError(onto, 'OUT_EXISTS')).toBe(true);
  });

  it('has of a long operator.log the end, in whole lines', async () => {
    const sick = patient();
    const line = (n: number): string => `${n} ${'x'.repeat(990)}`;
    writeFileSync(
      join(sick.dir, 'state/operator.log'),
      Array.from({length: 2_000}, (_, n) => `${line(n)}\n`).join(''),
    );
    const out = join(sick.dir, 'report.tar.gz');
    const found = await examine(sick.where, plan, new AbortController().signal);
    await writeBundle(out, found, sick.where, {force: false});
    const log = execFileSync('tar', ['xOzf', out, 'aos-doctor/logs/operator.log'], {encoding: 'utf8'});
    const lines = log.trimEnd().split('\n');
    expect(lines).toEqual(Array.from({length: lines.length}, (_, at) => line(2_000 - lines.length + at)));
    expect(log.length).toBeGreaterThan(250_000);
    expect(log.length).toBeLessThan(270_000);
  });

  it('holds no part of a secret that the end of a cut line goes through, and no request id', async () => {
    const sick = patient();
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
    const id = '4e9930229ed5967ba8da06bfbd64ea38';
    const token = 'SECRETTOKENPATH123';
    sick.configure({
      'net.dispatcher_url': `ws://127.0.0.1:1/ws/${token}`,
      'workers.opml.url': `http://127.0.0.1:1/tok/${token}`,
    });
    const lines = [3_938, 3_960, 3_990].flatMap((length) => [
      'x'.repeat(length) + seed,
      'x'.repeat(length) + id,
      'x'.repeat(length) + token,
    ]);
    const short = `job_asked requestId=${id}\nconnecting url=ws://127.0.0.1:1/ws/${token}\n`;
    writeFileSync(join(sick.dir, 'state/operator.log'), `${lines.join('\n')}\n${short}`);
    const out = join(sick.dir, 'report.tar.gz');
    const found = await examine(sick.where, plan, new AbortController().signal);
    await writeBundle(out, found, sick.where, {force: false});
    const all = textOf(out);
    for (const secret of [seed, id, token])
      for (let from = 0; from + 6 <= secret.length; from += 1)
        expect(all).not.toContain(secret.slice(from, from + 6));
    expect(all).toContain('workers.opml.url = http://127.0.0.1:1/');
  });

  it('never holds a secret, wherever one was put', {timeout: 60_000}, async () => {
    const sick = patient();
    const word = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/);
    const key = fc.stringMatching(/^[0-9a-f]{64}$/);
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: key,
          raw: key,
          user: word,
          pass: word,
          path: word,
          query: word,
          env: word,
          odd: word,
          text: word,
          comment: word,
        }),
        fc.boolean(),
        async (secrets, broken) => {
          turn += 1;
          const {seed, raw, user, pass, path, query, env, odd, text, comment} = secrets;
          const rpc = `http://${user}:${pass}@127.0.0.1:1/v3/${path}?key=${query}`;
          sick.configure(
            {
              'node.vrf_key': seed,
              'node.vrf_key_file': null,
              'node.node_type': text,
              'chain.chain_rpc_url': rpc,
              'db.pg_db_url': `postgres://${user}:${pass}@127.0.0.1/db`,
              ...(broken ? {'node.signer_key': raw} : {'node.singer_key': raw}),
            },
            `# ${comment}\nmy_password: ${odd}\n${broken ? '\tx: [\n' : ''}`,
          );
          const log = join(sick.dir, 'state/a.log');
          writeFileSync(
            log,
            `asked ${rpc}\nseed ${seed}\n{"password":"${odd}","url":"http://x/?t=${query}"}\n`,
          );
          const where = {
            ...sick.where,
            env: {...sick.where.env, AOS_VRF_KEY: seed, MY_TOKEN: env, AOS_DB_PASS: env},
          };
          const found = await examine(where, plan, new AbortController().signal);
          const out = join(sick.dir, `${turn}.tar.gz`);
          await writeBundle(out, found, where, {force: false});
          const all = textOf(out);
          for (const [name, secret] of Object.entries(secrets))
            expect({name, found: all.includes(secret)}).toEqual({name, found: false});
        },
      ),
      {numRuns: 15},
    );
  });
});

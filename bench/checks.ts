import {X509Certificate} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {setTimeout as pause} from 'node:timers/promises';
import {createAttestor} from '../src/devnet/tee/attestation.ts';
import {systemTime} from '../src/lib/foundation/system/system-time.ts';
import {createAttestationThread} from '../src/lib/node/attestation-thread/client.ts';
import {engineDirs, isEngineThere} from '../src/lib/peers/zk/engine-dirs.ts';
import {ENGINE_DIRS, modelFiles, sha256} from '../test/support/proofs.ts';
import {awaitOperator, paceSoFar, startPace, type Paced, type PacedJob} from './dispatcher-requests.ts';
import {median, shown, type Row} from './figures.ts';
import {freePort, type Network} from './network.ts';
import {startChild} from './processes.ts';

const PAIRS = 3;
const A_SECOND = 20;
const WARM_UP_MS = 4_000;
const MEASURED_MS = 10_000;
const DOCUMENTS = 400;

type Workers = {tee: string; zkml: string; rootPem: string; registers: Readonly<Record<string, string>>};
type Delay = {p99: number; max: number};
type Leg = Delay & Paced;

/**
 * The delay of the operator's event loop, measured inside it, under a steady load of tee jobs (and zkml jobs, where the engine is
 * installed): with each answer checked, and by a build without any check, in turns. And how many documents the thread checks.
 */
export async function benchChecks(root: string, network: Network): Promise<Row[]> {
  const hasEngine = isEngineThere(engineDirs(ENGINE_DIRS[0] ?? null));
  const pairs: {without: Leg; checked: Leg}[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1)
    pairs.push({
      without: await leg('unchecked-operator-process', network, hasEngine),
      checked: await leg('operator-process', network, hasEngine),
    });
  const kinds = hasEngine ? 'tee and zkml jobs, 4 to 1' : 'tee jobs; the engine of zkml is not installed';
  const part = `Checks: ${A_SECOND} ${kinds}, a second, ${PAIRS} pairs of ${MEASURED_MS / 1000} s`;
  const each = (of: keyof Delay): string =>
    pairs.map(({without, checked}) => `${shown(without[of])} and ${shown(checked[of])}`).join(', ');
  return [
    {
      part,
      what: 'p99 of the event loop’s delay, above that without checks',
      figure: median(pairs.map(({without, checked}) => checked.p99 - without.p99)),
      unit: 'ms',
      target: {atMost: 5},
      note: `without and with: ${each('p99')} ms`,
    },
    {
      part,
      what: 'its longest delay with checks',
      figure: median(pairs.map(({checked}) => checked.max)),
      unit: 'ms',
      note: `without and with: ${each('max')} ms`,
    },
    {
      part,
      what: 'jobs accepted with checks, of those without',
      figure: median(pairs.map(({without, checked}) => checked.accepted / without.accepted)),
      unit: '×',
      note: pairs.map(({checked}) => `${checked.accepted} of ${checked.submitted}`).join(', '),
    },
    {
      part,
      what: 'documents that the thread checks in a second',
      figure: await documentsASecond(root),
      unit: '/s',
      note: `${DOCUMENTS} of one enclave`,
    },
  ];
}

async function leg(build: string, network: Network, hasEngine: boolean): Promise<Leg> {
  const callbackPort = await freePort();
  const workers = await startChild('attesting-process', callbackPort);
  const dispatcher = await network.dispatcher();
  const {tee, zkml, rootPem, registers} = workers.ready as Workers;
  try {
    const prepared = await network.prepare(dispatcher, 'all', (home) => {
      const rootFile = path.join(home, 'root.pem');
      writeFileSync(rootFile, rootPem);
      return {
        tee: {
          url: tee,
          callback_port: callbackPort,
          verify: 'require',
          root: rootFile,
          pcrs: {0: [registers['0']]},
        },
        ...(hasEngine ? {zkml: zkmlSection(zkml)} : {}),
      };
    });
    const operator = await startChild(build, prepared.config);
    try {
      await awaitOperator(dispatcher);
      const ofZkml: PacedJob = {
        kind: 'zkml',
        model: 'dense',
        params: JSON.stringify({proof_path: `${zkml}/proof.json`}),
      };
      const ofTee: PacedJob = {kind: 'tee'};
      await startPace(dispatcher, A_SECOND, [ofTee, ofTee, ofTee, ofTee, hasEngine ? ofZkml : ofTee]);
      await pause(WARM_UP_MS);
      await operator.ask('reset');
      await pause(MEASURED_MS);
      const delay = (await operator.ask('read')) as Delay;
      return {...delay, ...(await paceSoFar(dispatcher))};
    } finally {
      await operator.close();
    }
  } finally {
    await dispatcher.close();
    await workers.close();
  }
}

function zkmlSection(url: string) {
  const {vk, vkSha256, settings, settingsSha256, srs, srsSha256} = modelFiles('dense');
  const dense = {
    vk,
    vk_sha256: vkSha256,
    settings,
    settings_sha256: settingsSha256,
    srs,
    srs_sha256: srsSha256,
  };
  return {
    ...{url, verify: 'both', engine_dir: ENGINE_DIRS[0], repeated_proofs: 'allow'},
    ...{allow_private: ['127.0.0.0/8'], models: {dense}},
  };
}

/** One after the other, as for jobs, of an enclave whose certificates are known. */
async function documentsASecond(root: string): Promise<number> {
  const at = systemTime.now();
  const attestor = await createAttestor(at);
  const documents: Buffer[] = [];
  for (let n = 0; n < DOCUMENTS; n += 1) documents.push(await attestor.attest(`answer ${n}`, at));
  const threadUrl = pathToFileURL(path.join(root, 'dist', 'attestation-thread.js'));
  const thread = createAttestationThread({threadUrl, time: systemTime});
  const policy = {
    root: new Uint8Array(new X509Certificate(attestor.rootPem).raw),
    registers: {0: [attestor.registers['0'] ?? '']},
  };
  const {signal} = new AbortController();
  const check = async (n: number): Promise<void> => {
    const answer = {sha256: sha256(Buffer.from(`answer ${n}`)), between: {from: at, to: at}};
    const {verdict} = await thread.check(new Uint8Array(documents[n] ?? []), policy, answer, signal);
    if (verdict !== 'valid') throw new Error('a document of the bench is not valid');
  };
  try {
    for (let n = 0; n < 20; n += 1) await check(n);
    const before = performance.now();
    for (let n = 0; n < DOCUMENTS; n += 1) await check(n);
    return (DOCUMENTS * 1000) / (performance.now() - before);
  } finally {
    await thread.close();
  }
}

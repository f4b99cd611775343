import {readFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {usualEngineDir} from '../src/lib/config/proof-checks.ts';
import {systemTime} from '../src/lib/foundation/system/system-time.ts';
import {engineDirs, installCommand, isEngineThere} from '../src/lib/peers/zk/engine-dirs.ts';
import {createProofThread} from '../src/lib/peers/zk/proof-thread.ts';
import {loadEngine} from '../src/lib/peers/zk/thread/engine.ts';
import {USUAL_ENGINE} from '../src/lib/protocol/zk/engines.ts';
import {engineText, readEzklProof} from '../src/lib/protocol/zk/judging/ezkl-proof.ts';
import {readSrs} from '../src/lib/protocol/zk/judging/srs.ts';
import {modelFiles, proofFile} from '../test/support/proofs.ts';
import {median, type Row} from './figures.ts';

const CHECKS = 50;
const WARM_UP = 5;

/** What was measured; or why nothing was. */
export type ZkFigures = {rows: Row[]; leftOut: string | null};

/**
 * Checks one true proof of a model of the devnet again and again: in the thread, as for a job, and by the engine alone, in turns,
 * so that other work on the machine meets both.
 */
export async function benchZk(root: string): Promise<ZkFigures> {
  const dirs = engineDirs(usualEngineDir(process.env));
  if (!isEngineThere(dirs))
    return {rows: [], leftOut: `its engine is not installed (${installCommand(dirs[0] ?? root)})`};
  const files = modelFiles('dense');
  const proof = proofFile('dense-0');
  const engineAlone = engineCheck(files, proof, dirs);
  const threadUrl = pathToFileURL(path.join(root, 'dist', 'proof-thread.js'));
  const thread = createProofThread({threadUrl, time: systemTime});
  const {signal} = new AbortController();
  const inThread = async (): Promise<void> => {
    const {word} = await thread.judge({files, engineDirs: dirs, proof, signals: null}, signal);
    if (word !== 'true') throw new Error('the proof of the bench is not true');
  };
  try {
    for (let n = 0; n < WARM_UP; n += 1) {
      await inThread();
      engineAlone();
    }
    const [ours, engines]: [number[], number[]] = [[], []];
    for (let n = 0; n < CHECKS; n += 1) {
      const before = performance.now();
      await inThread();
      const between = performance.now();
      engineAlone();
      ours.push(between - before);
      engines.push(performance.now() - between);
    }
    const [oursMs, engineMs] = [median(ours), median(engines)];
    const row: Row = {
      part: `zk (p50 of ${CHECKS}, warm)`,
      what: 'check of a proof in its thread, against the engine alone',
      figure: oursMs / engineMs,
      unit: '×',
      target: {atMost: 1.5},
      note: `${oursMs.toFixed(1)} ms and ${engineMs.toFixed(1)} ms`,
    };
    return {rows: [row], leftOut: null};
  } finally {
    await thread.close();
  }
}

/** The engine's own time: with its files read and its proof parsed. */
function engineCheck(files: ReturnType<typeof modelFiles>, proof: Uint8Array, dirs: readonly string[]) {
  const engine = loadEngine(USUAL_ENGINE, dirs);
  const bytes = (path: string | null): Uint8ClampedArray => new Uint8ClampedArray(readFileSync(path ?? ''));
  const [vk, settings] = [bytes(files.vk), bytes(files.settings)];
  const srs = new Uint8ClampedArray(readSrs(readFileSync(files.srs ?? '')));
  const text = new Uint8ClampedArray(engineText(readEzklProof(proof)));
  return (): void => {
    if (!engine.verify(text, vk, settings, srs)) throw new Error('the engine refuses the proof of the bench');
  };
}

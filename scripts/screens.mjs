/**
 * The pictures of README, from the real screens: `npm run screens -- [dashboard] [wizard]` writes docs/img/NAME.svg. The
 * dashboard plays the recording of a devnet (test/fixtures/recording.ndjson) to its end, where its clock stops; the
 * wizard asks a devnet on the usual ports. Neither shows a time of this machine, so the same build gives the same pictures.
 */
import {spawn as spawnChild} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {svgOf} from './svg.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const AOS = path.join(root, 'bin/run.cjs');
const LIMIT_MS = 60_000;

/** A command in a terminal that can be read and typed into. */
function openTerminal(args, {cwd, columns, rows, env}) {
  const {CI: _ci, NO_COLOR: _no, FORCE_COLOR: _force, AOS_CONFIG: _config, ...rest} = process.env;
  const terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 1_000});
  const pty = spawn(process.execPath, [AOS, ...args], {
    cwd,
    cols: columns,
    rows,
    env: {
      ...rest,
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      ...env,
    },
  });
  pty.onData((chunk) => terminal.write(chunk));
  const text = () => {
    const {active} = terminal.buffer;
    return Array.from(
      {length: active.length},
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    ).join('\n');
  };
  return {
    terminal,
    text,
    press: (keys) => pty.write(keys),
    async until(pattern) {
      const end = performance.now() + LIMIT_MS;
      while (!pattern.test(text())) {
        if (performance.now() > end) throw new Error(`${pattern} did not come:\n${text()}`);
        await pause(50);
      }
    },
    close: () => pty.kill('SIGKILL'),
  };
}

async function dashboard() {
  const recording = path.join(root, 'test/fixtures/recording.ndjson');
  const args = ['dash', '--replay', recording, '--speed', '100000'];
  const window = openTerminal(args, {cwd: root, columns: 80, rows: 24, env: {}});
  try {
    await window.until(/ENDED[^]*6 LOG/);
    await pause(1_500);
    return svgOf(window.terminal, {
      title: 'aos dash',
      description:
        'aos dash: verdict, heartbeats, logical clock, sampling, signer, chain, jobs and log of a running operator',
    });
  } finally {
    window.close();
  }
}

const ENTER = '\r';
const CLEAR = '\u0015';
const QUESTIONS = [
  {asked: /Network/},
  {asked: /Operator address/},
  {asked: /Signer URL/},
  {asked: /Dispatcher \(/},
  {asked: /Dispatcher’s address/},
  {asked: /Chain RPC/, typed: 'http://127.0.0.1:8545'},
  {asked: /Range contract/},
  {asked: /Kind of worker/},
  {asked: /What is it/},
  {asked: /opml worker/},
  {asked: /Listen on/},
  {asked: /URL from outside/},
  {asked: /VRF key file/},
  {asked: /Journal directory/, typed: './state'},
  {asked: /Where alerts go/},
];

async function wizard() {
  // A name that is the same every time, for it is in the picture; made by us alone.
  const home = path.join(tmpdir(), 'aos-demo');
  mkdirSync(home, {mode: 0o700});
  const env = {HOME: home, AOS_HOME: path.join(home, 'aos')};
  let devnet;
  let window;
  try {
    devnet = await startDevnet(home, env);
    window = openTerminal(['init'], {cwd: home, columns: 80, rows: 60, env});
    for (const {asked, typed} of QUESTIONS) {
      await window.until(new RegExp(`\\? ${asked.source}[^\\n]*(\\n[^?]*)?$`));
      window.press(`${typed === undefined ? '' : CLEAR + typed}${ENTER}`);
    }
    await window.until(/Settings of [^]*config\.yaml[^]*Write it\?/);
    await pause(500);
    const lines = window.text().trimEnd().split('\n');
    // The last questions and the review; all of it would be a very long picture.
    const dispatcher = /dispatcher_address\s+(0x\w{40})/.exec(window.text())?.[1] ?? 'none';
    const from = lines.findIndex((line) => line.startsWith('7/'));
    return svgOf(window.terminal, {
      title: 'aos init',
      description: 'aos init: each answer is checked at once, and what will be written is shown before it is',
      lines: {from, count: lines.length - from},
      // The devnet's own key and birthday.
      masks: [
        [new RegExp(dispatcher, 'g'), '0x8eB34674C1C87D79f4c5bB73df09F0aA10A364Ee'],
        [/\d{4}-\d\d-\d\dT[\d:.]{12}Z/g, '2026-01-01T00:00:00.000Z'],
      ],
    });
  } finally {
    window?.close();
    devnet?.close();
    rmSync(home, {recursive: true, force: true});
  }
}

/** A devnet on the usual ports, where the wizard looks; it ends with us. */
function startDevnet(cwd, env) {
  const ports = [
    '--chain-port',
    '8545',
    '--signer-port',
    '9000',
    '--dispatcher-port',
    '3000',
    '--worker-port',
    '1234',
    '--operator-port',
    '21001',
  ];
  const child = spawnChild(
    process.execPath,
    [AOS, 'devnet', 'up', '--json', '--friendly', '--exit-with-stdin', ...ports],
    {
      cwd,
      env: {...process.env, ...env},
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`the devnet ended (${code}): ${text}`)));
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const line = text.split('\n').find((one) => one.includes('"type":"ready"'));
      if (line === undefined) return;
      resolve({close: () => child.stdin.end()});
    });
  });
}

const PICTURES = {dashboard, wizard};
const wanted = process.argv.slice(2);
mkdirSync(path.join(root, 'docs/img'), {recursive: true});
for (const [name, draw] of Object.entries(PICTURES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  writeFileSync(path.join(root, 'docs/img', `${name}.svg`), await draw());
  console.log(`docs/img/${name}.svg`);
}

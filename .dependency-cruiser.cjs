/**
 * The storeys of docs/architecture.md: a file imports from its own folder and from the storeys below, types included.
 * Rules name folders, never single files; every outside package has one owner.
 */
const LIB = '^src/lib';

/** From the ground up. */
const STOREYS = [
  ['foundation', [`${LIB}/foundation/`]],
  ['protocol', [`${LIB}/protocol/`]],
  ['config-and-keys', [`${LIB}/(config|keys)/`]],
  ['peers', [`${LIB}/peers/`]],
  ['node', [`${LIB}/node/`]],
  ['cli', [`${LIB}/cli/`]],
  ['features', [`${LIB}/features/`]],
  ['commands', ['^src/commands/', '^src/[^/]+\\.ts$']],
];
const pathsOf = (storeys) => storeys.flatMap(([, paths]) => paths);

/** Storeys that no disk, network, process or terminal is reached from. */
const PURE = [`${LIB}/foundation/(async|check|errors|next-step|text|time)/`, `${LIB}/protocol/`];

const owner = (name, module, folders) => ({
  name: `owner-of-${name}`,
  severity: 'error',
  from: {path: '^src/', pathNot: folders},
  to: {path: `node_modules/${module}/`},
});

module.exports = {
  forbidden: [
    {name: 'no-circle-of-files', severity: 'error', from: {}, to: {circular: true}},
    {
      name: 'no-circle-of-folders',
      severity: 'error',
      scope: 'folder',
      from: {path: '^src/'},
      to: {path: '^src/', circular: true},
    },
    ...STOREYS.slice(0, -1).map(([name, paths], index) => ({
      name: `${name}-imports-downwards`,
      severity: 'error',
      from: {path: paths},
      to: {path: pathsOf(STOREYS.slice(index + 1))},
    })),
    {
      name: 'a-feature-keeps-its-insides',
      severity: 'error',
      comment:
        'What stands in a folder of a feature is its own; the files beside that folder are for others too.',
      from: {path: `${LIB}/features/([^/]+)/`},
      to: {path: `${LIB}/features/[^/]+/[^/]+/`, pathNot: `${LIB}/features/$1/`},
    },
    {
      name: 'a-peer-knows-no-other-peer',
      severity: 'error',
      comment: 'One folder for each outside party; they share the HTTP client.',
      from: {path: `${LIB}/peers/([^/]+)/`},
      to: {path: `${LIB}/peers/`, pathNot: [`${LIB}/peers/$1/`, `${LIB}/peers/http/`]},
    },
    {
      name: 'the-operator-opens-no-peer',
      severity: 'error',
      comment: 'The loop knows its peers as types of its own (ports); features/run puts them in.',
      from: {path: `${LIB}/node/operator/`},
      to: {path: [`${LIB}/peers/`, `${LIB}/node/(control|alerts|crypto-worker)/`]},
    },
    {
      name: 'proofs-are-judged-in-a-thread',
      severity: 'error',
      comment:
        'The event loop only hands a proof over: what reads and checks one is loaded by the thread alone.',
      from: {path: '^src/', pathNot: [`${LIB}/peers/zk/thread/`, `${LIB}/protocol/zk/`]},
      to: {path: [`${LIB}/peers/zk/thread/`, `${LIB}/protocol/zk/judging/`]},
    },
    {
      name: 'attestations-are-checked-in-a-thread',
      severity: 'error',
      comment:
        'A check takes milliseconds of the processor: a thread makes it, or a command that does nothing else.',
      from: {
        path: '^src/',
        pathNot: [
          `${LIB}/protocol/attestation/check/`,
          `${LIB}/node/attestation-thread/thread\\.ts$`,
          `${LIB}/features/(verify|receipt)/`,
          '^src/commands/verify/',
        ],
      },
      to: {path: `${LIB}/protocol/attestation/check/`},
    },
    {
      name: 'a-run-reaches-no-check',
      comment:
        'The same over any number of files between: what the event loop of `aos run` loads never leads to what reads proofs, certificates or CBOR.',
      severity: 'error',
      from: {path: [`${LIB}/features/run/`, `${LIB}/node/operator/`]},
      to: {
        path: [
          `${LIB}/peers/zk/thread/`,
          `${LIB}/protocol/zk/judging/`,
          `${LIB}/protocol/attestation/check/`,
          'node_modules/(@peculiar/x509|cbor2|reflect-metadata)/',
        ],
        reachable: true,
      },
    },
    {
      name: 'receipts-are-checked-in-a-thread',
      comment:
        'A check recovers signatures: threads make it, or a command that does nothing else. What runs beside the jobs only writes receipts.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [`${LIB}/protocol/receipt/check/`, `${LIB}/node/receipts/`, `${LIB}/features/receipt/`],
      },
      to: {path: [`${LIB}/protocol/receipt/check/`, `${LIB}/node/receipts/`]},
    },
    {
      name: 'a-run-checks-no-receipt',
      severity: 'error',
      from: {path: [`${LIB}/node/`, `${LIB}/features/(run|dashboard|metrics)/`]},
      to: {path: `${LIB}/features/receipt/`},
    },
    {
      name: 'the-dashboard-draws-what-it-is-given',
      severity: 'error',
      comment: 'Drawing opens no socket, no file, no process.',
      from: {path: `${LIB}/features/dashboard/(model|panes)/`},
      to: {path: `${LIB}/(peers|config|keys|node/(journal|operator|control))/`},
    },
    {
      name: 'the-devnet-stands-apart',
      severity: 'error',
      comment: 'A package of its own: it knows neither the node nor the command line.',
      from: {path: '^src/devnet/'},
      to: {path: [`${LIB}/(node|cli|features)/`, '^src/commands/']},
    },
    {
      name: 'two-features-load-the-devnet',
      severity: 'error',
      from: {path: '^src/', pathNot: ['^src/devnet/', `${LIB}/features/(devnet|run)/`]},
      to: {path: '^src/devnet/'},
    },
    {
      name: 'the-product-needs-no-test',
      severity: 'error',
      comment: 'Tests, benches and scripts import the product, never the other way round.',
      from: {path: '^src/'},
      to: {path: '^(test|bench|scripts)/'},
    },
    {
      name: 'support-knows-no-test',
      severity: 'error',
      comment: 'What tests share is in test/support; no test imports another.',
      from: {path: '^(test|bench|scripts)/'},
      to: {path: '^test/.*\\.test\\.ts$'},
    },
    {
      name: 'pure-touches-nothing-outside',
      severity: 'error',
      from: {path: PURE},
      to: {dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer|events|util)$'},
    },
    owner('oclif', '@oclif/core', [
      '^src/[^/]+\\.ts$',
      '^src/commands/',
      `${LIB}/cli/`,
      `${LIB}/features/[^/]+/[a-z-]*flags\\.ts$`,
    ]),
    owner('yaml', 'yaml', [`${LIB}/config/`]),
    owner('undici', 'undici', [`${LIB}/peers/`]),
    owner('viem', 'viem', [`${LIB}/peers/(chain|signer)/`, '^src/devnet/']),
    owner('sqlite', '@photostructure', [`${LIB}/node/journal/`]),
    owner('ws', 'ws', [`${LIB}/peers/dispatcher/`, '^src/devnet/']),
    owner('inquirer', '@inquirer', [`${LIB}/cli/`]),
    owner('ink', 'ink', [`${LIB}/features/dashboard/`]),
    owner('react', '(@types/)?react', [`${LIB}/features/dashboard/`]),
    owner('noble-curves', '@noble/curves', [`${LIB}/keys/`, `${LIB}/protocol/zk/`, '^src/devnet/signer/']),
    owner('diff', 'diff', [`${LIB}/features/config/`]),
    owner('ora', 'ora', [`${LIB}/cli/`]),
    owner('pino', 'pino', [`${LIB}/features/run/`]),
    owner('prom-client', 'prom-client', [`${LIB}/features/metrics/`]),
    owner('tar', 'tar-stream', [`${LIB}/features/(backup|doctor)/`]),
    owner('age', 'age-encryption', [`${LIB}/features/backup/`]),
    owner('nodemailer', 'nodemailer', [`${LIB}/peers/alert/`]),
    owner('sodium', 'libsodium-wrappers-sumo', [`${LIB}/protocol/vrf/`]),
    owner('x509', '@peculiar/x509', [`${LIB}/protocol/attestation/check/`, '^src/devnet/tee/']),
    owner('reflect-metadata', 'reflect-metadata', [`${LIB}/protocol/attestation/check/`, '^src/devnet/tee/']),
    owner('cbor', 'cbor2', [`${LIB}/protocol/attestation/check/`]),
    owner('secp256k1', '@bitauth/libauth', [`${LIB}/protocol/wire/`]),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    doNotFollow: {path: 'node_modules'},
    enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'node', 'default']},
  },
};

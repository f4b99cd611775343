/**
 * The layers of docs/architecture.md: imports go downwards only, and every outside package has one owner.
 * 0 pure · 1 adapters · 2 core · 3 view · 4 edge; the devnet stands beside 1 and nothing but the edge imports it.
 */
const LIB = '^src/lib';
const PURE = [
  `${LIB}/(errors|error-table|time|backoff|names|linked-abort)\\.ts$`,
  `${LIB}/(clock|protocol|vrf)/`,
  `${LIB}/config/(schema|networks|config|values|problems|shown|reference)\\.ts$`,
  `${LIB}/operator/(events|ports|answer|tally|turns|lane|view|view-jobs)\\.ts$`,
  `${LIB}/(liveness|alerts|status|evidence|explain|schemas|doctor|task|init)/`,
  `${LIB}/keys/(bn254|registration|private-key|big-endian)\\.ts$`,
  `${LIB}/output/`,
];
const ADAPTERS = [
  `${LIB}/(system-time|make-directory)\.ts$`,
  `${LIB}/(config|signer|chain|dispatcher|worker|webhook|journal|keys|control|aside|http)/`,
  `${LIB}/operator/(server|control)\\.ts$`,
];
const CORE = [`${LIB}/operator/`];
const EDGE = ['^src/commands/', '^src/[^/]+\\.ts$', `${LIB}/edge/`, `${LIB}/base-command\\.ts$`];
const DEVNET = [`${LIB}/devnet/`];

const owner = (name, module, folders) => ({
  name: `owner-of-${name}`,
  severity: 'error',
  from: {path: '^src/', pathNot: folders},
  to: {path: `node_modules/${module}/`},
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
    },
    {
      name: 'pure-imports-pure',
      severity: 'error',
      from: {path: PURE},
      to: {path: LIB, pathNot: PURE, dependencyTypesNot: ['type-only']},
    },
    {
      name: 'adapters-import-pure',
      severity: 'error',
      comment: 'An adapter knows the pure core and its own folder, not its neighbours.',
      from: {path: `${LIB}/(config|signer|chain|dispatcher|worker|webhook|journal|keys|control|aside)/`},
      to: {
        path: LIB,
        pathNot: [...PURE, `${LIB}/$1/`, `${LIB}/http/`, `${LIB}/(system-time|make-directory)\\.ts$`],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'core-sees-types-of-adapters',
      severity: 'error',
      from: {path: CORE, pathNot: `${LIB}/operator/(server|control)\\.ts$`},
      to: {path: [...ADAPTERS, ...DEVNET, ...EDGE], dependencyTypesNot: ['type-only'], pathNot: PURE},
    },
    {
      name: 'dashboard-sees-events-and-view',
      severity: 'error',
      comment: 'It draws what it is given: no socket, no file, no process.',
      from: {path: `${LIB}/dashboard/`},
      to: {path: LIB, pathNot: [...PURE, `${LIB}/dashboard/`]},
    },
    {
      name: 'dashboard-touches-nothing-outside',
      severity: 'error',
      from: {path: `${LIB}/dashboard/`},
      to: {dependencyTypes: ['core']},
    },
    {
      name: 'devnet-stays-aside',
      severity: 'error',
      from: {path: '^src/', pathNot: [...DEVNET, ...EDGE, `${LIB}/schemas/`]},
      to: {path: DEVNET},
    },
    {
      name: 'devnet-does-not-know-the-core',
      severity: 'error',
      from: {path: DEVNET},
      to: {path: [...CORE, ...EDGE], pathNot: PURE, dependencyTypesNot: ['type-only']},
    },
    {
      name: 'nothing-imports-commands',
      severity: 'error',
      from: {pathNot: '^src/commands/'},
      to: {path: '^src/commands/'},
    },
    {
      name: 'pure-touches-nothing-outside',
      severity: 'error',
      from: {path: PURE},
      to: {dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer|path|os|util|stream)$'},
    },
    owner('oclif', '@oclif/core', [
      '^src/(main|build-info)\\.ts$',
      '^src/commands/',
      `${LIB}/base-command\\.ts$`,
      `${LIB}/edge/[a-z]+-flag\\.ts$`,
    ]),
    owner('yaml', 'yaml', [`${LIB}/config/`]),
    owner('undici', 'undici', [`${LIB}/(http|dispatcher|webhook)/`]),
    owner('viem', 'viem', [`${LIB}/(chain|signer|devnet)/`]),
    owner('sqlite', '@photostructure', [`${LIB}/journal/`]),
    owner('ws', 'ws', [`${LIB}/(dispatcher|devnet)/`]),
    owner('chalk', 'chalk', [`${LIB}/edge/`, `${LIB}/signer/report\\.ts$`]),
    owner('inquirer', '@inquirer', [`${LIB}/output/prompt\\.ts$`]),
    owner('ink', 'ink', [`${LIB}/dashboard/`]),
    owner('react', '(@types/)?react', [`${LIB}/dashboard/`]),
    owner('noble-curves', '@noble/curves', [`${LIB}/keys/`, `${LIB}/devnet/signer-keys\\.ts$`]),
    owner('diff', 'diff', [`${LIB}/edge/`]),
    owner('ora', 'ora', [`${LIB}/edge/`]),
    owner('pino', 'pino', [`${LIB}/edge/log\\.ts$`]),
    owner('tar', 'tar-stream', [`${LIB}/edge/`]),
    owner('sodium', 'libsodium-wrappers-sumo', [`${LIB}/vrf/`]),
    owner('secp256k1', '@bitauth/libauth', [`${LIB}/protocol/secp256k1\\.ts$`]),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    doNotFollow: {path: 'node_modules'},
    enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'node', 'default']},
  },
};

import tseslint from 'typescript-eslint';

/** Node globals that the library may use only through a parameter (architecture: time and disk come in as parameters). */
const portsOnly = [
  {name: 'fetch', message: 'Use undici in an adapter.'},
  {name: 'setTimeout', message: 'Use the Time port.'},
  {name: 'setInterval', message: 'Use the Time port.'},
];

/** Each of these has one place, src/lib/foundation/async (docs/adr/0019-own-async-toolkit.md). */
const asyncToolkit = [
  {
    selector: "CallExpression[callee.property.name='addEventListener'][arguments.0.value='abort']",
    message: 'Use onAbort, abortable or untilAbort of foundation/async/abort.ts.',
  },
  {
    selector: "CallExpression[callee.property.name='removeEventListener'][arguments.0.value='abort']",
    message: 'Use onAbort or abortable of foundation/async/abort.ts.',
  },
  {
    selector: "MemberExpression[object.name='AbortSignal'][property.name='any']",
    message: 'Use linkedAbort: on Node 20 this signal may be collected before it fires.',
  },
  {
    selector:
      "NewExpression[callee.name='Promise'] CallExpression[callee.name='setTimeout'][arguments.0.type='Identifier']",
    message: 'Sleep by the Time port (systemTime.sleep where there is none).',
  },
  {
    selector:
      "NewExpression[callee.name='Promise'] > ArrowFunctionExpression > CallExpression[callee.name='setTimeout']",
    message: 'Sleep by the Time port (systemTime.sleep where there is none).',
  },
];

const ASK_THE_FLOW = 'Use a member of the flow: only peers/chain/flows asks which one it is.';
/** `flow` or `flow.name`, as a variable or a member. */
const named = (node, path) => [
  `${node}[${path}.name='flow']`,
  `${node}[${path}.property.name='flow']`,
  `${node}[${path}.property.name='name'][${path}.object.name='flow']`,
  `${node}[${path}.property.name='name'][${path}.object.property.name='flow']`,
];

/** A new way to register is a file of peers/chain/flows and a line of its list (docs/architecture.md). */
const noFlowNames = [
  'Literal[value=/^(bls|bls-v1|ecdsa-b[0-9]|slashing-registry|operator-sets)$/]',
  'TemplateLiteral[expressions.length=0] > TemplateElement[value.raw=/^(bls|bls-v1|ecdsa-b[0-9]|slashing-registry|operator-sets)$/]',
  'Property[computed=false] > Identifier.key[name=/^(bls|operatorSets|slashingRegistry)$/]',
  ...named('SwitchStatement', 'discriminant'),
  ...named('MemberExpression[computed=true]', 'property'),
  ...['startsWith', 'endsWith', 'includes', 'match'].flatMap((method) =>
    named(`CallExpression[callee.property.name='${method}']`, 'callee.object'),
  ),
  ...['has', 'includes', 'indexOf', 'test'].flatMap((method) =>
    named(`CallExpression[callee.property.name='${method}']`, 'arguments.0'),
  ),
  ...named(
    "BinaryExpression[operator=/^[!=]==$/]:not([right.type='Literal']):not([right.type='Identifier'][right.name='undefined'])",
    'left',
  ),
  'ImportDeclaration[source.value=/flows\\/(bls|ecdsa|operator-sets|slashing-registry)\\.ts$/]',
].map((selector) => ({selector, message: ASK_THE_FLOW}));

/** What a test brings as a parameter instead (docs/traps.md). */
const noMocks = [
  ...['mock', 'doMock', 'unmock', 'hoisted'].map((property) => ({
    object: 'vi',
    property,
    message: 'Bring a port of your own; modules are not mocked.',
  })),
  {object: 'vi', property: 'useFakeTimers', message: 'They miss node:timers/promises: bring virtualTime().'},
];

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'coverage/**',
      '.dependency-cruiser.cjs',
      'bin/**',
      'test/vectors/**',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', {considerDefaultExhaustiveForUnions: true}],
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true, allowBoolean: true}],
      '@typescript-eslint/no-confusing-void-expression': ['error', {ignoreArrowShorthand: true}],
      '@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_', ignoreRestSiblings: true}],
      '@typescript-eslint/no-empty-function': 'off',
      // Our objects are closures, not instances: a method carries no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/lib/**/*.{ts,tsx}'],
    ignores: ['src/lib/foundation/system/system-time.ts', 'src/lib/cli/**', 'src/lib/features/**'],
    rules: {
      'no-restricted-globals': ['error', ...portsOnly],
      'no-restricted-properties': [
        'error',
        {object: 'Date', property: 'now', message: 'Use the Time port.'},
        {object: 'Math', property: 'random', message: 'Take randomness as a parameter.'},
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {'no-restricted-syntax': ['error', ...asyncToolkit, ...noFlowNames]},
  },
  {
    files: ['src/lib/foundation/async/**/*.ts'],
    rules: {'no-restricted-syntax': ['error', ...noFlowNames]},
  },
  {
    // The devnet has one table of the contracts that it deploys, with a line for each flow.
    files: ['src/lib/peers/chain/flows/*.ts', 'src/devnet/chain/contract-sets.ts'],
    rules: {'no-restricted-syntax': ['error', ...asyncToolkit]},
  },
  {
    // A longer function gives its reason at its place, in the comment that switches the rule off for it alone.
    files: ['src/**/*.{ts,tsx}'],
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    rules: {'max-lines': ['error', 300], 'max-lines-per-function': ['error', 120]},
  },
  {
    files: ['src/lib/cli/prompt.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'stdout',
          message: 'Questions are drawn on stderr: stdout carries results only.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-properties': ['error', ...noMocks],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.object.name='vi'][callee.property.name='spyOn']:not([arguments.0.object.name='process'])",
          message: 'Only streams of the process are spied on; bring a port of your own for the rest.',
        },
      ],
    },
  },
  {files: ['bench/**/*.ts', 'scripts/**/*.ts'], rules: {'no-console': 'off'}},
);

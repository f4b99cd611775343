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
    ignores: ['src/lib/foundation/async/**'],
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

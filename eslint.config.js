import tseslint from 'typescript-eslint';
import { configs as lit } from 'eslint-plugin-lit';

// The floors of the house, lowest first; a folder may import only from folders listed for it (docs/architecture.md).
const floors = {
  protocol: [],
  trace: ['protocol'],
  audio: ['protocol', 'trace'],
  files: ['trace'],
  rewrite: ['protocol', 'trace', 'audio', 'analysis'],
  rules: ['protocol', 'trace', 'audio', 'files'],
  analysis: ['protocol', 'trace', 'audio'],
  document: ['protocol', 'trace', 'audio', 'analysis'],
  simulator: ['protocol', 'trace', 'audio', 'files', 'analysis'],
  proxy: ['protocol', 'trace', 'rules', 'simulator'],
  replay: ['exchange', 'protocol', 'trace', 'audio', 'files', 'rules', 'analysis', 'document', 'simulator', 'proxy'],
  expect: ['protocol', 'trace', 'files', 'rules', 'analysis', 'document', 'replay'],
  codegen: ['protocol', 'trace'],
  exchange: ['protocol', 'trace', 'audio', 'files', 'analysis', 'rewrite', 'document', 'simulator', 'proxy'],
  compare: ['protocol', 'trace', 'audio', 'analysis', 'document', 'simulator', 'exchange'],
  library: ['protocol', 'trace', 'analysis', 'proxy', 'replay', 'expect'],
  extension: [
    'expect',
    'replay',
    'compare',
    'rewrite',
    'exchange',
    'protocol',
    'trace',
    'codegen',
    'audio',
    'files',
    'rules',
    'analysis',
    'document',
    'simulator',
    'proxy',
  ],
  cli: [
    'expect',
    'replay',
    'compare',
    'rewrite',
    'exchange',
    'protocol',
    'trace',
    'audio',
    'files',
    'rules',
    'analysis',
    'document',
    'simulator',
    'proxy',
  ],
};
const all = Object.keys(floors);
const oneWay = all.map((floor) => ({
  files: [`src/${floor}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: floor === 'extension' ? [] : [{ name: 'vscode', message: 'Only src/extension knows VS Code.' }],
        patterns: all
          .filter((other) => other !== floor && !floors[floor].includes(other))
          .map((other) => ({
            group: [`../${other}/*`, `../${other}`, `../../${other}/*`],
            message: `src/${floor} stands below or beside src/${other}: imports run one way.`,
          })),
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'out/**',
      'node_modules/**',
      'test/vscode/server/**',
      'test/bench/node_modules/**',
      '**/output/**',
    ],
  },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        { selector: "MemberExpression[property.name='innerHTML']", message: 'Captured text never becomes HTML.' },
        {
          selector: "CallExpression[callee.property.name='insertAdjacentHTML']",
          message: 'Captured text never becomes HTML.',
        },
        { selector: "ImportSpecifier[imported.name='unsafeHTML']", message: 'Captured text never becomes HTML.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'webview/**/*.ts'],
    rules: { 'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }] },
  },
  ...oneWay,
  { files: ['webview/**/*.ts'], ...lit['flat/recommended'] },
  {
    files: ['webview/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', '**/src/proxy/*', '**/src/simulator/*', '**/src/extension/*', '**/src/cli/*'],
              message: 'The webview takes types and pure functions of the lower floors.',
            },
          ],
        },
      ],
    },
  },
);

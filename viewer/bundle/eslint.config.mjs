/** What the types do not see: the rules for the pages' scripts and for what builds them. */
import js from '@eslint/js';

const STYLE = {
  'max-len': ['error', {code: 120}],
  'max-lines': ['error', 450],
  'max-lines-per-function': ['error', {max: 60, skipComments: true}],
  'no-restricted-syntax': [
    'error',
    {selector: "MemberExpression[property.name='innerHTML']", message: 'names of a city are text, never HTML'}
  ],
  'no-restricted-globals': ['error', 'event', 'name', 'status'],
  eqeqeq: 'error',
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-shadow': 'error',
  'no-unused-vars': ['error', {argsIgnorePattern: '^_'}],
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'prefer-template': 'error'
};

export default [
  {ignores: ['page/built/**', 'page/enums.js', 'bundle/node_modules/**', 'bundle/build/**']},
  js.configs.recommended,
  // names that nobody declared are found by the types, which know the browser's
  {files: ['page/**/*.js'], rules: {...STYLE, 'no-undef': 'off'}},
  {
    files: ['bundle/*.mjs', 'bundle/src/*.js'],
    rules: {...STYLE, 'no-shadow': 'off'},
    languageOptions: {globals: {process: 'readonly', console: 'readonly', Buffer: 'readonly'}}
  }
];

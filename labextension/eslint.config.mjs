import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config({ ignores: ['lib/', 'node_modules/', '.yarn/'] }, js.configs.recommended, {
  files: ['**/*.{ts,tsx}'],
  extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
  languageOptions: {
    parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname }
  },
  plugins: { 'react-hooks': hooks },
  rules: {
    ...hooks.configs.recommended.rules,
    curly: 'error',
    eqeqeq: 'error',
    'no-console': 'error',
    'no-alert': 'error',
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    // Lumino's signals are connected to a method and, beside it, the object that it belongs to.
    '@typescript-eslint/unbound-method': 'off'
  }
});

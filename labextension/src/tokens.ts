import { Token } from '@lumino/coreutils';
import type { Tunebook } from './model/tunebook';

export const ITunebook = new Token<Tunebook>(
  'tunebook:ITunebook',
  'The runs, the models and the machine, as Tunebook knows them.'
);

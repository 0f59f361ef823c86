import type { TranslationBundle } from '@jupyterlab/translation';
import type { Trouble } from '../model/trouble';

/** What a person reads when a request failed, and what helps. */
export function troubleWords(trouble: Trouble, trans: TranslationBundle): { message: string; fix: string } {
  switch (trouble.kind) {
    case 'gone':
      return {
        message: trans.__('The Jupyter server does not answer.'),
        fix: trans.__('It may be restarting, or the connection is lost.')
      };
    case 'absent':
      return {
        message: trans.__('This Jupyter server runs without Tunebook.'),
        fix: trans.__(
          'Restart it; if that does not help: jupyter server extension enable --sys-prefix kit.lab'
        )
      };
    case 'denied':
      return {
        message: trouble.message || trans.__('The Jupyter server does not know you any more.'),
        fix: trouble.fix || trans.__('Reload the page to sign in.')
      };
    case 'unreadable':
      return {
        message: trans.__('The server’s answer cannot be read (%1).', trouble.message),
        fix: trans.__('Tunebook may have been updated: restart the server and reload the page.')
      };
    case 'refused':
      return { message: trouble.message, fix: trouble.fix };
  }
}

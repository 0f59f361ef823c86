/** Tells when a run ends that was alive since the page was opened, whether the panel is open or not. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';
import { CommandIDs } from '../commands';
import type { Ended } from '../model/ending';
import type { Tunebook } from '../model/tunebook';
import { figureWords, runName } from '../model/words';
import { ITunebook } from '../tokens';

// Questions to a model end within seconds, before the eyes of who asked.
const QUIET = ['answer'];
const SECONDS = 1000;

export const notices: JupyterFrontEndPlugin<void> = {
  id: 'tunebook:notices',
  description: 'Notifies when a run ends or fails.',
  autoStart: true,
  requires: [ITunebook, ITranslator],
  activate: (app, tunebook: Tunebook, translator: ITranslator) => {
    const trans = translator.load('tunebook');
    tunebook.runs.ended.connect((_, run) => {
      const { notifyFinished, notifyFailed } = tunebook.settings;
      const actions = [
        {
          label: trans.__('Open log'),
          callback: () =>
            void app.commands.execute(CommandIDs.openLog, { id: run.id, name: runName(run, trans) })
        }
      ];
      if (QUIET.includes(run.kind)) {
        return;
      }
      if (run.state === 'finished' && notifyFinished) {
        Notification.success(finishedWords(run, trans), { autoClose: 10 * SECONDS, actions });
      } else if ((run.state === 'failed' || run.state === 'crashed') && notifyFailed) {
        Notification.error(failedWords(run, trans), { autoClose: false, actions });
      }
    });
  }
};

function finishedWords(run: Ended, trans: TranslationBundle): string {
  const figure = figureWords(run.figure);
  const name = runName(run, trans);
  return figure ? trans.__('%1 has finished: %2.', name, figure) : trans.__('%1 has finished.', name);
}

function failedWords(run: Ended, trans: TranslationBundle): string {
  const name = runName(run, trans);
  const what = run.state === 'crashed' ? trans.__('%1 has crashed.', name) : trans.__('%1 has failed.', name);
  return [what, run.cause, run.fix].filter(Boolean).join(' ');
}

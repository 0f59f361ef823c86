/** What the buttons of the side panel do that is more than asking the server. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { FileBrowser } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from '../commands';
import type { Tunebook } from '../model/tunebook';
import { bytes, runName } from '../model/words';
import type { ModelDeeds } from '../view/models';
import type { RunsDeeds } from '../view/runs';
import { folderOf, openPath } from './place';
import { attempt } from './say';

/** Where the buttons are pressed. */
export interface Scene {
  app: JupyterFrontEnd;
  tunebook: Tunebook;
  docs: IDocumentManager;
  browser: FileBrowser | null;
  trans: TranslationBundle;
}

const UNDO_MS = 15_000;

export function runDeeds({ app, tunebook, docs, browser, trans }: Scene, rowGone: () => void): RunsDeeds {
  const { runs } = tunebook;
  const folder = () => folderOf(browser, app.serviceManager.contents);
  const undo = (id: string) => ({
    label: trans.__('Undo'),
    callback: () => void attempt(() => runs.restore(id), trans)
  });
  return {
    openLog: run => void app.commands.execute(CommandIDs.openLog, { id: run.id, name: runName(run, trans) }),
    openNotebook: run => {
      openPath(docs, run.notebook ?? '');
    },
    reproduce: run =>
      void runs.reproduce(run.id, folder()).then(path => {
        if (path !== null) {
          openPath(docs, path);
        }
      }),
    remove: run =>
      void runs.remove(run.id).then(done => {
        if (done) {
          rowGone();
          const actions = [undo(run.id)];
          Notification.info(trans.__('%1 is in the trash.', runName(run, trans)), {
            autoClose: UNDO_MS,
            actions
          });
        }
      }),
    compare: () =>
      void attempt(async () => {
        openPath(docs, await runs.compare(folder()));
      }, trans)
  };
}

export function modelDeeds({ tunebook, trans }: Scene): ModelDeeds {
  return {
    remove: model =>
      void showDialog({
        title: trans.__('Remove %1 from this disk?', model.title),
        body: trans.__('This frees %1. The model can be got again.', bytes(model.bytes)),
        buttons: [
          Dialog.cancelButton({ label: trans.__('Cancel') }),
          Dialog.warnButton({ label: trans.__('Remove') })
        ]
      }).then(({ button }) => (button.accept ? tunebook.models.remove(model.name) : false))
  };
}

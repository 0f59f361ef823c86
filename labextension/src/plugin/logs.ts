/** Opens the log of a run in a tab; one that is open already is shown. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { CommandIDs, textOf } from '../commands';
import { tunebookIcon } from '../icons';
import { LogTail } from '../model/tail';
import type { Tunebook } from '../model/tunebook';
import { ITunebook } from '../tokens';
import { logTab } from '../view/log';

export const logs: JupyterFrontEndPlugin<void> = {
  id: 'tunebook:logs',
  description: 'Shows the log of a run.',
  autoStart: true,
  requires: [ITunebook, ITranslator],
  activate: (app, tunebook: Tunebook, translator: ITranslator) => {
    const trans = translator.load('tunebook');
    app.commands.addCommand(CommandIDs.openLog, {
      label: args => trans.__('Log of %1', textOf(args, 'name')),
      describedBy: {
        args: {
          type: 'object',
          properties: { id: { type: 'string' }, name: { type: 'string' } },
          required: ['id']
        }
      },
      execute: args => {
        const id = textOf(args, 'id');
        const name = textOf(args, 'name', id);
        const place = `tunebook-log-${id}`;
        const open = [...app.shell.widgets('main')].find(widget => widget.id === place);
        if (!open) {
          const tab = logTab({ tail: new LogTail(tunebook.client, id), name, trans });
          tab.id = place;
          tab.title.label = trans.__('Log: %1', name);
          tab.title.icon = tunebookIcon;
          tab.title.closable = true;
          app.shell.add(tab, 'main', { mode: 'split-bottom' });
        }
        app.shell.activateById(place);
      }
    });
  }
};

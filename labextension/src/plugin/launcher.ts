/** The category "Tunebook" of the launcher: every template, and a new experiment. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';
import { CommandIDs, textOf } from '../commands';
import { tunebookIcon } from '../icons';
import * as contract from '../model/contract';
import * as shelf from '../model/shelf';
import type { Tunebook } from '../model/tunebook';
import { ITunebook } from '../tokens';
import { openPath } from './place';
import { attempt } from './say';

const CATEGORY = 'Tunebook';
const FIRST_RANK = 10;

export const launcher: JupyterFrontEndPlugin<void> = {
  id: 'tunebook:launcher',
  description: 'Adds the templates and a new experiment to the launcher.',
  autoStart: true,
  requires: [ITunebook, ITranslator, IDocumentManager],
  optional: [ILauncher, IDefaultFileBrowser, ICommandPalette],
  activate: (
    app,
    tunebook: Tunebook,
    translator: ITranslator,
    docs: IDocumentManager,
    tiles: ILauncher | null,
    browser: IDefaultFileBrowser | null,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('tunebook');
    const { contents } = app.serviceManager;
    app.commands.addCommand(CommandIDs.copyTemplate, {
      label: args => textOf(args, 'title', trans.__('Start from a template')),
      caption: args => textOf(args, 'description'),
      icon: tunebookIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            title: { type: 'string' },
            description: { type: 'string' },
            cwd: { type: 'string' }
          },
          required: ['name']
        }
      },
      execute: args =>
        attempt(async () => {
          const folder = contents.localPath(textOf(args, 'cwd', browser?.model.path));
          const name = textOf(args, 'name');
          const { path } = await tunebook.client.post(['templates', name, 'copy'], { folder }, contract.path);
          openPath(docs, path);
        }, trans)
    });

    const addTemplates = async () => {
      const { templates } = await tunebook.client.get(['templates'], shelf.templates);
      // The first is the quickstart; people look for that word.
      templates.forEach(({ name, title, description }, index) => {
        const item = {
          command: CommandIDs.copyTemplate,
          args: {
            name,
            ...(index === 0 ? { title: trans.__('Quickstart'), description: title } : { title, description })
          },
          category: CATEGORY
        };
        tiles?.add({ ...item, rank: FIRST_RANK + index });
        palette?.addItem(item);
      });
    };
    tiles?.add({ command: CommandIDs.newExperiment, category: CATEGORY, rank: 0 });
    // The page comes first. A server without Tunebook's routes is told of in the panel, where somebody looks.
    void app.restored.then(addTemplates).catch(() => undefined);
  }
};

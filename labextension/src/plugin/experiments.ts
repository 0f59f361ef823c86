/** New experiments: from the launcher, or from a data file in the file browser. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import { ITranslator } from '@jupyterlab/translation';
import { CommandIDs, textOf } from '../commands';
import { tunebookIcon } from '../icons';
import { ExperimentForm } from '../model/experiment';
import type { Tunebook } from '../model/tunebook';
import { ITunebook } from '../tokens';
import { experimentDialog } from '../view/experiment';
import { DATA_KINDS, isOf, openPath, parentOf } from './place';

export const experiments: JupyterFrontEndPlugin<void> = {
  id: 'tunebook:experiments',
  description: 'Writes a notebook for a new experiment.',
  autoStart: true,
  requires: [ITunebook, ITranslator, IDocumentManager],
  optional: [IDefaultFileBrowser, IFileBrowserFactory, ICommandPalette],
  activate: (
    app,
    tunebook: Tunebook,
    translator: ITranslator,
    docs: IDocumentManager,
    browser: IDefaultFileBrowser | null,
    browsers: IFileBrowserFactory | null,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('tunebook');
    const { contents } = app.serviceManager;

    const ask = async (title: string, folder: string, data = '') => {
      const form = new ExperimentForm(tunebook.client, folder);
      const near = await dataFiles(contents, folder);
      void form.open(data);
      const { button } = await experimentDialog({ form, title, near, trans }).launch();
      if (button.accept && form.written) {
        openPath(docs, form.written);
      }
    };

    app.commands.addCommand(CommandIDs.newExperiment, {
      label: args => (args.isPalette ? trans.__('New Experiment …') : trans.__('New experiment')),
      caption: trans.__('Choose data, a task and a goal, and get a notebook for them'),
      icon: tunebookIcon,
      describedBy: { args: { type: 'object', properties: { cwd: { type: 'string' } } } },
      execute: args => {
        const folder = contents.localPath(textOf(args, 'cwd', browser?.model.path));
        return ask(trans.__('New experiment'), folder);
      }
    });
    palette?.addItem({ command: CommandIDs.newExperiment, args: { isPalette: true }, category: 'Tunebook' });

    const selected = (): string | null => {
      const items = [...((browsers?.tracker.currentWidget ?? browser)?.selectedItems() ?? [])];
      const [item] = items;
      const one = items.length === 1 && item?.type !== 'directory' && isOf(DATA_KINDS, item?.path ?? '');
      return one && item ? contents.localPath(item.path) : null;
    };
    app.commands.addCommand(CommandIDs.openData, {
      label: trans.__('Open in Tunebook'),
      caption: trans.__('Check this data and write a notebook for it'),
      icon: tunebookIcon,
      describedBy: { args: { type: 'object', properties: { path: { type: 'string' } } } },
      isVisible: () => selected() !== null,
      execute: args => {
        const path = textOf(args, 'path') || selected();
        return path === null ? undefined : ask(trans.__('Open in Tunebook'), parentOf(path), path);
      }
    });
  }
};

/** The data files of a folder; none where it cannot be read, since a path can be typed as well. */
async function dataFiles(contents: Contents.IManager, folder: string): Promise<string[]> {
  try {
    const { content } = (await contents.get(folder)) as { content: Contents.IModel[] };
    return content
      .filter(({ type, name }) => type !== 'directory' && isOf(DATA_KINDS, name))
      .map(({ path }) => contents.localPath(path));
  } catch {
    return [];
  }
}

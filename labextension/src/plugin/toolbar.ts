/** The notebook's toolbar: insert a panel, preview as an app, publish. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry, MainAreaWidget } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';
import { IFrame } from '@jupyterlab/ui-components';
import { CommandIDs } from '../commands';
import { previewIcon, publishIcon } from '../icons';
import { Publication } from '../model/publishing';
import type { Tunebook } from '../model/tunebook';
import { ITunebook } from '../tokens';
import { publishDialog } from '../view/publish';
import { insertPanelButton } from './insert';
import { parentOf } from './place';

const PREVIEW_FACTORY = 'Voila Preview';

export const toolbar: JupyterFrontEndPlugin<void> = {
  id: 'tunebook:toolbar',
  description: 'Adds panels, the preview as an app and publishing to the toolbar of notebooks.',
  autoStart: true,
  requires: [ITunebook, ITranslator, INotebookTracker],
  optional: [IToolbarWidgetRegistry, IDefaultFileBrowser],
  activate: (
    app,
    tunebook: Tunebook,
    translator: ITranslator,
    tracker: INotebookTracker,
    bars: IToolbarWidgetRegistry | null,
    browser: IDefaultFileBrowser | null
  ) => {
    const trans = translator.load('tunebook');
    const describedBy = { args: { type: 'object', properties: {} } };
    const isEnabled = () => tracker.currentWidget !== null;
    bars?.addFactory<NotebookPanel>('Notebook', 'tunebook-insert', notebook =>
      insertPanelButton(tunebook, notebook, trans)
    );
    app.commands.addCommand(CommandIDs.previewApp, {
      label: trans.__('Preview as app'),
      caption: trans.__('Preview as app: show this notebook beside itself as its visitors will see it'),
      icon: previewIcon,
      describedBy,
      isEnabled,
      execute: async () => {
        const notebook = tracker.currentWidget;
        if (notebook && (await saved(notebook))) {
          preview(app, notebook, trans);
        }
      }
    });
    app.commands.addCommand(CommandIDs.publishApp, {
      label: trans.__('Publish …'),
      caption: trans.__('Publish …: write a folder that runs this notebook as an app anywhere'),
      icon: publishIcon,
      describedBy,
      isEnabled,
      execute: async () => {
        const notebook = tracker.currentWidget;
        if (notebook && (await saved(notebook))) {
          const path = app.serviceManager.contents.localPath(notebook.context.path);
          const publication = new Publication(tunebook.client, path, parentOf(path));
          const openFolder = (folder: string) => {
            void browser?.model.cd(`/${folder}`);
            app.shell.activateById(browser?.id ?? '');
          };
          void publication.look();
          await publishDialog({ publication, openFolder, trans }).launch();
        }
      }
    });
  }
};

/** Write the notebook to the disk, where the server reads it; says whether that was done (Lab tells why not). */
async function saved(notebook: NotebookPanel): Promise<boolean> {
  await notebook.context.ready;
  if (notebook.context.model.dirty) {
    await notebook.context.save();
  }
  return !notebook.context.model.dirty;
}

function preview(app: JupyterFrontEnd, notebook: NotebookPanel, trans: TranslationBundle): void {
  const { path } = notebook.context;
  const options = { mode: 'split-right', ref: notebook.id };
  if (app.docRegistry.getWidgetFactory(PREVIEW_FACTORY)) {
    void app.commands.execute('docmanager:open', { path, factory: PREVIEW_FACTORY, options });
    return;
  }
  // Voila's own extension is switched off; its server part serves the page all the same.
  const content = new IFrame({
    sandbox: ['allow-same-origin', 'allow-scripts', 'allow-downloads', 'allow-forms']
  });
  content.url = URLExt.join(PageConfig.getBaseUrl(), 'voila', 'render', URLExt.encodeParts(path));
  const tab = new MainAreaWidget({ content });
  tab.title.label = trans.__('App: %1', path.split('/').pop() ?? path);
  tab.title.icon = previewIcon;
  tab.title.closable = true;
  app.shell.add(tab, 'main', options as Parameters<JupyterFrontEnd.IShell['add']>[2]);
}

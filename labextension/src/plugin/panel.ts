/** The side panel and what its buttons do. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ITranslator } from '@jupyterlab/translation';
import { SidePanel } from '@jupyterlab/ui-components';
import { AccordionPanel } from '@lumino/widgets';
import { createElement } from 'react';
import { CommandIDs } from '../commands';
import { tunebookIcon } from '../icons';
import type { Tunebook } from '../model/tunebook';
import { ITunebook } from '../tokens';
import { connection } from '../view/connection';
import { MachineSection } from '../view/machine';
import { ModelsSection } from '../view/models';
import { RunsSection } from '../view/runs';
import { Section } from '../view/section';
import type { Scene } from './deeds';
import { modelDeeds, runDeeds } from './deeds';

const SIZES = [4, 7, 5]; // of the three sections, as parts of the height

export const panel: JupyterFrontEndPlugin<void> = {
  id: 'tunebook:panel',
  description: 'A side panel with the machine, the runs and the models.',
  autoStart: true,
  requires: [ITunebook, ITranslator, IDocumentManager],
  optional: [IDefaultFileBrowser, ILayoutRestorer, ICommandPalette],
  activate: (
    app,
    tunebook: Tunebook,
    translator: ITranslator,
    docs: IDocumentManager,
    browser: IDefaultFileBrowser | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('tunebook');
    const side = sidePanel({ app, tunebook, docs, browser, trans }, translator);
    app.shell.add(side, 'left', { rank: 600, type: 'Tunebook' });
    restorer?.add(side, side.id);
    app.commands.addCommand(CommandIDs.openPanel, {
      label: trans.__('Show Tunebook'),
      describedBy: { args: { type: 'object', properties: {} } },
      icon: tunebookIcon,
      execute: () => {
        app.shell.activateById(side.id);
      }
    });
    palette?.addItem({ command: CommandIDs.openPanel, category: 'Tunebook' });
  }
};

function sidePanel(scene: Scene, translator: ITranslator): SidePanel {
  const { tunebook, trans } = scene;
  const { client } = tunebook;
  const side = new SidePanel({ translator });
  side.id = 'tunebook';
  side.addClass('jp-KitSide');
  side.title.icon = tunebookIcon;
  side.title.caption = trans.__('Tunebook');
  side.node.setAttribute('role', 'region');
  side.node.setAttribute('aria-label', trans.__('Tunebook'));
  side.header.addWidget(connection({ tunebook, trans }));

  const add = (name: string, title: string, section: Section) => {
    section.id = `tunebook-${name}`;
    section.title.label = title;
    side.addWidget(section);
    return section;
  };
  const { machine } = tunebook;
  add(
    'machine',
    trans.__('Machine'),
    new Section(createElement(MachineSection, { watch: machine, trans }), machine)
  );
  const runs = add(
    'runs',
    trans.__('Runs'),
    new Section(
      createElement(RunsSection, {
        runs: tunebook.runs,
        client,
        trans,
        // When a row goes, what had the focus in it goes with it.
        deeds: runDeeds(scene, () => {
          runs.node.focus();
        })
      }),
      tunebook.runs.watch
    )
  );
  add(
    'models',
    trans.__('Models'),
    new Section(
      createElement(ModelsSection, { models: tunebook.models, client, trans, deeds: modelDeeds(scene) }),
      tunebook.models.watch
    )
  );
  if (side.content instanceof AccordionPanel) {
    side.content.setRelativeSizes(SIZES);
  }
  return side;
}

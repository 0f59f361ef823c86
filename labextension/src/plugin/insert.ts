/** Inserting panels into a notebook: a button with a menu, one item for each panel. */
import type { NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { MenuSvg, ToolbarButton } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { insertPanelIcon } from '../icons';
import type { PanelCode } from '../model/shelf';
import * as shelf from '../model/shelf';
import type { Tunebook } from '../model/tunebook';
import { attempt } from './say';

export function insertPanelButton(
  tunebook: Tunebook,
  notebook: NotebookPanel,
  trans: TranslationBundle
): ToolbarButton {
  const button = new ToolbarButton({
    icon: insertPanelIcon,
    tooltip: trans.__('Insert a Tunebook panel'),
    onClick: () =>
      void attempt(async () => {
        const { panels } = await tunebook.client.get(['panels'], shelf.panels);
        openMenu(button, notebook, panels);
      }, trans)
  });
  button.node.setAttribute('aria-haspopup', 'menu');
  return button;
}

function openMenu(button: ToolbarButton, notebook: NotebookPanel, panels: PanelCode[]): void {
  const commands = new CommandRegistry();
  const menu = new MenuSvg({ commands });
  for (const { name, title, code } of panels) {
    commands.addCommand(name, {
      label: title,
      execute: () => {
        insertCell(notebook, code);
        void NotebookActions.run(notebook.content, notebook.sessionContext);
      }
    });
    menu.addItem({ command: name });
  }
  const { left, bottom } = button.node.getBoundingClientRect();
  menu.open(left, bottom);
}

/** Insert a cell with `code` below the active one, or in its place if that is empty, and make it the active one. */
export function insertCell({ content }: NotebookPanel, code: string): void {
  if (
    content.activeCell?.model.type !== 'code' ||
    content.activeCell.model.sharedModel.getSource().trim() !== ''
  ) {
    NotebookActions.insertBelow(content);
  }
  content.activeCell?.model.sharedModel.setSource(code);
}

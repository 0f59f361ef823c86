/** Inserting panels into a notebook: a button with a menu, one item for each panel. */
import type { Cell } from '@jupyterlab/cells';
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
        const cell = insertCell(notebook, code);
        if (cell) {
          void runCell(notebook, cell);
        }
      }
    });
    menu.addItem({ command: name });
  }
  const { left, bottom } = button.node.getBoundingClientRect();
  menu.open(left, bottom);
}

/** Insert a cell with `code` below the active one, or in its place if that is empty, make it the active one, return it. */
function insertCell({ content }: NotebookPanel, code: string): Cell | null {
  if (
    content.activeCell?.model.type !== 'code' ||
    content.activeCell.model.sharedModel.getSource().trim() !== ''
  ) {
    NotebookActions.insertBelow(content);
  }
  content.activeCell?.model.sharedModel.setSource(code);
  content.mode = 'command';
  return content.activeCell;
}

/** Run a cell as soon as there is a kernel: while one is starting, Lab drops what it is told to run and says nothing. */
async function runCell({ content, sessionContext }: NotebookPanel, cell: Cell): Promise<void> {
  await sessionContext.ready;
  if (cell.isDisposed) {
    return;
  }
  const { mode } = content;
  const ran = NotebookActions.runCells(content, [cell], sessionContext);
  content.mode = mode; // running ends editing, and what somebody types meanwhile would be taken for commands
  await ran;
}

/**
 * "Show code" of a panel writes the code into the notebook, as a cell below the panel.
 *
 * A panel asks whoever is there by a DOM event, `tunebook:insert-code` with `{code}` as its detail; taking the event
 * (preventDefault) tells the panel that the code is shown. Without this extension the panel shows its code itself.
 */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';

const EVENT = 'tunebook:insert-code';
const MARK = 'tunebook';

export const code: JupyterFrontEndPlugin<void> = {
  id: 'tunebook:code',
  description: 'Inserts the code of a panel as a cell below it.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_, tracker: INotebookTracker) => {
    document.addEventListener(EVENT, event => {
      const { target, detail } = event as CustomEvent<{ code?: unknown } | null>;
      const notebook = tracker.find(each => target instanceof Node && each.node.contains(target));
      if (notebook && typeof detail?.code === 'string' && showBelow(notebook, target as Node, detail.code)) {
        event.preventDefault();
      }
    });
  }
};

/** Show `source` in a cell below the one that holds `place`; says whether there was such a cell. */
function showBelow({ content }: NotebookPanel, place: Node, source: string): boolean {
  const at = content.widgets.findIndex(cell => cell.node.contains(place));
  if (at < 0) {
    return false;
  }
  const below = content.widgets[at + 1]?.model;
  const mark = below?.getMetadata(MARK) as { code?: string } | undefined;
  if (below && mark?.code !== undefined && mark.code === below.sharedModel.getSource()) {
    content.activeCellIndex = at + 1; // what was inserted before and nobody changed since is brought up to date
  } else {
    content.activeCellIndex = at;
    NotebookActions.insertBelow(content);
  }
  const cell = content.activeCell;
  cell?.model.sharedModel.setSource(source);
  cell?.model.setMetadata(MARK, { code: source });
  if (cell) {
    void content.scrollToCell(cell);
  }
  return true;
}

/** Where people are working, and opening what was written there. */
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { FileBrowser } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';

/** The folder that the file browser shows, relative to the server's root; the root where there is no file browser. */
export function folderOf(browser: FileBrowser | null, contents: Contents.IManager): string {
  return browser ? contents.localPath(browser.model.path) : '';
}

/** The folder of a file, relative to the server's root. */
export function parentOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

export function openPath(docs: IDocumentManager, path: string): void {
  docs.openOrReveal(path);
}

/** Does the name of a file end as one of `kinds` does? */
export function isOf(kinds: readonly string[], path: string): boolean {
  return kinds.some(kind => path.toLowerCase().endsWith(kind));
}

/** Kinds of files that hold data, until the server has said which it reads. */
export const DATA_KINDS: readonly string[] = ['.csv', '.json', '.jsonl', '.ndjson', '.parquet', '.tsv'];

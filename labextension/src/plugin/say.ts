/** Tells a person about what was asked for outside of a panel or a dialog. */
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Trouble } from '../model/trouble';
import { troubleWords } from '../view/trouble';

/** Show why something could not be done. */
export function sayTrouble(error: unknown, trans: TranslationBundle): void {
  const trouble = error instanceof Trouble ? error : new Trouble('unreadable', String(error));
  const { message, fix } = troubleWords(trouble, trans);
  Notification.error([message, fix].filter(Boolean).join(' '), { autoClose: false });
}

/** Do something and show why it could not be done. */
export async function attempt(act: () => Promise<unknown>, trans: TranslationBundle): Promise<void> {
  try {
    await act();
  } catch (error) {
    sayTrouble(error, trans);
  }
}

/** A dialog that stays open until what it asks for has been done. */
import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { ReactElement } from 'react';

/** What the dialog asks of the model behind it. */
export interface Form extends IDisposable {
  changed: ISignal<unknown, unknown>;
  /** Can it be accepted now? */
  ready: boolean;
}

export interface FormOptions {
  title: string;
  accept: string;
  body: ReactElement;
  form: Form;
  /** Does it; the dialog closes when that resolves to true. */
  submit: () => Promise<boolean>;
  trans: TranslationBundle;
}

const CANCEL = 0;
const ACCEPT = 1;

export class FormDialog extends Dialog<null> {
  constructor(private readonly options: FormOptions) {
    const body = ReactWidget.create(options.body);
    body.addClass('jp-Kit');
    super({
      title: options.title,
      body: body as ReactWidget & Dialog.IBodyWidget<null>,
      buttons: [
        Dialog.cancelButton({ label: options.trans.__('Close') }),
        Dialog.okButton({ label: options.accept })
      ],
      hasClose: true
    });
    this.addClass('jp-KitDialog');
    this.node.setAttribute('aria-label', options.title); // Lab names only dialogs of plain text
    options.form.changed.connect(this.showReady, this);
    this.showReady();
  }

  override resolve(index = ACCEPT): void {
    if (index === CANCEL) {
      super.resolve(index);
    } else if (this.options.form.ready) {
      void this.options.submit().then(done => {
        if (done && !this.isDisposed) {
          super.resolve(ACCEPT);
        }
      });
    }
  }

  override dispose(): void {
    this.options.form.dispose();
    super.dispose();
  }

  private showReady(): void {
    this.node
      .querySelector('.jp-Dialog-footer .jp-mod-accept')
      ?.setAttribute('aria-disabled', String(!this.options.form.ready));
  }
}

/** A part of the side panel that keeps what it shows fresh while it can be seen, and asks nothing while it cannot. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ReactElement } from 'react';

/** What wakes up when somebody looks. */
export interface Sleeper {
  setAwake(awake: boolean): void;
}

export class Section extends ReactWidget {
  constructor(
    private readonly drawn: ReactElement,
    private readonly sleeper: Sleeper
  ) {
    super();
    this.addClass('jp-Kit');
    this.node.tabIndex = 0; // a part that scrolls must be within reach of the keyboard
    document.addEventListener('visibilitychange', this.look);
  }

  override dispose(): void {
    document.removeEventListener('visibilitychange', this.look);
    super.dispose();
  }

  protected override render(): ReactElement {
    return this.drawn;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.look();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.look();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.look();
  }

  protected override onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    this.sleeper.setAwake(false);
  }

  private readonly look = (): void => {
    this.sleeper.setAwake(this.isAttached && this.isVisible && !document.hidden);
  };
}

/** Publishing one notebook: what the checks say at once, then the run that makes the bundle, until it has ended. */
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Client } from './client';
import type { Publishing } from './contract';
import * as contract from './contract';
import type { AppCheck } from './shelf';
import * as shelf from './shelf';
import { Trouble } from './trouble';
import { Watch } from './watch';

/** checking → ready or blocked → sending → working → done or failed; `refused` when the server says no. */
export type PublishState =
  'checking' | 'ready' | 'blocked' | 'sending' | 'working' | 'done' | 'failed' | 'refused';

const PACE_MS = 700;

export class Publication implements IDisposable {
  check: AppCheck | null = null;
  trouble: Trouble | null = null;
  watch: Watch<Publishing> | null = null;
  isDisposed = false;

  private sending = false;
  private readonly changedSignal = new Signal<this, void>(this);

  constructor(
    private readonly client: Client,
    readonly path: string,
    private readonly folder: string
  ) {}

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  /** Can it be published now? Also anew, after it failed. */
  get ready(): boolean {
    return this.state === 'ready' || this.state === 'failed';
  }

  get state(): PublishState {
    const run = this.watch?.value;
    if (run?.over) {
      return run.state === 'finished' ? 'done' : 'failed';
    }
    if (this.watch) {
      return 'working';
    }
    if (this.trouble) {
      return 'refused';
    }
    if (this.sending) {
      return 'sending';
    }
    return this.check ? (this.check.ok ? 'ready' : 'blocked') : 'checking';
  }

  /** Look for what would keep the notebook from being published; nothing is run. */
  async look(): Promise<void> {
    this.trouble = null;
    await this.attempt(async () => {
      this.check = await this.client.post(['apps', 'check'], { path: this.path }, shelf.appCheck);
    });
  }

  /** Start the run that makes the bundle and watch it to its end. */
  async publish(): Promise<void> {
    this.sending = true;
    this.watch?.dispose();
    this.watch = null;
    this.changedSignal.emit();
    await this.attempt(async () => {
      const body = { path: this.path, folder: this.folder };
      const { run } = await this.client.post(['apps', 'publish'], body, contract.oneRun);
      this.watchRun(run.id);
    });
    this.sending = false;
  }

  dispose(): void {
    this.isDisposed = true;
    this.watch?.dispose();
    Signal.clearData(this);
  }

  private watchRun(id: string): void {
    if (this.isDisposed) {
      return;
    }
    const watch = new Watch<Publishing>({
      ask: etag => this.client.ask(['runs', id], { etag }, contract.publishing),
      paceMs: () => PACE_MS
    });
    watch.changed.connect(() => {
      if (watch.value?.over) {
        watch.setAwake(false);
      }
      this.changedSignal.emit();
    });
    this.watch = watch;
    watch.setAwake(true);
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.trouble = error instanceof Trouble ? error : new Trouble('unreadable', String(error));
    }
    this.changedSignal.emit();
  }
}

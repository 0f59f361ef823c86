/** The models on disk, those that are being fetched and those that could be: what is shown and what is asked of each. */
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Client } from './client';
import * as contract from './contract';
import * as shelf from './shelf';
import { Trouble } from './trouble';
import { Watch } from './watch';

export type ModelDeed = 'get' | 'remove' | 'stop';

const BRISK_MS = 1_000;
const CALM = 5; // what lies on a disk changes less often than runs do

export class ModelShelf implements IDisposable {
  readonly watch: Watch<shelf.Models>;
  /** What was asked of a model and is not answered yet, by its name. */
  readonly busy = new Map<string, ModelDeed>();
  /** What kept the last thing that was asked of a model from being done, by its name. */
  readonly refusals = new Map<string, Trouble>();
  isDisposed = false;

  private readonly changedSignal = new Signal<this, void>(this);

  constructor(
    private readonly client: Client,
    paceMs: () => number
  ) {
    this.watch = new Watch<shelf.Models>({
      ask: etag => client.ask(['models'], { etag }, shelf.models),
      paceMs: ({ getting }) => (getting.some(run => !run.over) ? BRISK_MS : paceMs() * CALM)
    });
    this.watch.changed.connect(() => {
      this.changedSignal.emit();
    });
  }

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  /** Start to fetch a model. */
  get(name: string): Promise<boolean> {
    return this.ask(name, 'get', () => this.client.post(['models', 'get'], { name }, contract.oneRun));
  }

  /** Remove a model from the disk; says whether that was done. */
  remove(name: string): Promise<boolean> {
    return this.ask(name, 'remove', () => this.client.delete(['models', name], shelf.removed));
  }

  /** Stop the run that fetches the model `name`. */
  stop(name: string, run: string): Promise<boolean> {
    return this.ask(name, 'stop', () => this.client.post(['runs', run, 'stop'], {}, contract.oneRun));
  }

  dispose(): void {
    this.isDisposed = true;
    this.watch.dispose();
    Signal.clearData(this);
  }

  private async ask(name: string, deed: ModelDeed, send: () => Promise<unknown>): Promise<boolean> {
    if (this.busy.has(name)) {
      return false;
    }
    this.busy.set(name, deed);
    this.refusals.delete(name);
    this.changedSignal.emit();
    try {
      await send();
      await this.watch.restart();
      return true;
    } catch (error) {
      this.refusals.set(name, error instanceof Trouble ? error : new Trouble('unreadable', String(error)));
      return false;
    } finally {
      this.busy.delete(name);
      this.changedSignal.emit();
    }
  }
}

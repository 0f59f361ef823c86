/** The runs as a list to work with: what is shown, what is ticked, what was asked of which run and what came of it. */
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Client } from './client';
import type { Run, RunList } from './contract';
import * as contract from './contract';
import type { Ended } from './ending';
import { Endings } from './ending';
import { Trouble } from './trouble';
import { Watch } from './watch';

export type Deed = 'stop' | 'resume' | 'remove' | 'reproduce';

export interface RunsOptions {
  client: Client;
  /** Milliseconds between two questions while nothing lives. */
  paceMs: () => number;
  /** How many runs to ask for at first. */
  limit: number;
}

const BRISK_MS = 1_000;
const MORE = 4;

export class Runs implements IDisposable {
  readonly watch: Watch<RunList>;
  readonly chosen = new Set<string>();
  /** What was asked of a run and is not answered yet. */
  readonly busy = new Map<string, Deed>();
  /** What kept the last thing that was asked of a run from being done. */
  readonly refusals = new Map<string, Trouble>();
  text = '';
  limit: number;
  isDisposed = false;

  private readonly endings = new Endings();
  private readonly endedSignal = new Signal<this, Ended>(this);
  private readonly changedSignal = new Signal<this, void>(this);

  constructor(private readonly options: RunsOptions) {
    this.limit = options.limit;
    this.watch = new Watch<RunList>({
      ask: etag => options.client.ask(['runs'], { etag, query: this.query() }, contract.runList),
      paceMs: ({ living }) => (living > 0 ? Math.min(BRISK_MS, options.paceMs()) : options.paceMs())
    });
    this.watch.changed.connect(this.heard, this);
  }

  /** Emitted when anything that is shown may have changed. */
  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  /** Emitted once for each run that ends while it is watched, or whose end the server tells. */
  get ended(): ISignal<this, Ended> {
    return this.endedSignal;
  }

  get shown(): readonly Run[] {
    return this.watch.value?.runs ?? [];
  }

  /** The ticked runs that are shown and can be compared. */
  get comparing(): string[] {
    return this.shown.filter(run => run.comparable && this.chosen.has(run.id)).map(run => run.id);
  }

  /** Show only runs with all these words. */
  find(text: string): void {
    if (text.trim() !== this.text) {
      this.text = text.trim();
      void this.watch.restart();
    }
  }

  showMore(): void {
    this.limit *= MORE;
    void this.watch.restart();
  }

  choose(id: string, chosen: boolean): void {
    if (chosen) {
      this.chosen.add(id);
    } else {
      this.chosen.delete(id);
    }
    this.changedSignal.emit();
  }

  stop(id: string): Promise<boolean> {
    return this.change(id, 'stop', () => this.options.client.post(['runs', id, 'stop'], {}, contract.oneRun));
  }

  resume(id: string): Promise<boolean> {
    return this.change(id, 'resume', () =>
      this.options.client.post(['runs', id, 'resume'], {}, contract.oneRun)
    );
  }

  /** Move a run to the trash; says whether that was done. */
  remove(id: string): Promise<boolean> {
    return this.ask(id, 'remove', async () => {
      await this.options.client.delete(['runs', id], contract.anything);
      this.chosen.delete(id);
      this.replace(runs => runs.filter(run => run.id !== id));
      return true;
    });
  }

  /** Take a run back from the trash. */
  async restore(id: string): Promise<void> {
    await this.options.client.post(['runs', id, 'restore'], {}, contract.oneRun);
    await this.watch.restart();
  }

  /** Write a notebook that reproduces a run; returns its path, or null where that was refused. */
  async reproduce(id: string, folder: string): Promise<string | null> {
    let path: string | null = null;
    await this.ask(id, 'reproduce', async () => {
      ({ path } = await this.options.client.post(['runs', id, 'notebook'], { folder }, contract.path));
      return true;
    });
    return path;
  }

  /** Write a notebook that compares the ticked runs and return its path. */
  async compare(folder: string): Promise<string> {
    const body = { ids: this.comparing, folder };
    return (await this.options.client.post(['runs', 'compare'], body, contract.path)).path;
  }

  /** The server said that a run has ended. */
  tellEnded(ended: Ended): void {
    for (const each of this.endings.tell(ended)) {
      this.endedSignal.emit(each);
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.watch.dispose();
    Signal.clearData(this);
  }

  private query(): Record<string, string | number> {
    return { text: this.text, limit: this.limit };
  }

  private heard(): void {
    for (const ended of this.endings.hear(this.shown)) {
      this.endedSignal.emit(ended);
    }
    this.changedSignal.emit();
  }

  private change(id: string, deed: Deed, send: () => Promise<{ run: Run }>): Promise<boolean> {
    return this.ask(id, deed, async () => {
      const { run } = await send();
      this.replace(runs => runs.map(each => (each.id === id ? run : each)));
      return true;
    });
  }

  private async ask(id: string, deed: Deed, act: () => Promise<boolean>): Promise<boolean> {
    if (this.busy.has(id)) {
      return false;
    }
    this.busy.set(id, deed);
    this.refusals.delete(id);
    this.changedSignal.emit();
    try {
      return await act();
    } catch (error) {
      this.refusals.set(id, error instanceof Trouble ? error : new Trouble('unreadable', String(error)));
      return false;
    } finally {
      this.busy.delete(id);
      this.changedSignal.emit();
      void this.watch.refresh();
    }
  }

  private replace(change: (runs: Run[]) => Run[]): void {
    if (this.watch.value) {
      this.watch.assume({ ...this.watch.value, runs: change(this.watch.value.runs) });
    }
  }
}

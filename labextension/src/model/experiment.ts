/** A new experiment as a form: which data, which task, which goal; the data is checked as soon as it is named. */
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Client } from './client';
import * as contract from './contract';
import type { DataCheck, Experiments } from './shelf';
import * as shelf from './shelf';
import { Trouble } from './trouble';

export class ExperimentForm implements IDisposable {
  offers: Experiments | null = null;
  data = '';
  task = '';
  goal = '';
  /** The columns that were chosen by hand; '' for those that the check proposes. */
  text = '';
  label = '';
  check: DataCheck | null = null;
  checking = false;
  writing = false;
  trouble: Trouble | null = null;
  /** The path of the notebook, once it is written. */
  written = '';
  isDisposed = false;

  private asked = 0;
  private readonly changedSignal = new Signal<this, void>(this);

  constructor(
    private readonly client: Client,
    private readonly folder: string
  ) {}

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  /** Fetch what there is to choose from, and check `data` where it is given. */
  async open(data = ''): Promise<void> {
    await this.attempt(async () => {
      this.offers = await this.client.get(['experiments'], shelf.experiments);
      this.task = this.offers.tasks[0]?.name ?? '';
      this.goal = this.offers.goals[0]?.name ?? '';
      this.data = data || (this.offers.data[0]?.name ?? '');
    });
    if (data) {
      await this.look();
    }
  }

  /** Is it a bundled data set, of which nothing needs to be checked? */
  get bundled(): boolean {
    return this.offers?.data.some(each => each.name === this.data) ?? false;
  }

  get ready(): boolean {
    const usable = this.bundled || (this.check?.usable === true && !this.checking);
    return this.offers !== null && this.data !== '' && usable && !this.writing;
  }

  /** Take other data; the columns are those of other data, so they are proposed anew. */
  async useData(data: string): Promise<void> {
    this.data = data.trim();
    this.text = '';
    this.label = '';
    await this.look();
  }

  async useColumns(columns: { text?: string; label?: string }): Promise<void> {
    this.text = columns.text ?? this.text;
    this.label = columns.label ?? this.label;
    await this.look();
  }

  choose(choice: { task?: string; goal?: string }): void {
    this.task = choice.task ?? this.task;
    this.goal = choice.goal ?? this.goal;
    this.changedSignal.emit();
  }

  /** Write the notebook; says whether that was done. */
  async write(): Promise<boolean> {
    this.writing = true;
    this.changedSignal.emit();
    const body = {
      data: this.data,
      task: this.task,
      goal: this.goal,
      folder: this.folder,
      ...this.columns()
    };
    const done = await this.attempt(async () => {
      this.written = (await this.client.post(['experiments'], body, contract.path)).path;
    });
    this.writing = false;
    this.changedSignal.emit();
    return done;
  }

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
  }

  private columns(): Record<string, string> {
    const { text, label } = this;
    return { ...(text && { text }), ...(label && { label }) };
  }

  private async look(): Promise<void> {
    this.asked += 1;
    const number = this.asked;
    this.check = null;
    this.trouble = null;
    this.checking = this.data !== '' && !this.bundled;
    this.changedSignal.emit();
    if (!this.checking) {
      return;
    }
    await this.attempt(async () => {
      const body = { path: this.data, ...this.columns() };
      const check = await this.client.post(['data', 'check'], body, shelf.dataCheck);
      if (number === this.asked) {
        this.check = check; // else other data was named meanwhile
      }
    });
    if (number === this.asked) {
      this.checking = false;
      this.changedSignal.emit();
    }
  }

  private async attempt(act: () => Promise<void>): Promise<boolean> {
    this.trouble = null;
    try {
      await act();
      return true;
    } catch (error) {
      this.trouble = error instanceof Trouble ? error : new Trouble('unreadable', String(error));
      return false;
    } finally {
      this.changedSignal.emit();
    }
  }
}

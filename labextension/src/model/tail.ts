/** The log of a run, read from its end and then as it grows. */
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Client } from './client';
import type { Log } from './contract';
import * as contract from './contract';
import { Watch } from './watch';

const FIRST_BYTES = 65_536;
const KEPT_CHARACTERS = 1_000_000; // a page that holds more grows slow
const PACE_MS = 1_000;
const AT_ONCE_MS = 0;

export class LogTail implements IDisposable {
  text = '';
  /** Is there more before what is shown? */
  cut = false;
  /** Has the run ended and everything been read? */
  complete = false;
  readonly watch: Watch<Log>;
  isDisposed = false;

  private next: number | null = null;
  private readonly changedSignal = new Signal<this, void>(this);

  constructor(client: Client, id: string) {
    this.watch = new Watch<Log>({
      ask: async () => {
        const answer = await client.ask(
          ['runs', id, 'log'],
          { query: { offset: this.next ?? -FIRST_BYTES } },
          contract.log
        );
        this.take(answer.value);
        return answer;
      },
      paceMs: ({ next, bytes }) => (next < bytes ? AT_ONCE_MS : PACE_MS)
    });
    this.watch.changed.connect(() => {
      if (this.complete) {
        this.watch.setAwake(false);
      }
      this.changedSignal.emit();
    });
  }

  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  /** Somebody looks, or nobody does any more; a log that is complete is not asked for again. */
  setAwake(awake: boolean): void {
    this.watch.setAwake(awake && !this.complete);
  }

  dispose(): void {
    this.isDisposed = true;
    this.watch.dispose();
    Signal.clearData(this);
  }

  private take(log: Log | null): void {
    if (!log) {
      return;
    }
    this.cut ||= this.next === null && log.offset > 0;
    this.text += log.text;
    if (this.text.length > KEPT_CHARACTERS) {
      this.text = this.text.slice(-KEPT_CHARACTERS);
      this.cut = true;
    }
    this.next = log.next;
    this.complete = log.over && log.next >= log.bytes;
  }
}

/**
 * Keeps one answer of the server fresh while somebody looks at it.
 *
 * It asks again `paceMs` after each answer, telling what it has by ETag; after a failure it waits longer and longer
 * and says so; while nobody looks it asks nothing at all. At most one request is under way.
 */
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { Answer } from './client';
import { Trouble } from './trouble';

export interface WatchOptions<T> {
  /** Asks once, with the ETag of what is known or ''. */
  ask: (etag: string) => Promise<Answer<T>>;
  /** Milliseconds from this answer to the next question. */
  paceMs: (value: T) => number;
}

/** `slow`: a question has been under way for longer than people expect. */
export type WatchState = 'asleep' | 'waiting' | 'slow' | 'fresh' | 'failing';

const SLOW_MS = 3_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

export class Watch<T> implements IDisposable {
  value: T | null = null;
  trouble: Trouble | null = null;
  /** When the next question will be asked after a failure, by Date.now(). */
  retryAt = 0;
  isDisposed = false;

  private etag = '';
  private awake = false;
  private failures = 0;
  private slow = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: Promise<void> | null = null;
  private askAgain = false;
  private readonly changedSignal = new Signal<this, void>(this);

  constructor(readonly options: WatchOptions<T>) {}

  /** Emitted when the value, the state or the server's clock may have changed. */
  get changed(): ISignal<this, void> {
    return this.changedSignal;
  }

  get state(): WatchState {
    if (!this.awake) {
      return 'asleep';
    }
    if (this.slow) {
      return 'slow';
    }
    return this.trouble ? 'failing' : this.value === null ? 'waiting' : 'fresh';
  }

  /** Somebody looks, or nobody does any more. */
  setAwake(awake: boolean): void {
    if (awake === this.awake || this.isDisposed) {
      return;
    }
    this.awake = awake;
    if (awake) {
      this.failures = 0;
      void this.refresh();
    } else {
      clearTimeout(this.timer);
    }
    this.changedSignal.emit();
  }

  /** Ask now; resolves when an answer, or none, has come. */
  refresh(): Promise<void> {
    clearTimeout(this.timer);
    if (this.asking) {
      this.askAgain = true; // the answer under way may be from before what the caller did
      return this.asking;
    }
    this.asking = this.askAll().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  /** Forget what is known, since the question has changed, and ask anew. */
  restart(): Promise<void> {
    this.etag = '';
    return this.refresh();
  }

  /** Take `value` for what the server says, until it says something else. */
  assume(value: T): void {
    this.value = value;
    this.etag = '';
    this.changedSignal.emit();
  }

  dispose(): void {
    this.isDisposed = true;
    this.awake = false;
    clearTimeout(this.timer);
    Signal.clearData(this);
  }

  private async askAll(): Promise<void> {
    do {
      await this.askOnce();
    } while (this.wasAskedMeanwhile());
    if (this.awake) {
      this.timer = setTimeout(() => void this.refresh(), this.untilNextMs());
    }
    this.changedSignal.emit();
  }

  private wasAskedMeanwhile(): boolean {
    const asked = this.askAgain;
    this.askAgain = false;
    return asked;
  }

  private async askOnce(): Promise<void> {
    const late = setTimeout(() => {
      this.slow = true;
      this.changedSignal.emit();
    }, SLOW_MS);
    try {
      const { value, etag } = await this.options.ask(this.etag);
      this.value = value ?? this.value;
      this.etag = etag;
      this.trouble = null;
      this.failures = 0;
    } catch (error) {
      this.trouble = error instanceof Trouble ? error : new Trouble('unreadable', String(error));
      this.failures += 1;
      this.etag = '';
    } finally {
      clearTimeout(late);
      this.slow = false;
    }
  }

  private untilNextMs(): number {
    if (!this.trouble && this.value !== null) {
      return this.options.paceMs(this.value);
    }
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LAST_RETRY_MS);
    this.retryAt = Date.now() + wait;
    return wait;
  }
}

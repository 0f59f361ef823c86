/** Notices that runs end, each once, those left out that had ended before anybody looked. */
import type { Run, State } from './contract';

/** What is told of a run that has ended. */
export interface Ended {
  id: string;
  kind: string;
  model: string;
  data: string;
  state: State;
  cause: string;
  fix: string;
  figure: Run['figure'];
}

export class Endings {
  private readonly living = new Set<string>();
  private readonly told = new Set<string>();

  /** Take in a list of runs and return those that have ended since they were last seen alive. */
  hear(runs: readonly Run[]): Ended[] {
    const ended: Ended[] = [];
    for (const run of runs) {
      if (!run.over) {
        this.living.add(run.id);
        this.told.delete(run.id); // taken up again: its next end is news
      } else if (this.living.has(run.id)) {
        ended.push(...this.tell(run));
      }
    }
    return ended;
  }

  /** Take in the server's word that one has ended; the same is returned unless it was told before. */
  tell(run: Ended): Ended[] {
    const known = this.told.has(run.id);
    this.living.delete(run.id);
    this.told.add(run.id);
    return known ? [] : [run];
  }
}

/** Everything that the parts of the extension share: one client, one list of each kind, the settings. */
import type { IDisposable } from '@lumino/disposable';
import type { Client } from './client';
import type { Machine } from './contract';
import * as contract from './contract';
import { ModelShelf } from './models';
import { Runs } from './runs';
import type { Settings } from './settings';
import { Watch } from './watch';

export class Tunebook implements IDisposable {
  readonly machine: Watch<Machine>;
  readonly runs: Runs;
  readonly models: ModelShelf;
  isDisposed = false;

  constructor(
    readonly client: Client,
    readonly settings: Settings
  ) {
    const paceMs = () => settings.pollSeconds * 1000;
    this.machine = new Watch<Machine>({
      ask: etag => client.ask(['machine'], { etag }, contract.machine),
      paceMs
    });
    this.runs = new Runs({ client, paceMs, limit: settings.runsShown });
    this.models = new ModelShelf(client, paceMs);
  }

  dispose(): void {
    this.isDisposed = true;
    this.machine.dispose();
    this.runs.dispose();
    this.models.dispose();
  }
}

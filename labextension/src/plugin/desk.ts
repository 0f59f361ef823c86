/** Makes what all parts share: it takes in the settings and what the server tells of its own accord. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { endedRun } from '../model/contract';
import { STANDARD, take } from '../model/settings';
import { Tunebook } from '../model/tunebook';
import { clientOf } from '../request';
import { ITunebook } from '../tokens';

const ENDED = 'urn:tunebook:run-ended:v1';

export const desk: JupyterFrontEndPlugin<Tunebook> = {
  id: 'tunebook:plugin',
  description: 'Keeps the runs, the models and the machine, and the settings.',
  autoStart: true,
  provides: ITunebook,
  optional: [ISettingRegistry],
  activate: (app, registry: ISettingRegistry | null) => {
    const tunebook = new Tunebook(clientOf(app.serviceManager.serverSettings), { ...STANDARD });
    void registry?.load(desk.id).then(
      set => {
        const heard = () => {
          take(tunebook.settings, set.composite);
          tunebook.runs.limit = tunebook.settings.runsShown;
        };
        set.changed.connect(heard);
        heard();
      },
      () => undefined // Lab itself tells of settings that cannot be read; the standard ones serve
    );
    app.serviceManager.events.stream.connect((_, emission) => {
      if (emission.schema_id === ENDED) {
        tunebook.runs.tellEnded(endedRun(emission, ENDED));
      }
    });
    return tunebook;
  }
};

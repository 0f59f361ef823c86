import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'tunebook:plugin',
  description: 'The machine, the runs and the models beside the notebook.',
  autoStart: true,
  activate: () => undefined
};

export default plugin;

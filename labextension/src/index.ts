/** Tunebook in JupyterLab and Notebook: each part is a plugin of its own and can be switched off by itself. */
import { code } from './plugin/code';
import { desk } from './plugin/desk';
import { experiments } from './plugin/experiments';
import { launcher } from './plugin/launcher';
import { logs } from './plugin/logs';
import { notices } from './plugin/notices';
import { panel } from './plugin/panel';
import { toolbar } from './plugin/toolbar';

export { ITunebook } from './tokens';
export default [desk, panel, logs, notices, launcher, experiments, toolbar, code];

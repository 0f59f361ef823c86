/** The only place that speaks HTTP: every request goes out as Jupyter signs it (token, XSRF), below its base address. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { Client } from './model/client';

export function clientOf(settings: ServerConnection.ISettings): Client {
  const root = URLExt.join(settings.baseUrl, 'tunebook', 'api');
  return new Client((url, init) => ServerConnection.makeRequest(url, init, settings), root);
}

/** Speaks with Tunebook's routes: builds addresses, sends, reads answers, and turns every failure into a `Trouble`. */
import { refusal } from './contract';
import type { Shape } from './shape';
import { ShapeError } from './shape';
import type { TroubleKind } from './trouble';
import { Trouble } from './trouble';

/** Sends one request; the front end signs it (token, XSRF). Rejects when no answer came. */
export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

export interface Sent {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: Record<string, unknown>;
  query?: Record<string, string | number | undefined>;
  etag?: string;
}

/** What came back: `value` is null for an answer that did not change (304). */
export interface Answer<T> {
  value: T | null;
  etag: string;
}

const PATIENCE_MS = 20_000;
const BEHIND_PROXY_NOBODY = [502, 503, 504];
const FORBIDDEN = [401, 403];

export class Client {
  /** Seconds that the server's clock is ahead of this one's. */
  ahead = 0;

  constructor(
    private readonly fetcher: Fetcher,
    private readonly root: string,
    private readonly patienceMs = PATIENCE_MS
  ) {}

  /** The server's time, in Unix seconds. */
  now(): number {
    return Date.now() / 1000 + this.ahead;
  }

  get<T>(parts: string[], shape: Shape<T>, query: Sent['query'] = {}): Promise<T> {
    return this.whole(parts, { query }, shape);
  }

  post<T>(parts: string[], body: Record<string, unknown>, shape: Shape<T>): Promise<T> {
    return this.whole(parts, { method: 'POST', body }, shape);
  }

  delete<T>(parts: string[], shape: Shape<T>): Promise<T> {
    return this.whole(parts, { method: 'DELETE' }, shape);
  }

  /** Ask, telling what is known already by its `etag`. */
  async ask<T>(parts: string[], sent: Sent, shape: Shape<T>): Promise<Answer<T>> {
    const ending = new AbortController();
    const timer = setTimeout(() => {
      ending.abort();
    }, this.patienceMs);
    try {
      const response = await this.send(parts, sent, ending.signal);
      this.hearClock(response);
      if (response.status === 304) {
        return { value: null, etag: sent.etag ?? '' };
      }
      return { value: await read(response, shape), etag: response.headers.get('ETag') ?? '' };
    } finally {
      clearTimeout(timer);
    }
  }

  private async whole<T>(parts: string[], sent: Sent, shape: Shape<T>): Promise<T> {
    const { value } = await this.ask(parts, sent, shape);
    if (value === null) {
      throw new Trouble('unreadable', 'Nothing came back.');
    }
    return value;
  }

  private async send(parts: string[], sent: Sent, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {};
    if (sent.body) {
      headers['Content-Type'] = 'application/json';
    }
    if (sent.etag) {
      headers['If-None-Match'] = sent.etag;
    }
    const init: RequestInit = { method: sent.method ?? 'GET', headers, signal };
    if (sent.body) {
      init.body = JSON.stringify(sent.body);
    }
    try {
      return await this.fetcher(this.address(parts, sent.query), init);
    } catch (error) {
      throw new Trouble('gone', signal.aborted ? 'timeout' : String(error));
    }
  }

  private address(parts: string[], query: Sent['query'] = {}): string {
    const wanted = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const said = new URLSearchParams(wanted.map(([name, value]) => [name, String(value)])).toString();
    return `${this.root.replace(/\/$/, '')}/${parts.map(encodeURIComponent).join('/')}${said ? `?${said}` : ''}`;
  }

  private hearClock(response: Response): void {
    const at = Number(response.headers.get('X-Tunebook-Now') ?? NaN);
    if (Number.isFinite(at)) {
      this.ahead = at - Date.now() / 1000;
    }
  }
}

async function read<T>(response: Response, shape: Shape<T>): Promise<T> {
  let said: unknown;
  try {
    said = await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw failed(response, 'unreadable', error.message);
    }
    throw new Trouble('gone', String(error)); // the connection broke, or time ran out, in the middle of the answer
  }
  if (!response.ok) {
    throw refused(response, said);
  }
  try {
    return shape(said, '');
  } catch (error) {
    throw new Trouble(
      'unreadable',
      error instanceof ShapeError ? error.message : String(error),
      '',
      response.status
    );
  }
}

function refused(response: Response, said: unknown): Trouble {
  try {
    const { message, fix, type } = refusal(said, '');
    if (!type) {
      return failed(response, 'refused', message); // the server's own shape: no word of Tunebook's
    }
    const denied = type === 'HTTPError' && FORBIDDEN.includes(response.status);
    return new Trouble(denied ? 'denied' : 'refused', message, fix, response.status);
  } catch {
    return failed(response, 'unreadable', response.statusText);
  }
}

function failed(response: Response, otherwise: TroubleKind, message: string): Trouble {
  const { status } = response;
  if (BEHIND_PROXY_NOBODY.includes(status)) {
    return new Trouble('gone', message, '', status);
  }
  if (status === 404) {
    return new Trouble('absent', message, '', status);
  }
  if (FORBIDDEN.includes(status)) {
    return new Trouble('denied', message, '', status);
  }
  return new Trouble(otherwise, message, '', status);
}

/** A server that answers as a test says: at once, late, never, with nonsense, or not at all. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '../src/model/client';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export type Play = (asked: Asked, response: ServerResponse) => void;

export class FakeServer {
  readonly asked: Asked[] = [];
  play: Play = (_, response) => response.end('{}');
  private server: Server;
  private port = 0;

  constructor() {
    this.server = this.made();
  }

  private made(): Server {
    return createServer((request, response) => {
      let said = '';
      request.on('data', (part: Buffer) => (said += part.toString()));
      request.on('end', () => {
        const asked = {
          method: request.method ?? '',
          path: request.url ?? '',
          headers: request.headers,
          body: (said ? JSON.parse(said) : null) as unknown
        };
        this.asked.push(asked);
        this.play(asked, response);
      });
    });
  }

  /** Listen, at the address of before if there was one. */
  async start(): Promise<void> {
    await new Promise<void>(done => this.server.listen(this.port, '127.0.0.1', done));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Go away: who asks now finds nobody. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(done => this.server.close(done));
    this.server = this.made();
  }

  client(patienceMs?: number): Client {
    return new Client(fetch, `http://127.0.0.1:${this.port}/tunebook/api/`, patienceMs);
  }

  answer(value: unknown, { status = 200, headers = {} } = {}): void {
    this.play = (_, response) => {
      json(response, value, { status, headers });
    };
  }

  /** Answer with an ETag, and with 304 to who knows it. */
  answerTagged(value: unknown, etag: string): void {
    this.play = (asked, response) => {
      if (asked.headers['if-none-match'] === etag) {
        response.writeHead(304, { ETag: etag, 'X-Tunebook-Now': '5000' }).end();
      } else {
        json(response, value, { headers: { ETag: etag, 'X-Tunebook-Now': '5000' } });
      }
    };
  }

  get paths(): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path.replace('/tunebook/api/', '')}`);
  }
}

export function json(response: ServerResponse, value: unknown, { status = 200, headers = {} } = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/**
 * What can go wrong with a request, told apart by what helps.
 *
 * gone       no answer came: the server is down, restarting or unreachable; waiting helps
 * absent     there is a server, but without Tunebook's routes
 * denied     it wants to know who asks: signing in anew helps
 * refused    Tunebook says no, and why
 * unreadable an answer that this version does not understand
 */
export type TroubleKind = 'gone' | 'absent' | 'denied' | 'refused' | 'unreadable';

export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    message: string,
    readonly fix = '',
    readonly status = 0
  ) {
    super(message);
    this.name = 'Trouble';
  }
}

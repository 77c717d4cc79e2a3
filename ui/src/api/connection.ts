import { useSyncExternalStore } from 'react';

/**
 * How fresh what is on the screen can be.
 *
 * `live`: changes arrive by the WebSocket. `polling`: the server answers, and is asked again and again. `lost`: it
 * does not answer. `connecting`: nothing is known yet.
 */
export type ConnectionState = 'connecting' | 'live' | 'polling' | 'lost';

type Socket = 'unknown' | 'up' | 'down';

/** What requests and the WebSocket report, and what the sign in the top bar shows of it. */
class Connection {
  #socket: Socket = 'unknown';
  #answers: boolean | undefined;
  readonly #listeners = new Set<() => void>();

  get state(): ConnectionState {
    if (this.#socket === 'up') {
      return 'live';
    }
    if (this.#answers === false) {
      return 'lost';
    }
    return this.#socket === 'down' && this.#answers ? 'polling' : 'connecting';
  }

  reportHttp(answers: boolean): void {
    this.#answers = answers;
    this.#tell();
  }

  reportSocket(socket: Exclude<Socket, 'unknown'>): void {
    this.#socket = socket;
    this.#tell();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  #tell(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

export const connection = new Connection();

export function useConnection(): ConnectionState {
  return useSyncExternalStore(connection.subscribe, () => connection.state);
}

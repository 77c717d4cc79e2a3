import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { ApiError, plainMessage } from './errors';
import { request } from './execute';
import { reconnect } from './live';

/** Each role may do what the ones before it may. */
export const ROLES = ['viewer', 'member', 'admin', 'operator'] as const;
export type Role = (typeof ROLES)[number];

export interface Session {
  readonly role: Role;
  readonly tenant: { readonly id: string; readonly name: string; readonly slug: string };
  readonly version: string;
  /** The name of the key that one is signed in with. */
  readonly name: string;
  /** Whether a key was needed, so that there is something to sign out of. */
  readonly hasKey: boolean;
}

/** What `GET /session` answers; of whom nobody knows, only the first three are told. */
interface SessionJson {
  readonly version: string;
  readonly keys_needed: boolean;
  readonly signed_in: boolean;
  readonly name: string | null;
  readonly role: string | null;
  readonly tenant: Session['tenant'] | null;
}

export const sessionQuery = {
  queryKey: ['Session'],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Session> => {
    const { version, keys_needed, signed_in, name, role, tenant } = await fetchSession(signal);
    if (!signed_in || tenant === null) {
      throw new ApiError('unauthenticated', 'nobody is signed in');
    }
    return {
      role: ROLES.find((known) => known === role) ?? 'viewer',
      tenant,
      version,
      name: name ?? '',
      hasKey: keys_needed,
    };
  },
};

async function fetchSession(signal: AbortSignal): Promise<SessionJson> {
  const response = await request('/session', undefined, signal);
  if (!response.ok) {
    throw new ApiError('server', await refusal(response), { code: String(response.status) });
  }
  return (await response.json()) as SessionJson;
}

/** Whether the server wants a key at all; undefined while that is not known. */
export function useKeysNeeded(): boolean | undefined {
  const { data } = useQuery({
    queryKey: ['KeysNeeded'],
    queryFn: async ({ signal }) => (await fetchSession(signal)).keys_needed,
  });
  return data;
}

export function useSession(): UseQueryResult<Session, ApiError> {
  return useQuery<Session, ApiError>(sessionQuery);
}

/** Whether whoever is signed in may do what needs this role; false while that is not known. */
export function useMay(role: Role): boolean {
  const { data } = useSession();
  return data !== undefined && ROLES.indexOf(data.role) >= ROLES.indexOf(role);
}

/** Exchanges a key for a session, which the browser keeps in a cookie that no script can read. */
export async function signIn(key: string): Promise<void> {
  const response = await request('/sign-in', { key });
  if (!response.ok) {
    const kind = response.status < 500 ? 'unauthenticated' : 'server';
    throw new ApiError(kind, await refusal(response), { code: String(response.status) });
  }
  reconnect();
}

export async function signOut(): Promise<void> {
  await request('/sign-out', {});
  reconnect();
}

async function refusal(response: Response): Promise<string> {
  try {
    const body = (await response.json()) as { errors?: readonly { message: string }[] };
    return plainMessage(body.errors?.[0]?.message ?? `the server answered ${response.status}`);
  } catch {
    return `the server answered ${response.status}`;
  }
}

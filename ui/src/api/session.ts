import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { ApiError } from './errors';
import { execute, request } from './execute';
import { SessionDocument } from './generated/graphql';
import { reconnect } from './live';

/** Each role may do what the ones before it may. */
export const ROLES = ['viewer', 'member', 'admin', 'operator'] as const;
export type Role = (typeof ROLES)[number];

export interface Session {
  readonly role: Role;
  readonly tenant: { readonly id: string; readonly name: string; readonly slug: string };
  readonly version: string;
  /** Whether a key was needed, so that there is something to sign out of. */
  readonly hasKey: boolean;
}

export const sessionQuery = {
  queryKey: ['Session'],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Session> => {
    const { auth_info, tenant, version } = await execute(SessionDocument, {}, { signal });
    const own = tenant.find(({ id }) => id === auth_info.tenant_id);
    if (own === undefined) {
      throw new ApiError('server', 'the server does not know the tenant of the key');
    }
    const role = ROLES.find((name) => name === auth_info.role) ?? 'viewer';
    return { role, tenant: own, version, hasKey: role !== 'operator' };
  },
};

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
    return body.errors?.[0]?.message ?? `the server answered ${response.status}`;
  } catch {
    return `the server answered ${response.status}`;
  }
}

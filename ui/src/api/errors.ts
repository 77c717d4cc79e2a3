/** Why a request failed, as far as that changes what a person should do. */
export type ApiErrorKind = 'unreachable' | 'unauthenticated' | 'forbidden' | 'refused' | 'server';

const KIND_OF_CODE: Readonly<Record<string, ApiErrorKind>> = {
  UNAUTHENTICATED: 'unauthenticated',
  FORBIDDEN: 'forbidden',
  BAD_REQUEST: 'refused',
  VERSION_LOCKING_ERROR: 'refused',
  API_ERROR: 'server',
  INTERNAL_SERVER_ERROR: 'server',
};

const REMEDIES: Readonly<Record<ApiErrorKind, string>> = {
  unreachable: 'Check that the server runs and that this machine reaches it. The page tries again by itself.',
  unauthenticated: 'Sign in with an API key.',
  forbidden: 'Sign in with a key whose role allows it.',
  refused: 'Change what was asked for; the message says what is wrong with it.',
  server: "Try again; if it stays so, the server's log says more.",
};

/** A request that failed, with what can be done about it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorKind;
  /** The code in the answer's extensions, or the HTTP status. */
  readonly code: string | undefined;

  constructor(kind: ApiErrorKind, message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.code = options.code;
  }

  get remedy(): string {
    return REMEDIES[this.kind];
  }

  /** Whether the same request may well succeed a little later. */
  get isTransient(): boolean {
    return this.kind === 'unreachable' || this.kind === 'server';
  }
}

/** One error of a GraphQL answer. */
export interface GraphQLErrorJson {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

export function fromGraphQLErrors(errors: readonly GraphQLErrorJson[]): ApiError {
  const code = errors[0]?.extensions?.code;
  const message = errors.map((error) => plainMessage(error.message));
  const kind = (code === undefined ? undefined : KIND_OF_CODE[code]) ?? 'refused';
  return new ApiError(kind, message.join('; '), code === undefined ? {} : { code });
}

/** Without the word that Prefect's clients look for. */
export function plainMessage(message: string): string {
  return message.replace(/^(UNAUTHENTICATED|FORBIDDEN|API_ERROR): /, '');
}

/** What any failure says to a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

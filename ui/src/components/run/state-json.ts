/** A state as the server takes it, made by a person: without a result. */
export function stateJson(
  type: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { type, message, _result: { type: 'NoResultType' }, context: {}, cached_inputs: {}, ...more };
}

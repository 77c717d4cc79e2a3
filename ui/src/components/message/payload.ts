/** A message as the server stores and previews it: a body and its media type. */
export interface Payload {
  readonly contentType: string;
  readonly body: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text under the key, if there is one. */
export function textAt(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The objects in the list under the key; whatever else stands there is left out. */
export function objectsAt(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The object under the key; an empty one, if there is none. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

/** The payload of a delivery, as the database has it; none before the first attempt. */
export function storedPayload(stored: unknown): Payload | undefined {
  if (!isObject(stored)) {
    return undefined;
  }
  const { content_type: contentType, body } = stored;
  return typeof contentType === 'string' && typeof body === 'string' ? { contentType, body } : undefined;
}

/** The body as an object, if it is JSON that is one. */
export function bodyObject({ body }: Payload): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A link that may be followed; anything but the web's and e-mail's own schemes is not. */
export function safeHref(url: string | undefined): string | undefined {
  return url !== undefined && /^(https?:\/\/|mailto:)/i.test(url) ? url : undefined;
}

/** The nonce by which the server's Content-Security-Policy admits style elements: a fresh one in each index page. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}

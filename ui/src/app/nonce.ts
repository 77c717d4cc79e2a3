import { setNonce } from 'get-nonce';

/** The nonce by which the server's Content-Security-Policy admits style elements: a fresh one in each index page. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}

/** Gives the nonce to what locks the page's scrolling behind dialogues, which Mantine does not pass it on to. */
export function applyNonce(): void {
  setNonce(styleNonce());
}

/**
 * The part of an address that names the tenant, as in `/acme/flow/…`: links in messages may have it, and then all
 * links of the page keep it. Empty when the address begins with the name of a page.
 */
export function tenantPrefix(pathname: string, pages: ReadonlySet<string>): string {
  const first = pathname.split('/')[1] ?? '';
  return first === '' || pages.has(first) ? '' : `/${first}`;
}

/** The first words of the pages' paths: `flow` of `/flow/$flowGroupId`. */
export function firstWords(paths: readonly string[]): Set<string> {
  return new Set(paths.map((path) => path.split('/')[1] ?? '').filter((word) => word !== ''));
}

/** The text of a message without the line that is its link: the page has that as a link. */
export function withoutLink(text: string, content: unknown): string {
  const link =
    typeof content === 'object' && content !== null && 'link' in content ? content.link : undefined;
  return text
    .split('\n')
    .filter((line) => typeof link !== 'string' || line.trim() !== link)
    .join('\n')
    .trim();
}

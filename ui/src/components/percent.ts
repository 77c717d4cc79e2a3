/** `99 %`: never a hundred while one has failed, and never nothing while one has succeeded. */
export function percentText(share: number | null): string {
  if (share === null) {
    return '–';
  }
  const percent = share > 0.5 ? Math.floor(share * 100) : Math.ceil(share * 100);
  return `${percent} %`;
}

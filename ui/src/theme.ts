import { createTheme, Table } from '@mantine/core';

/** Calm, and dense enough for someone on call; one accent, so that the colours of states stand out. */
export const theme = createTheme({
  primaryColor: 'indigo',
  // Dark enough for white text on it, and for links on white.
  primaryShade: 8,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace',
  fontSizes: { xs: '0.78rem', sm: '0.85rem', md: '0.92rem', lg: '1.05rem', xl: '1.2rem' },
  headings: { sizes: { h1: { fontSize: '1.4rem' }, h2: { fontSize: '1.1rem' }, h3: { fontSize: '1rem' } } },
  autoContrast: true,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Table: Table.extend({ defaultProps: { verticalSpacing: 8, horizontalSpacing: 'sm' } }),
  },
});

import { type CSSVariablesResolver, createTheme } from '@mantine/core';
import { strings } from './strings.ts';

export const theme = createTheme({
  primaryColor: 'indigo',
  // White on these shades has a contrast of 5:1 and more.
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  components: {
    // A dialog's header is no banner of the page.
    Drawer: {
      defaultProps: {
        attributes: { header: { role: 'presentation' } },
        styles: { title: { fontWeight: 700 } },
      },
    },
    // What is wider than the screen is scrolled with the arrow keys too.
    TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': strings.common.close } } },
    Modal: {
      defaultProps: {
        attributes: { header: { role: 'presentation' } },
        styles: { title: { fontWeight: 700 } },
      },
    },
    Text: { defaultProps: { size: 'sm' } },
  },
  headings: { sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.05rem' } } },
});

/** Mantine's secondary text and errors fall short of WCAG AA's 4.5:1; these do not. */
export const accessibleColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-placeholder': '#6c757d',
    '--mantine-color-red-text': '#c92a2a',
    '--mantine-color-red-outline': '#c92a2a',
    '--mantine-color-red-light-color': '#c92a2a',
    '--mantine-color-red-filled': '#c92a2a',
    '--mantine-color-red-filled-hover': '#b02525',
  },
  dark: {
    '--mantine-color-dimmed': '#b0b4b8',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-placeholder': '#9a9ea3',
  },
});

import { Kbd, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { SearchBox } from './SearchBox';
import classes from './SearchButton.module.css';

export function SearchButton() {
  return (
    <>
      <UnstyledButton className={classes['button'] ?? ''} onClick={spotlight.open}>
        <IconSearch size={16} aria-hidden />
        <VisuallyHidden>Search: </VisuallyHidden>
        <span className={classes['text']}>Flow, run, project or id</span>
        <Kbd aria-hidden size="xs" className={classes['text'] ?? ''}>
          Ctrl K
        </Kbd>
      </UnstyledButton>
      <SearchBox />
    </>
  );
}

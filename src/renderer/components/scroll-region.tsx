import { Box } from '@mantine/core';
import type { FocusEventHandler, KeyboardEventHandler, ReactElement, ReactNode, Ref } from 'react';

export interface ScrollRegionProps {
  /** What is in it. */
  readonly label: string;
  readonly className: string | undefined;
  readonly ref: Ref<HTMLElement>;
  readonly onKeyDown?: KeyboardEventHandler;
  readonly onFocus?: FocusEventHandler;
  readonly onBlur?: FocusEventHandler;
  readonly children: ReactNode;
}

/**
 * A part of the screen that scrolls by itself. It takes the focus, so that the arrow keys scroll it whatever is in it:
 * what had the focus within may have been scrolled out of the document.
 */
export const ScrollRegion = ({
  label,
  className,
  ref,
  onKeyDown = () => undefined,
  onFocus = () => undefined,
  onBlur = () => undefined,
  children,
}: ScrollRegionProps): ReactElement => (
  <Box
    component="section"
    ref={ref}
    className={className ?? ''}
    tabIndex={0}
    aria-label={label}
    onKeyDown={onKeyDown}
    onFocus={onFocus}
    onBlur={onBlur}
  >
    {children}
  </Box>
);

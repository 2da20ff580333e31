import { Button, type ButtonProps } from '@mantine/core';
import type { ReactElement } from 'react';
import { Link } from 'wouter';

/** A link to another screen in the shape of a button. */
export const LinkButton = ({ to, ...props }: ButtonProps & { readonly to: string }): ReactElement => (
  <Button component={Link} href={to} variant="default" {...props} />
);

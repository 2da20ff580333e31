import type { ReactElement } from 'react';

/** The product's mark; its name stands beside it. */
export const Logo = (): ReactElement => <img src="./icon.svg" alt="" width={24} height={24} />;

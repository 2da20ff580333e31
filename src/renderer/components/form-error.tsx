import { type ReactElement, useEffect, useRef } from 'react';
import type { AppError } from '../../shared/rpc/errors.ts';
import styles from './form-error.module.css';

/** Why a form was not accepted, where it is seen and read out. */
export function FormError({ error }: { readonly error: AppError | null }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // A long form is sent off from its end or its beginning, wherever this stands.
    if (error !== null) box.current?.scrollIntoView({ block: 'nearest' });
  }, [error]);
  return (
    <div ref={box} role="alert" className={styles.box}>
      {error !== null && <p className={styles.error}>{error.message}</p>}
    </div>
  );
}

import type { ReactElement } from 'react';
import type { AppError } from '../../shared/rpc/errors.ts';
import styles from './form-error.module.css';

/** Why a form was not accepted, where it is seen and read out. */
export const FormError = ({ error }: { readonly error: AppError | null }): ReactElement => (
  <div role="alert">{error !== null && <p className={styles.error}>{error.message}</p>}</div>
);

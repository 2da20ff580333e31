import type { ReactElement } from 'react';
import { text } from '../../text/text.ts';
import { EnrolForm } from './enrol-form.tsx';
import { TrySample } from './try-sample.tsx';

/** Address and code from dispatch; or a look around before there is any. */
export const EnrolStep = (): ReactElement => (
  <>
    <EnrolForm lead={text.firstRun.enrolBody} />
    <TrySample />
  </>
);
